public import Domain

/// An event about to be appended.
public struct NewEvent: Sendable {
    public let id: EventID
    public let stream: EpisodeID
    public let site: SiteID
    /// The type name of the contract, e.g. `RatingRecorded`.
    public let type: String
    /// W3C trace context of what caused it.
    public let traceparent: String?
    public let payload: [UInt8]

    public init(
        id: EventID, stream: EpisodeID, site: SiteID, type: String, traceparent: String?, payload: [UInt8]
    ) {
        self.id = id
        self.stream = stream
        self.site = site
        self.type = type
        self.traceparent = traceparent
        self.payload = payload
    }
}

/// Where an appended event has come to stand.
public struct AppendedEvent: Hashable, Sendable {
    public let id: EventID
    /// Rises within the lane in the order of commits; with gaps.
    public let position: Int64
    /// Rises by one within the stream of one category, from 1.
    public let version: Int64
    public let recordedAt: Timestamp
}

/// An event as the ledger holds it.
public struct LedgerEvent: Hashable, Sendable {
    public let position: Int64
    public let category: LedgerCategory
    public let backfill: Bool
    public let id: EventID
    public let stream: EpisodeID
    public let version: Int64
    public let site: SiteID
    public let type: String
    public let recordedAt: Timestamp
    public let traceparent: String?
    public let payload: [UInt8]

    public var lane: Lane { Lane(category: category, backfill: backfill) }

    /// An event as somebody else has kept it, e.g. an exported bundle.
    public init(
        position: Int64, lane: Lane, id: EventID, stream: EpisodeID, version: Int64, site: SiteID, type: String,
        recordedAt: Timestamp, traceparent: String?, payload: [UInt8]
    ) {
        self.position = position
        category = lane.category
        backfill = lane.backfill
        self.id = id
        self.stream = stream
        self.version = version
        self.site = site
        self.type = type
        self.recordedAt = recordedAt
        self.traceparent = traceparent
        self.payload = payload
    }

    /// The columns that `init(_:)` reads, in its order, of a table or view called `e`.
    static let columns = """
        e.position, e.category, e.backfill, e.event_id, e.stream_id, e.version, e.site, e.type, e.recorded_at,
        e.traceparent, e.payload
        """

    init(_ row: Row) throws(DatabaseError) {
        let lane = try Lane.read(row, at: 1)
        position = try row.int64(0)
        category = lane.category
        backfill = lane.backfill
        id = try row.id(3)
        stream = try row.id(4)
        version = try row.int64(5)
        site = SiteID(unchecked: try row.text(6))
        type = try row.text(7)
        recordedAt = try row.timestamp(8)
        traceparent = try row.optionalText(9)
        payload = try row.bytes(10)
    }
}
