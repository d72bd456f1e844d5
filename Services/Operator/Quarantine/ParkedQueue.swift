public import ArgumentParser
import Domain
public import Persistence

/// A parked record as operators name it, e.g. `scoring-12`: numbers are counted in each service.
struct ParkedID: Hashable, Comparable, ExpressibleByArgument, CustomStringConvertible {
    let service: ServiceSchema
    let number: Int64

    init(service: ServiceSchema, number: Int64) {
        self.service = service
        self.number = number
    }

    init?(argument: String) {
        guard let cut = argument.lastIndex(of: "-"), let service = ServiceSchema(argument: String(argument[..<cut])),
            let number = Int64(argument[argument.index(after: cut)...]), number > 0
        else { return nil }
        self.init(service: service, number: number)
    }

    var description: String { "\(service.rawValue)-\(number)" }

    static func < (left: Self, right: Self) -> Bool {
        (left.service.rawValue, left.number) < (right.service.rawValue, right.number)
    }
}

/// A service by its name or by that of its consumer group.
extension ServiceSchema: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(rawValue: argument.hasPrefix("attune-") ? String(argument.dropFirst(7)) : argument)
    }
}

/// What the published view tells of a parked record.
struct ParkedRow {
    let id: ParkedID
    /// The same for all records of an episode, and of no use for anything else.
    let episode: Int64
    let place: String
    let state: String
    let code: String
    let reason: String
    let parkedAt: Timestamp
    let attempts: Int32
    let requestedBy: String?
    let bytes: Int32?

    var isFailed: Bool { state == "failed" }

    /// Everything that is not settled, in the order in which it will be handled.
    static func open(on connection: Connection) throws -> [ParkedRow] {
        try connection.run(select).map { row in
            guard let service = ServiceSchema(argument: try row.text(0)) else {
                throw QuarantineError.unknownGroup(try row.text(0))
            }
            return ParkedRow(
                id: ParkedID(service: service, number: try row.int64(1)), episode: try row.int64(2),
                place: "\(try row.text(3)) [\(try row.int32(4))] @\(try row.int64(5))", state: try row.text(6),
                code: try row.text(7), reason: try row.text(8), parkedAt: try row.timestamp(9),
                attempts: try row.int32(10), requestedBy: try row.bool(12) ? row.optionalText(11) ?? "" : nil,
                bytes: try row.optionalInt64(13).map(Int32.init(clamping:)))
        }
    }

    private static let select: Statement = """
        select consumer_group, quarantine_id, key_number, topic, partition, "offset", state, reason_code, reason,
               parked_at, attempts, retry_requested_by, retry_requested_at is not null, payload_bytes
        from published.quarantine where settled_at is null order by consumer_group, quarantine_id
        """
}

/// The parked records of one episode in one service. The front decides; the others wait behind it.
struct ParkedQueue {
    let front: ParkedRow
    let behind: [ParkedRow]

    var rows: [ParkedRow] { [front] + behind }

    /// Of rows in their order; queues in the order of their fronts.
    static func all(of rows: [ParkedRow]) -> [ParkedQueue] {
        struct Key: Hashable {
            let service: ServiceSchema
            let episode: Int64
        }
        let queues = Dictionary(grouping: rows) { Key(service: $0.id.service, episode: $0.episode) }
        return queues.values.map { ParkedQueue(front: $0[0], behind: Array($0.dropFirst())) }
            .sorted { $0.front.id < $1.front.id }
    }
}

enum QuarantineError: Error, CustomStringConvertible {
    case unknownGroup(String)
    case unknown(ParkedID)
    case waits(ParkedID, behind: ParkedID)
    case noPayload(ServiceSchema)

    var description: String {
        switch self {
        case .unknownGroup(let name): "the database tells of a group \(name) that this program does not know"
        case .unknown(let id): "there is nothing in quarantine under \(id); `attune quarantine list` shows what is"
        case .waits(let id, let front): "\(id) waits behind \(front): ask for that one"
        case .noPayload(let service): "this role may not see payloads; use a role that may, such as --role \(service.role)"
        }
    }
}
