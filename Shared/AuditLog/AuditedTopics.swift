public import Contracts
import Persistence

/// The topics whose events become leaves.
public enum AuditedTopics {
    /// All but the checkpoints, which are about the log itself.
    public static let all: [Topic] = Topic.allCases.filter { $0 != .checkpoints }

    /// Under which re-seal entries stand: they come through no topic, and are about the log like its checkpoints.
    public static let reseal = Topic.checkpoints

    /// Topics that the ledger is published to: whoever has the ledger can check every one of their leaves.
    public static let ledger: [Topic] = Lane.all.map(\.topic)

    /// Topics whose events follow from an event of an episode and stand in no ledger.
    public static let derived: [Topic] = [.trajectories]
}
