public import Contracts
import Persistence

/// The topics whose events become leaves.
public enum AuditedTopics {
    /// All but the checkpoints, which are about the log itself.
    public static let all: [Topic] = Topic.allCases.filter { $0 != .checkpoints }

    /// Topics that the ledger is published to: whoever has the ledger can check every one of their leaves.
    public static let ledger: [Topic] = Lane.all.map(\.topic)

    /// Topics whose events follow from an event of an episode and stand in no ledger.
    public static let derived: [Topic] = [.trajectories]
}

extension Lane {
    /// Where the relay publishes the lane.
    var topic: Topic {
        switch category {
        case .episode: backfill ? .episodeBackfill : .episodeEvents
        case .alert: .alerts
        case .notification: .notifications
        case .access: .access
        }
    }
}

extension LedgerCategory {
    /// The service whose events these are, as `ce_source` names it.
    var source: String {
        switch self {
        case .episode: "/attune/ingestion"
        case .alert: "/attune/alerting"
        case .notification: "/attune/notification"
        case .access: "/attune/portal"
        }
    }
}
