/// What a program does with the topics: what it reads and writes, and so all that a broker has to allow it.
///
/// Services take the topics that they consume from here, `attune topics acls` the rights.
public struct TopicAccess: Hashable, Sendable {
    /// Programs that speak with Kafka, each with an identity of its own.
    public enum Program: String, CaseIterable, Sendable {
        case ingestion, scoring, alerting, notification, audit, portal
        /// Who makes topics and looks for records in them: `attune`.
        case `operator`

        /// What it is called at the brokers: the name of a certificate or a user.
        public var identity: String { "attune-\(rawValue)" }
    }

    public let program: Program
    public let reads: [Topic]
    public let writes: [Topic]
    /// Topics whose ends it asks for, without reading them.
    public let describes: [Topic]
    /// The consumer group; nil where it consumes nothing. An operator's search belongs to none.
    public var group: String? { reads.isEmpty || program == .operator ? nil : program.identity }
    /// Whether it makes topics.
    public var creates: Bool { program == .operator }

    public static let all: [TopicAccess] = Program.allCases.map(of)

    /// What one program does.
    public static func of(_ program: Program) -> TopicAccess {
        switch program {
        // The relay publishes every lane of the ledger.
        case .ingestion: TopicAccess(program, writes: relayed)
        case .scoring: TopicAccess(program, reads: [.episodeEvents, .episodeBackfill], writes: [.trajectories])
        case .alerting: TopicAccess(program, reads: [.trajectories, .episodeEvents, .episodeBackfill])
        case .notification: TopicAccess(program, reads: [.alerts])
        case .audit: TopicAccess(program, reads: Topic.allCases.filter { $0 != .checkpoints }, writes: [.checkpoints])
        case .portal: TopicAccess(program, describes: Topic.allCases)
        case .operator: TopicAccess(program, reads: Topic.allCases, describes: Topic.allCases)
        }
    }

    private init(_ program: Program, reads: [Topic] = [], writes: [Topic] = [], describes: [Topic] = []) {
        self.program = program
        self.reads = reads
        self.writes = writes
        self.describes = describes
    }

    private static let relayed: [Topic] = [.episodeEvents, .episodeBackfill, .alerts, .notifications, .access]
}
