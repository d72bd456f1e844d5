/// A participant's answers to the inventory of preferences. No rating: nothing of it is scored on a course.
public struct PreferencesRecorded: Hashable, Sendable {
    public let id: PreferencesID
    public let participant: ParticipantID
    /// The inventory and its version.
    public let instrument: InstrumentReference
    /// Number of the session, from 1 (intake).
    public let session: Int
    public let day: CalendarDay
    /// One entry per item, in order; nil where unanswered. Fit for `PreferenceInventory.score`.
    public let answers: [Int?]

    public init(
        id: PreferencesID, participant: ParticipantID, instrument: InstrumentReference, session: Int, day: CalendarDay,
        answers: [Int?]
    ) {
        self.id = id
        self.participant = participant
        self.instrument = instrument
        self.session = session
        self.day = day
        self.answers = answers
    }
}

/// That one preference of a participant was talked about, what was agreed, and whether the work follows it.
public struct PreferenceReviewed: Hashable, Sendable {
    public let id: PreferenceReviewID
    public let participant: ParticipantID
    public let accommodation: PreferenceAccommodation

    public init(id: PreferenceReviewID, participant: ParticipantID, accommodation: PreferenceAccommodation) {
        self.id = id
        self.participant = participant
        self.accommodation = accommodation
    }
}
