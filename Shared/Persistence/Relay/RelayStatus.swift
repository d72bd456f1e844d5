/// What a relay is about, for health and metrics.
public struct RelayStatus: Sendable {
    public enum Condition: Hashable, Sendable {
        case starting
        /// Owns no lane: another relay does.
        case standby
        case relaying
        /// Tries again; the text is fit for a log.
        case failing(String)
        /// Waits for an operator.
        case halted(RelayFailure)
        case stopped

        /// A condition without its reason.
        enum Kind: String, CaseIterable { case starting, standby, relaying, failing, halted, stopped }

        var kind: Kind {
            switch self {
            case .starting: .starting
            case .standby: .standby
            case .relaying: .relaying
            case .failing: .failing
            case .halted: .halted
            case .stopped: .stopped
            }
        }
    }

    public struct LaneStatus: Hashable, Sendable {
        public let lane: Lane
        /// By this relay, when last looked.
        public internal(set) var isOwned = false
        /// Rises with every new owner, and when an operator sets the lane back.
        public let term: Int64
        /// Position of the last event known to be published.
        public let cursor: Int64
        /// Events behind the cursor, counted up to 100 000.
        public let lag: Int64
    }

    public internal(set) var condition: Condition = .starting
    /// All lanes of this relay, owned by it or not; counted about once a second.
    public internal(set) var lanes: [LaneStatus] = []
    /// When a round last ended well, one with nothing to publish included.
    public internal(set) var lastProgress: ContinuousClock.Instant?
    /// Events published since the start.
    public internal(set) var published: Int64 = 0

    /// A relay in standby is well; one that has not begun yet is not.
    public var isHealthy: Bool {
        switch condition {
        case .standby, .relaying: true
        case .starting, .failing, .halted, .stopped: false
        }
    }
}
