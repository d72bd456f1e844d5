/// That a rating was talked about with the client. A score that nobody talks about helps nobody.
public struct RatingDiscussed: Hashable, Sendable {
    public let id: DiscussionID
    public let rating: RatingID
    /// The clinic's day.
    public let day: CalendarDay
    /// Opaque directory id.
    public let by: String

    public init(id: DiscussionID, rating: RatingID, day: CalendarDay, by: String) {
        self.id = id
        self.rating = rating
        self.day = day
        self.by = by
    }
}

/// That a participant agrees, or agrees no longer, that those who share the episode see their ratings beside
/// their own.
public struct ConsentChange: Hashable, Sendable {
    public let id: ConsentID
    public let participant: ParticipantID
    /// Whether the joint view is agreed to from now on.
    public let jointView: Bool
    public let day: CalendarDay

    public init(id: ConsentID, participant: ParticipantID, jointView: Bool, day: CalendarDay) {
        self.id = id
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

    public let id: ReviewID
    public let kind: Kind
    public let day: CalendarDay
    /// Opaque directory id.
    public let by: String

    public init(id: ReviewID, kind: Kind, day: CalendarDay, by: String) {
        self.id = id
        self.kind = kind
        self.day = day
        self.by = by
    }
}

/// That a participant was asked for a measure and would rather not: an answer, which nobody owes a reason for.
public struct RatingDeclined: Hashable, Sendable {
    public let id: DeclineID
    public let participant: ParticipantID
    public let instrument: InstrumentReference
    /// Of the instrument, as the catalogue said when it was declined.
    public let purpose: InstrumentPurpose
    /// Number of the session, from 1 (intake).
    public let session: Int
    public let day: CalendarDay

    public init(
        id: DeclineID, participant: ParticipantID, instrument: InstrumentReference, purpose: InstrumentPurpose,
        session: Int, day: CalendarDay
    ) {
        self.id = id
        self.participant = participant
        self.instrument = instrument
        self.purpose = purpose
        self.session = session
        self.day = day
    }
}
