/// That a rating was talked about with the client. A score that nobody talks about helps nobody.
public struct RatingDiscussed: Hashable, Sendable {
    public let rating: RatingID
    /// The clinic's day.
    public let day: CalendarDay
    /// Opaque directory id.
    public let by: String

    public init(rating: RatingID, day: CalendarDay, by: String) {
        self.rating = rating
        self.day = day
        self.by = by
    }
}

/// That a participant agrees, or agrees no longer, that those who share the episode see their ratings beside
/// their own.
public struct ConsentChange: Hashable, Sendable {
    public let participant: ParticipantID
    /// Whether the joint view is agreed to from now on.
    public let jointView: Bool
    public let day: CalendarDay

    public init(participant: ParticipantID, jointView: Bool, day: CalendarDay) {
        self.participant = participant
        self.jointView = jointView
        self.day = day
    }
}

/// That somebody looked back on the course of an episode and wrote down what came of it.
public struct ReviewHeld: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Together with the client.
        case joint
        /// By the clinician or a team, such as a completed `SupportReview`.
        case documented
    }

    public let kind: Kind
    public let day: CalendarDay
    /// Opaque directory id.
    public let by: String

    public init(kind: Kind, day: CalendarDay, by: String) {
        self.kind = kind
        self.day = day
        self.by = by
    }
}

/// What was recorded about an episode beside its events, in any order.
public struct EpisodeRecords: Hashable, Sendable {
    public var discussions: [RatingDiscussed]
    public var consents: [ConsentChange]
    public var reviews: [ReviewHeld]

    public init(
        discussions: [RatingDiscussed] = [], consents: [ConsentChange] = [], reviews: [ReviewHeld] = []
    ) {
        self.discussions = discussions
        self.consents = consents
        self.reviews = reviews
    }
}
