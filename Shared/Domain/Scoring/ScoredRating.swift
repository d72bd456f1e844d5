/// What a course keeps of a rating: its place and its score, without the answers.
public struct ScoredRating: Hashable, Sendable {
    public let id: RatingID
    /// As the clinic counts sessions, from 1.
    public let session: Int
    public let day: CalendarDay
    /// Total in steps.
    public let score: Int
    public let safetyItems: ItemNumbers
    /// Lowest item in steps; nil where only a total was entered.
    public let lowestItem: Int?
    /// Stream version of the event that recorded or last corrected the rating.
    public let version: UInt64

    public init(
        id: RatingID, session: Int, day: CalendarDay, score: Int, safetyItems: ItemNumbers, lowestItem: Int?,
        version: UInt64
    ) {
        self.id = id
        self.session = session
        self.day = day
        self.score = score
        self.safetyItems = safetyItems
        self.lowestItem = lowestItem
        self.version = version
    }

    /// Scores a recorded rating.
    public init(_ rating: Rating, version: UInt64, on instrument: Instrument) throws(AnswerProblem) {
        let scored = try instrument.score(rating.answers)
        self.init(rating.id, rating.session, rating.day, scored, version)
    }

    /// Scores a correction: what it says takes the place of all that was recorded.
    public init(_ correction: RatingCorrection, version: UInt64, on instrument: Instrument) throws(AnswerProblem) {
        let scored = try instrument.score(correction.answers)
        self.init(correction.rating, correction.session, correction.day, scored, version)
    }

    private init(_ id: RatingID, _ session: Int, _ day: CalendarDay, _ scored: ScoredAnswers, _ version: UInt64) {
        self.init(
            id: id, session: session, day: day, score: scored.total, safetyItems: scored.safetyItems,
            lowestItem: scored.lowestItem, version: version)
    }

    /// The order of a course: session, then day, then id. Arrival order plays no part, so a late
    /// rating leads to the same course as a timely one.
    public static func inSessionOrder(_ left: ScoredRating, _ right: ScoredRating) -> Bool {
        if left.session != right.session { return left.session < right.session }
        if left.day != right.day { return left.day < right.day }
        return left.id < right.id
    }
}
