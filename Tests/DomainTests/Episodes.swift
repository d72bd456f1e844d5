import Domain

/// An episode put together for a test: weekly sessions on days 20000, 20007 and so on, sums in tenths. Person 1 and 2
/// rate themselves; their own reliable change is 5.0, the outcome cut-off 25.0, that of the alliance 36.0.
struct Episodes {
    static let start = 20_000
    static let outcome = ScoringBasis(instrument: Examples.outcome, normSet: Examples.adultNorms, model: nil)
    static let modelled = Examples.basis
    static let alliance = ScoringBasis(instrument: Examples.allianceScale(), normSet: nil, model: nil)
    static let id = EpisodeID(rawValue: Examples.uuid(1, 1))

    var events: [EpisodeEvent]
    var courses: [CourseKey: Course] = [:]

    init(people: Int = 1, ages: AgeBand = .adult) {
        let participants = (1...people).map { Participant(id: Self.person($0), role: .`self`, ageBand: ages) }
        events = [
            .opened(
                EpisodeOpening(
                    service: "adults", openedOn: Self.day(1), clinician: "c1", participants: participants))
        ]
    }

    static func person(_ number: Int) -> ParticipantID { ParticipantID(rawValue: Examples.uuid(2, number)) }

    /// Scores of one session after the other.
    static func bySession(_ scores: [Int], from session: Int = 1) -> [Int: Int] {
        Dictionary(uniqueKeysWithValues: scores.enumerated().map { ($0.offset + session, $0.element) })
    }

    /// The day of a weekly session.
    static func day(_ session: Int, plus days: Int = 0) -> CalendarDay {
        CalendarDay(daysSinceEpoch: start + 7 * (session - 1) + days)
    }

    static func rating(_ person: Int, _ basis: ScoringBasis, session: Int) -> RatingID {
        Examples.ratingID(person * 4096 + (basis.instrument.purpose == .outcome ? 0 : 2048) + session)
    }

    static func key(_ person: Int, _ basis: ScoringBasis) -> CourseKey {
        CourseKey(participant: Self.person(person), instrument: basis.instrument.reference)
    }

    /// Sessions held, weekly unless said otherwise.
    mutating func hold(_ sessions: some Sequence<Int>, plus days: Int = 0) {
        for session in sessions {
            events.append(
                .sessionHeld(
                    SessionHeld(
                        id: SessionID(rawValue: Examples.uuid(3, session)), number: session,
                        day: Self.day(session, plus: days))))
        }
    }

    mutating func miss(_ reason: MissedReason, on day: CalendarDay) {
        let id = SessionID(rawValue: Examples.uuid(3, 900 + events.count))
        events.append(.sessionMissed(SessionMissed(id: id, day: day, reason: reason)))
    }

    /// A person's scores by session; each on the session's day.
    mutating func rate(_ person: Int, _ basis: ScoringBasis, _ scores: [Int: Int], safety: ItemNumbers = []) {
        let key = Self.key(person, basis)
        let old = courses[key]?.trajectory.points.map(\.rating) ?? []
        let new = scores.map { session, score in
            ScoredRating(
                id: Self.rating(person, basis, session: session), session: session, day: Self.day(session), score: score,
                safetyItems: safety, lowestItem: nil, version: 1)
        }
        courses[key] = Course(scoring: old + new, on: basis)
    }

    mutating func rate(_ person: Int, _ basis: ScoringBasis, _ scores: Int..., from session: Int = 1) {
        rate(person, basis, Self.bySession(scores, from: session))
    }

    mutating func discuss(_ person: Int, _ basis: ScoringBasis, session: Int, plus days: Int = 0) {
        events.append(
            .ratingDiscussed(
                RatingDiscussed(
                    id: DiscussionID(rawValue: Examples.uuid(6, events.count)),
                    rating: Self.rating(person, basis, session: session), day: Self.day(session, plus: days), by: "c1")))
    }

    mutating func review(_ kind: ReviewHeld.Kind, on day: CalendarDay) {
        let id = ReviewID(rawValue: Examples.uuid(8, events.count))
        events.append(.reviewHeld(ReviewHeld(id: id, kind: kind, day: day, by: "c1")))
    }

    mutating func consent(_ person: Int, _ jointView: Bool, on day: CalendarDay = Episodes.day(1)) {
        let id = ConsentID(rawValue: Examples.uuid(7, events.count))
        events.append(
            .consentChanged(ConsentChange(id: id, participant: Self.person(person), jointView: jointView, day: day)))
    }

    mutating func decline(_ person: Int, _ basis: ScoringBasis, session: Int) {
        events.append(
            .ratingDeclined(
                RatingDeclined(
                    id: DeclineID(rawValue: Examples.uuid(9, events.count)), participant: Self.person(person),
                    instrument: basis.instrument.reference, purpose: basis.instrument.purpose, session: session,
                    day: Self.day(session))))
    }

    mutating func close(on day: CalendarDay) {
        events.append(.closed(EpisodeClosure(day: day, reason: .agreedEnd)))
    }

    func view(_ today: CalendarDay) -> EpisodeView {
        guard let view = EpisodeView(of: Self.id, events: events, courses: courses, asOf: today) else {
            preconditionFailure("the episode is opened on day(1)")
        }
        return view
    }

    /// Rules that are off but for some.
    static func only(_ change: (inout EpisodeRulePolicy) -> Void) -> EpisodeRulePolicy {
        var policy = EpisodeRulePolicy(
            dropOut: nil, discrepancy: nil, checkpoints: nil, missedMeasure: nil, undiscussed: nil, stale: nil)
        change(&policy)
        return policy
    }
}
