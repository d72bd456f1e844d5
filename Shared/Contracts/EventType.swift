/// What an event is, as `ce_type` says it on Kafka and `type` in the ledger.
///
/// The name carries its own version: a change that old readers cannot follow gets a new name.
public enum EventType: String, CaseIterable, Sendable {
    case episodeOpened = "attune.episode.opened.v1"
    case participantJoined = "attune.episode.participant-joined.v1"
    case sessionHeld = "attune.session.held.v1"
    case sessionMissed = "attune.session.missed.v1"
    case ratingRecorded = "attune.rating.recorded.v1"
    case ratingCorrected = "attune.rating.corrected.v1"
    case ratingWithdrawn = "attune.rating.withdrawn.v1"
    case ratingDiscussed = "attune.rating.discussed.v1"
    case ratingDeclined = "attune.rating.declined.v1"
    case preferencesRecorded = "attune.episode.preferences-recorded.v1"
    case preferenceReviewed = "attune.episode.preference-reviewed.v1"
    case consentChanged = "attune.episode.consent-changed.v1"
    case reviewHeld = "attune.episode.review-held.v1"
    case episodeTransferred = "attune.episode.transferred.v1"
    case episodeClosed = "attune.episode.closed.v1"
    case trajectoryUpdated = "attune.trajectory.updated.v1"
    case alertRaised = "attune.alert.raised.v1"
    case alertAcknowledged = "attune.alert.acknowledged.v1"
    case alertResolved = "attune.alert.resolved.v1"
    case alertSuperseded = "attune.alert.superseded.v1"
    case alertEscalated = "attune.alert.escalated.v1"
    case alertOpened = "attune.alert.opened.v1"
    case alertAssigned = "attune.alert.assigned.v1"
    case alertReviewEntered = "attune.alert.review-entered.v1"
    case alertWithdrawn = "attune.alert.withdrawn.v1"
    case alertFollowedUp = "attune.alert.followed-up.v1"
    case notificationDelivered = "attune.notification.delivered.v1"
    case notificationFailed = "attune.notification.failed.v1"
    case notificationWithheld = "attune.notification.withheld.v1"
    case notificationBounced = "attune.notification.bounced.v1"
    case alertAnswerRefused = "attune.access.alert-answer-refused.v1"
    case clientDataViewed = "attune.access.client-data-viewed.v1"
    case viewRefused = "attune.access.view-refused.v1"
    case reflectionShared = "attune.access.reflection-shared.v1"
    case reflectionShareEnded = "attune.access.reflection-share-ended.v1"
    case directoryChanged = "attune.access.directory-changed.v1"
    case evidenceExported = "attune.evidence.exported.v1"
    case checkpointPublished = "attune.checkpoint.published.v1"
    case clientErased = "attune.client.erased.v1"
    case erasureRefused = "attune.client.erasure-refused.v1"
    case holdPlaced = "attune.client.hold-placed.v1"
    case holdLifted = "attune.client.hold-lifted.v1"
    case logResealed = "attune.log.resealed.v1"

    /// Reads the name from its bytes; nil for an unknown one. Every event read is asked for its type, and comparing
    /// the names one after another would cost more than the rest of its header.
    init?(utf8 name: [UInt8]) {
        guard let type = Self.byName[name] else { return nil }
        self = type
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { (Array($0.rawValue.utf8), $0) })
}
