public import ArgumentParser
public import Domain
import Persistence
import ServiceKit

/// `attune erase`: a client's words, for good.
struct EraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Destroy the key of a client's own words, so that nobody can read them any more.",
        discussion: """
            What clients write is kept encrypted, with a key for each client. This destroys the key: the ledger, its \
            copies and the audit log stay as they are and go on verifying, and the erasure itself is an event in them. \
            Ratings are numbers under an opaque id and stay. A legal hold refuses it; the request is then kept and \
            listed by `attune hold list`. After a restore from a backup the keys of that day are back: apply the list \
            of erasures again, see docs/erasure.md.
            """,
        subcommands: [EraseClientCommand.self, EraseListCommand.self, EraseAgainCommand.self],
        defaultSubcommand: EraseClientCommand.self)

    /// Runs what asks the database; its failure is status 2, a refusal status 1.
    static func carryOut(_ name: String, _ work: () throws -> Void) throws {
        do {
            try work()
        } catch let refusal as ErasureRefusal {
            note("attune \(name): \(refusal)")
            throw ExitCode(1)
        } catch let failure as DatabaseError {
            note("attune \(name): \(failure)")
            throw ExitCode(2)
        }
    }
}

/// Who does something to whom, and why.
struct ClientOptions: ParsableArguments {
    @Argument(help: "The client's participant id.")
    var client: ParticipantID

    @Option(help: "Who does it.")
    var by: String?

    @Option(help: "Why. No client data.")
    var reason: String?

    func validate() throws {
        if let by, by.isEmpty { throw ValidationError("--by is empty.") }
        if let reason, reason.isEmpty { throw ValidationError("--reason is empty.") }
    }

    /// Both, or a usage error.
    func grounds() throws -> (by: String, reason: String) {
        guard let by else { throw ValidationError("Say with --by who does it.") }
        guard let reason else { throw ValidationError("Say with --reason why.") }
        return (by, reason)
    }
}

extension ParticipantID: ExpressibleByArgument {
    public init?(argument: String) {
        guard let id = ParticipantID(argument) else { return nil }
        self = id
    }
}

struct EraseClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Erase one client's words (the default).",
        discussion: """
            Without --apply it only says what there is. Status 0: said or done, also when it had been done before; \
            1: refused, because of a legal hold or because there is no such client; 2: the database could not be asked.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var options: ClientOptions

    @Flag(help: "Destroy the key; without this, only say what would be done. It cannot be undone.")
    var apply = false

    func validate() throws { if apply { _ = try options.grounds() } }

    func run() throws {
        try EraseCommand.carryOut("erase") {
            let connection = try database.connect()
            guard apply else { return try say(ClientRecord(options.client, on: connection), on: connection) }
            let (by, reason) = try options.grounds()
            switch try Erasure(participant: options.client, by: by, reason: reason).run(on: connection) {
            case .done(let key): print(key == nil ? "the client had no key; none will be made" : "the key is destroyed")
            case .doneBefore: print("the client has been erased before")
            case .held(let hold): throw ErasureRefusal.held(hold)
            }
        }
    }

    private func say(_ record: ClientRecord, on connection: Connection) throws {
        print("\(record.episodes.count) episodes, \(try record.comments(on: connection)) ratings with words")
        switch record.key {
        case nil: print("there is no key")
        case let key?:
            let end = key.destroyedAt.map { "destroyed at \($0) by \(key.destroyedBy ?? "")" } ?? "in use"
            print("key \(key.id), \(end)")
        }
        if let hold = record.hold {
            print("a legal hold would refuse it: placed by \(hold.by) at \(hold.placedAt): \(hold.reason)")
        }
        print("nothing was changed; --apply --by WHO --reason WHY destroys the key")
    }
}

struct EraseListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List who has been erased, as NDJSON: keep it apart from the database's backups.",
        discussion: "Each line has client, at, by and reason. `attune erase again` reads it after a restore.")

    @OptionGroup var database: DatabaseOptions

    func run() throws {
        try EraseCommand.carryOut("erase") {
            let rows = try database.connect().run(
                """
                select participant_id, destroyed_at, destroyed_by, reason from ledger.client_key
                where destroyed_at is not null order by destroyed_at
                """)
            for row in rows {
                let line: JSON = [
                    "client": .text(try row.id(0, as: ParticipantID.self)), "at": .text(try row.timestamp(1)),
                    "by": .text(try row.optionalText(2)), "reason": .text(try row.optionalText(3)),
                ]
                print(String(decoding: line.encoded, as: UTF8.self))
            }
        }
    }
}
