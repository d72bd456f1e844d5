public import Domain

/// One event with all that a reader needs to place it: a CloudEvents 1.0 event in Swift.
public struct EventEnvelope: Hashable, Sendable {
    public let id: EventID
    public let type: EventType
    /// Which service made it, e.g. `/attune/scoring`.
    public let source: String
    public let episode: EpisodeID
    public let site: SiteID
    /// Version of the event within its stream; for derived events the version of the cause.
    public let sequence: Int64
    public let time: Timestamp
    public let trace: TraceContext?
    /// The protobuf message.
    public let payload: [UInt8]

    public init(
        id: EventID, type: EventType, source: String, episode: EpisodeID, site: SiteID, sequence: Int64,
        time: Timestamp, trace: TraceContext?, payload: [UInt8]
    ) {
        self.id = id
        self.type = type
        self.source = source
        self.episode = episode
        self.site = site
        self.sequence = sequence
        self.time = time
        self.trace = trace
        self.payload = payload
    }
}

/// Why a record cannot be read as an event: a deterministic failure, the same at every try.
public struct MalformedEvent: Error, Hashable, Sendable, CustomStringConvertible {
    /// The header or the part of the message, e.g. `ce_id` or `rating_recorded.rating_id`.
    public let field: String
    /// What is wrong with it, without its value: a value may be client data.
    public let problem: String

    public init(field: String, problem: String) {
        self.field = field
        self.problem = problem
    }

    public var description: String { "\(field): \(problem)" }
}
