import ArgumentParser
import Domain
import FoundationEssentials
import Persistence
import ServiceKit

struct EraseAgainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "again",
        abstract: "Apply a list of erasures again, after the database was restored from a backup.",
        discussion: """
            Reads what `attune erase list` has written. Clients that the restored database knows as erased are left \
            alone; of the others the key is destroyed, and each erasure is recorded anew. Without --apply it only says \
            how many. Status 0: said, or all are erased; 1: a legal hold refused some, or the database does not know \
            them; 2: the list or the database could not be read.
            """)

    @Argument(help: "File with a line of JSON for each client.")
    var file: String

    @OptionGroup var database: DatabaseOptions

    @Option(help: "Who does it; needed with --apply.")
    var by: String?

    @Flag(help: "Erase; without this, only say what would be done.")
    var apply = false

    func validate() throws {
        if apply, by?.isEmpty ?? true { throw ValidationError("Say with --by who does it.") }
    }

    func run() throws {
        let list: [(client: ParticipantID, reason: String)]
        do {
            list = try Self.read(file)
        } catch {
            note("attune erase again: \(file): \(error)")
            throw ExitCode(2)
        }
        try EraseCommand.carryOut("erase again") {
            let connection = try database.connect()
            let open = try list.filter { try !Self.isErased($0.client, on: connection) }
            print("\(list.count) clients in the list, \(open.count) of them not erased in this database")
            guard apply, let by else { return }
            var refused = 0
            var bar = ProgressBar("erasing", total: open.count)
            for (index, entry) in open.enumerated() {
                do {
                    let erasure = Erasure(participant: entry.client, by: by, reason: entry.reason)
                    if case .held(let hold) = try erasure.run(on: connection) { throw ErasureRefusal.held(hold) }
                } catch let refusal as ErasureRefusal {
                    refused += 1
                    note("\(entry.client): \(refusal)")
                }
                bar.advance(to: index + 1)
            }
            bar.end()
            print("erased \(open.count - refused), refused \(refused)")
            if refused > 0 { throw ExitCode(1) }
        }
    }

    private static func read(_ file: String) throws -> [(client: ParticipantID, reason: String)] {
        guard let data = FileManager.default.contents(atPath: file) else { throw UnreadableList() }
        return try data.split(separator: UInt8(ascii: "\n")).map { line in
            let form = try JSONField(JSON.parse(Array(line))).object(["client", "at", "by", "reason"])
            return (try form["client"].identity(), try form.optional("reason")?.string() ?? "erased before")
        }
    }

    private static func isErased(_ client: ParticipantID, on connection: Connection) throws -> Bool {
        try !connection.run(
            "select from ledger.client_key where participant_id = $1 and destroyed_at is not null", [.id(client)]
        ).isEmpty
    }
}

private struct UnreadableList: Error, CustomStringConvertible {
    let description = "cannot be read"
}
