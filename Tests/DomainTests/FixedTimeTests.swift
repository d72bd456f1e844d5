import Domain
import Testing

/// In tenths: the reliable change is 5.0 and the cut-off 25.0.
@Suite struct FixedTimeTests {
    private static let start = 20_000

    private func course(_ ratings: [(day: Int, score: Int)], on basis: ScoringBasis = Episodes.outcome) -> Course {
        Course(
            scoring: ratings.enumerated().map { index, rating in
                Examples.rating(index + 1, day: Self.start + rating.day, score: rating.score)
            }, on: basis)
    }

    private func outcome(
        _ ratings: [(day: Int, score: Int)], asOf day: Int = 400, on basis: ScoringBasis = Episodes.outcome
    ) -> FixedTimeOutcome? {
        course(ratings, on: basis).outcome(at: .week12, asOf: CalendarDay(daysSinceEpoch: Self.start + day))
    }

    private func last(_ outcome: FixedTimeOutcome?) -> Int? {
        guard case .rated(let verdict) = outcome else { return nil }
        return verdict.last
    }

    @Test func `The rating nearest to week 12 counts, and not the last one`() {
        // Recovered at week 12, worse again a year later; and the other way round.
        #expect(last(outcome([(0, 150), (84, 300), (360, 160)])) == 300)
        #expect(last(outcome([(0, 150), (80, 160), (90, 300), (200, 350)])) == 160)
        // Of two equally near, the earlier.
        #expect(last(outcome([(0, 150), (80, 200), (88, 210)])) == 200)
        guard case .rated(let verdict) = outcome([(0, 150), (84, 300)]) else {
            Issue.record("nothing was rated")
            return
        }
        #expect(verdict.outcome() == .recovered)
    }

    @Test func `Who is not rated at week 12 stays in the denominator`() {
        #expect(outcome([(0, 150), (28, 300)]) == .notRated)
        #expect(outcome([(0, 150), (69, 300), (99, 310)]) == .notRated)
        #expect(last(outcome([(0, 150), (70, 300)])) == 300)
        #expect(last(outcome([(0, 150), (98, 310)])) == 310)
        #expect(outcome([(0, 150)]) == .notRated)
    }

    @Test func `Nobody counts before the time is over, early improvement or not`() {
        #expect(outcome([(0, 150), (84, 300)], asOf: 98) == .notDue)
        #expect(last(outcome([(0, 150), (84, 300)], asOf: 99)) == 300)
        #expect(outcome([(0, 150)], asOf: 98) == .notDue)
    }

    @Test func `Without ratings or a reliable change there is nothing to say`() {
        #expect(outcome([]) == nil)
        let unknown = ScoringBasis(instrument: Examples.outcome, normSet: nil, model: nil)
        #expect(outcome([(0, 150), (84, 300)], on: unknown) == nil)
    }
}
