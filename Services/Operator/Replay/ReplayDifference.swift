import Domain
import ServiceKit

/// One place where the record and its replay part, or the model of choice and the one that held.
struct ReplayDifference {
    enum Kind: String, CaseIterable {
        case alertNotReproduced = "alert_not_reproduced"
        case alertNotCalledFor = "alert_not_called_for"
        case alertMissing = "alert_missing"
        /// The audit log has other bytes than follow from the ledger.
        case trajectoryDiffers = "trajectory_differs"
        /// The audit log has a trajectory event that does not follow from the ledger.
        case trajectoryNotReproduced = "trajectory_not_reproduced"
        /// A trajectory event follows from the ledger that the audit log does not have.
        case trajectoryNotInLog = "trajectory_not_in_log"
        /// With the model of choice another state or other signals.
        case point = "point_differs"
        case alertMore = "alert_more"
        case alertLess = "alert_less"
    }

    let kind: Kind
    let site: SiteID
    let episode: EpisodeID
    let instrument: InstrumentReference?
    /// The event of the episode, or the trajectory event, from which it follows.
    let cause: EventID
    var rating: RatingID?
    var alert: AlertID?
    /// What is recorded or was said, in words.
    var was: String?
    /// What the replay says instead.
    var replayed: String?

    var json: JSON {
        [
            "kind": .string(kind.rawValue), "site": .text(site), "episode": .text(episode), "instrument": .text(instrument),
            "cause": .text(cause), "rating": .text(rating), "alert": .text(alert), "was": .text(was),
            "replayed": .text(replayed),
        ]
    }
}
