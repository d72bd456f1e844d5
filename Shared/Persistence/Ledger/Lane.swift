/// What kind of stream an event belongs to; one topic of Kafka each.
public enum LedgerCategory: Int16, Sendable, CaseIterable {
    case episode = 1
    case alert = 2
    case notification = 3
    /// Who read whose data.
    case access = 4
}

/// The unit of position order and of the relay: a category, live or backfill.
public struct Lane: Hashable, Sendable, CustomStringConvertible {
    public let category: LedgerCategory
    /// Bulk imports of the past; only episodes have such a lane.
    public let backfill: Bool

    public init(category: LedgerCategory, backfill: Bool = false) {
        self.category = category
        self.backfill = backfill
    }

    public static let episode = Lane(category: .episode)
    public static let episodeBackfill = Lane(category: .episode, backfill: true)
    public static let alert = Lane(category: .alert)
    public static let notification = Lane(category: .notification)
    public static let access = Lane(category: .access)
    /// Every lane the ledger has.
    public static let all = [episode, episodeBackfill, alert, notification, access]

    public var description: String { "\(category)\(backfill ? "-backfill" : "")" }

    /// From two neighbouring columns.
    static func read(_ row: Row, at column: Int) throws(DatabaseError) -> Lane {
        guard let category = LedgerCategory(rawValue: try row.int16(column)) else {
            throw .invalidResult("an unknown category of the ledger")
        }
        return Lane(category: category, backfill: try row.bool(column + 1))
    }
}
