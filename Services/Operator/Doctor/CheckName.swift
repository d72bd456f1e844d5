import ArgumentParser

/// The checks, in the order in which they run: each rests on what those before it look at.
enum CheckName: String, CaseIterable, ExpressibleByArgument {
    case streams, trajectories, accepted, log, notifications, alerts, quarantine

    /// What is right when the check finds nothing.
    var promise: String {
        switch self {
        case .streams: "versions of every stream run from 1 without gap or double; relays are not ahead of the ledger"
        case .trajectories: "every course equals a fresh scoring of the ledger, byte for byte"
        case .accepted: "every accepted command is in the ledger once, and nothing else is"
        case .log: "the Merkle log holds every event once, and no other"
        case .notifications: "every notification was made once for each recipient, and none is missing"
        case .alerts: "every alert that the rules call for exists once, and no other"
        case .quarantine: "nothing waits in quarantine"
        }
    }
}
