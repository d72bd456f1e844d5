import Contracts
import Domain
import FoundationEssentials
import Persistence

/// An event id in PostgreSQL's order of `uuid`: by its bytes from the first on.
struct EventKey: Comparable {
    let id: EventID
    private let high: UInt64
    private let low: UInt64

    static let lowest = EventKey(EventID(rawValue: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))))

    init(_ id: EventID) {
        self.id = id
        (high, low) = withUnsafeBytes(of: id.rawValue.uuid) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    static func < (left: EventKey, right: EventKey) -> Bool { (left.high, left.low) < (right.high, right.low) }
    static func == (left: EventKey, right: EventKey) -> Bool { (left.high, left.low) == (right.high, right.low) }
}

protocol KeyedByEvent {
    var key: EventKey { get }
}

/// What the ledger says of an event, without its payload.
struct LedgerRow: KeyedByEvent {
    let key: EventKey
    let position: Int64
    /// Nil for a category that no lane carries.
    let lane: Lane?
    let episode: EpisodeID
    let version: Int64
    let site: String
    let type: String
    let time: Timestamp
    let digest: [UInt8]

    var id: EventID { key.id }

    init(_ row: Row) throws {
        key = EventKey(try row.id(0))
        position = try row.int64(1)
        let backfill = try row.bool(3)
        lane = LedgerCategory(rawValue: try row.int16(2)).map { Lane(category: $0, backfill: backfill) }
        episode = try row.id(4)
        version = try row.int64(5)
        site = try row.text(6)
        type = try row.text(7)
        time = try row.timestamp(8)
        digest = try row.bytes(9)
    }

    /// In which respects a leaf says something else.
    func differences(from entry: AuditEntry) -> [AuditField] {
        let comparisons: [(AuditField, Bool)] = [
            (.topic, lane?.topic.name == entry.topic), (.type, type == entry.type), (.episode, episode == entry.episode),
            (.sequence, version == entry.sequence), (.site, site == entry.site.text), (.time, time == entry.time),
            (.source, lane?.category.source == entry.source), (.payload, digest == entry.payloadDigest),
        ]
        return comparisons.filter { !$0.1 }.map(\.0)
    }
}

/// A leaf, ordered by its event.
struct LeafRow: KeyedByEvent {
    let key: EventKey
    let index: Int
    let entry: AuditEntry

    var id: EventID { key.id }

    init(_ leaf: StoredLog.Leaf) {
        key = EventKey(leaf.entry.event)
        index = leaf.index
        entry = leaf.entry
    }
}
