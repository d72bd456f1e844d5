import ArgumentParser
import Domain
import FoundationEssentials
import Persistence
import ServiceKit

struct QuarantineShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one parked event: where it came from, why it failed, what waits behind it.",
        discussion: """
            The headers are shown without the one that names the episode. --payload prints the event itself, in \
            base64, which is client data: it needs a role that may read the service's tables, such as the service's own \
            (--role attune_scoring); an operator's role may not. Status 1: there is no such event, or the role may not \
            see it; 2: the database could not be asked.
            """)

    @Argument(help: "The event's id, as the list shows it, e.g. scoring-12.")
    var id: ParkedID

    @OptionGroup var database: DatabaseOptions

    @Flag(help: "Print the payload in base64: client data.")
    var payload = false

    func run() throws {
        let lines = try QuarantineCommand.carryOut {
            let connection = try database.connect()
            return try description(on: connection) + (payload ? payloadLines(on: connection) : [])
        }
        for line in lines { print(line) }
    }

    private func description(on connection: Connection) throws -> [String] {
        guard let row = try connection.run(Self.select, group + [.int64(id.number)]).first else {
            throw QuarantineError.unknown(id)
        }
        let episode = try row.int64(0)
        var lines = [
            "\(id) of episode \(episode) in attune-\(id.service.rawValue)",
            "state       \(try row.text(4)), failed \(try row.int32(8)) times",
            "reason      \(try row.text(5)): \(try row.text(6))",
            "record      \(try row.text(1)) [\(try row.int32(2))] @\(try row.int64(3)) of cluster \(try row.text(9))",
            "parked at   \(try row.timestamp(7))",
            "size        \(try row.optionalInt64(10).map { "\($0) bytes" } ?? "no payload")",
        ]
        if let time = try row.optionalTimestamp(11) {
            lines.append("retry       asked for by \(try row.optionalText(12) ?? "") at \(time)")
        }
        if let time = try row.optionalTimestamp(13) {
            let reason = try row.optionalText(15).map { ": \($0)" } ?? ""
            lines.append("settled     at \(time) by \(try row.optionalText(14) ?? "")\(reason)")
        }
        lines += try headers(row.text(16))
        let behind = try connection.run(Self.behind, group + [.int64(episode), .int64(id.number)])
        lines.append(behind.isEmpty ? "nothing waits behind it" : "behind it wait")
        for row in behind {
            lines.append(
                "  \(id.service.rawValue)-\(try row.int64(0))  \(try row.text(1)) [\(try row.int32(2))] "
                    + "@\(try row.int64(3))  \(try row.text(4))  since \(try row.timestamp(5))")
        }
        return lines
    }

    private var group: [Parameter] { [.text("attune-\(id.service.rawValue)")] }

    private func headers(_ text: String) throws -> [String] {
        guard case .array(let headers) = try JSON.parse(Array(text.utf8)), !headers.isEmpty else { return ["headers     none"] }
        // As JSON: what is parked is by its nature strange, and a terminal acts upon control characters.
        return ["headers"] + headers.map { "  " + String(decoding: $0.encoded, as: UTF8.self) }
    }

    private func payloadLines(on connection: Connection) throws -> [String] {
        let table = "\(id.service.rawValue).quarantine"
        do throws(DatabaseError) {
            let row = try connection.run(
                Statement("select payload from \(table) where quarantine_id = $1"), [.int64(id.number)]
            ).only()
            return ["payload     " + (try row.optionalBytes(0).map { Data($0).base64EncodedString() } ?? "none")]
        } catch {
            guard error.kind == .permissionDenied else { throw error }
            throw QuarantineError.noPayload(id.service)
        }
    }

    private static let select: Statement = """
        select key_number, topic, partition, "offset", state, reason_code, reason, parked_at, attempts, cluster_id,
               payload_bytes, retry_requested_at, retry_requested_by, settled_at, settled_by, settled_reason, headers
        from published.quarantine where consumer_group = $1 and quarantine_id = $2
        """

    private static let behind: Statement = """
        select quarantine_id, topic, partition, "offset", state, parked_at from published.quarantine
        where consumer_group = $1 and key_number = $2 and quarantine_id > $3 and settled_at is null
        order by quarantine_id
        """
}
