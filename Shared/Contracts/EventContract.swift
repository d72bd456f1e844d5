/// Where an event stands and in which message, as its readers need to know it.
public struct EventContract: Sendable {
    /// In the package `attune.v1`.
    public let message: String
    /// The file of the message, without its extension.
    public let file: String
    /// Empty for what stands in the audit log alone.
    public let topics: [Topic]
}

extension EventType {
    /// The protobuf message of the event's value, and its topics.
    public var contract: EventContract {
        switch self {
        case .episodeOpened, .participantJoined, .sessionHeld, .sessionMissed, .ratingRecorded, .ratingCorrected,
            .ratingWithdrawn, .ratingDiscussed, .ratingDeclined, .preferencesRecorded, .preferenceReviewed, .consentChanged,
            .reviewHeld, .episodeTransferred, .episodeClosed:
            EventContract(message: "EpisodeEvent", file: "episode_events", topics: [.episodeEvents, .episodeBackfill])
        case .trajectoryUpdated:
            EventContract(message: "TrajectoryUpdated", file: "trajectories", topics: [.trajectories])
        case .alertRaised, .alertAcknowledged, .alertResolved, .alertSuperseded, .alertEscalated, .alertOpened,
            .alertAssigned, .alertReviewEntered, .alertWithdrawn, .alertFollowedUp:
            EventContract(message: "AlertEvent", file: "alerts", topics: [.alerts])
        case .notificationDelivered, .notificationFailed, .notificationWithheld, .notificationBounced:
            EventContract(message: "NotificationEvent", file: "notifications", topics: [.notifications])
        case .alertAnswerRefused, .clientDataViewed, .viewRefused, .reflectionShared, .reflectionShareEnded,
            .directoryChanged, .evidenceExported, .clientErased, .erasureRefused, .holdPlaced, .holdLifted:
            EventContract(message: "AccessEvent", file: "access", topics: [.access])
        case .checkpointPublished:
            EventContract(message: "CheckpointPublished", file: "checkpoints", topics: [.checkpoints])
        case .logResealed: EventContract(message: "LogResealed", file: "checkpoints", topics: [])
        }
    }
}
