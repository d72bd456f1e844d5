import Domain
import Testing

@Suite struct CourseTests {
    private let course = Course(scoring: Examples.ratings(180, 160, 200), on: Examples.basis)

    @Test func aLateRatingTakesItsPlaceAndTheCourseIsScoredAgain() {
        let longer = course.recording(Examples.rating(9, session: 1, day: 19_000, score: 240))
        #expect(longer.trajectory.points.map(\.rating.score) == [240, 180, 160, 200])
        #expect(longer.trajectory.points.map(\.improvement) == [0, -60, -80, -40])
        #expect(longer.trajectory.points[1].state == .deteriorating)
    }

    @Test func aCorrectionMovesARatingToItsNewPlace() {
        let corrected = course.correcting(Examples.rating(1, session: 4, score: 120, version: 5))
        #expect(corrected.trajectory.points.map(\.rating.score) == [160, 200, 120])
    }

    @Test func withdrawingTheFirstRatingMovesTheBaselineToTheNext() {
        let shorter = course.withdrawing(Examples.ratingID(1))
        #expect(shorter.trajectory.points.map(\.improvement) == [0, 40])
        #expect(shorter.trajectory.points.first?.state == .insufficientData)
        #expect(course.withdrawing(Examples.ratingID(99)).trajectory == course.trajectory)
    }

    @Test func repeatingAnEventChangesNothing() {
        let rating = Examples.rating(4, score: 220, version: 7)
        let once = course.recording(rating)
        #expect(once.recording(rating).trajectory == once.trajectory)
    }

    @Test func anOlderVersionOfARatingNeverReplacesANewerOne() {
        let corrected = course.correcting(Examples.rating(2, score: 100, version: 8))
        #expect(corrected.recording(Examples.rating(2, score: 160, version: 2)).trajectory == corrected.trajectory)
    }

    @Test func growingStepByStepEqualsScoringAtOnce() {
        var numbers = SeededNumbers(state: 4)
        for _ in 1...100 {
            var grown = Course(on: Examples.basis)
            var kept: [ScoredRating] = []
            for step in 1...20 {
                let id = Int.random(in: 1...8, using: &numbers)
                kept.removeAll { $0.id == Examples.ratingID(id) }
                if Bool.random(using: &numbers) {
                    grown = grown.withdrawing(Examples.ratingID(id))
                } else {
                    let rating = Examples.rating(
                        id, session: Int.random(in: 1...5, using: &numbers),
                        score: Int.random(in: 0...400, using: &numbers), version: UInt64(step))
                    kept.append(rating)
                    grown = grown.recording(rating)
                }
            }
            #expect(grown.trajectory == Trajectory.score(kept, on: Examples.basis))
        }
    }

    @Test func aStoredCourseIsTakenUpAsItIsOrScoredAgainOnAnotherBasis() {
        #expect(Course(restoring: course.trajectory, on: Examples.basis).trajectory == course.trajectory)
        let bare = ScoringBasis(instrument: Examples.outcome, normSet: nil, model: nil)
        let again = Course(restoring: course.trajectory, on: bare)
        #expect(again.trajectory.points.map(\.state) == [.insufficientData, .noExpectedResponse, .noExpectedResponse])
        #expect(again.trajectory.provenance == Provenance(normSet: nil, model: nil))
    }

    @Test func anExplanationNamesRuleFiguresNormSetAndModel() throws {
        let course = Course(scoring: Examples.ratings(180, 160, 150, 138), on: Examples.basis)
        let text = course.explanation(of: try #require(course.trajectory.latest)).joined(separator: "\n")
        #expect(text.contains("13.8 at session 4, 18.0 at the first rating (session 1); change -4.2"))
        #expect(text.contains("etr.80"))
        #expect(text.contains("80 % bounds 15.475 to 32.004"))
        #expect(text.contains("norm set ors-adult"))
        #expect(text.contains("model ors-start version 1"))
    }

    @Test func anExplanationOfAnAllianceRatingNamesEveryRuleThatSpoke() throws {
        let basis = ScoringBasis(instrument: Examples.allianceScale(lowestItem: 90), normSet: nil, model: nil)
        let course = Course(
            scoring: [Examples.rating(1, score: 370), Examples.rating(2, score: 355, lowestItem: 80)], on: basis)
        let text = course.explanation(of: try #require(course.trajectory.latest)).joined(separator: "\n")
        #expect(text.contains("alliance.cutoff: on the low side of the cut-off of 36.0"))
        #expect(text.contains("alliance.drop: fallen from 37.0 by at least 1.0"))
        #expect(text.contains("alliance.item: an item of 8.0 is below 9.0"))
    }
}
