import Domain
import Testing

/// The five objectives of practice guides, each met, not met and too early. Sessions are weekly.
@Suite struct ObjectiveTests {
    private func objective(
        _ measure: ObjectiveMeasure, _ window: ObjectiveWindow, _ target: ObjectiveTarget = .every,
        startsOn: CalendarDay? = nil, grace: Int? = nil
    ) throws -> QualityObjective {
        try #require(
            QualityObjective(
                id: ObjectiveID(unchecked: "goal"), title: "goal", measure: measure, window: window, startsOn: startsOn,
                target: target, graceDays: grace))
    }

    private typealias Figures = (done: Int, of: Int, pending: Int, verdict: ObjectiveResult.Verdict)

    private func expect(
        _ objective: QualityObjective, _ episodes: [Episodes], on day: CalendarDay, _ figures: Figures,
        at place: SourceLocation = #_sourceLocation
    ) {
        let result = objective.evaluate(episodes.map { $0.view(day) })
        #expect(result.done.count == figures.done, sourceLocation: place)
        #expect(result.done.total == figures.of, sourceLocation: place)
        #expect(result.pending == figures.pending, sourceLocation: place)
        #expect(result.verdict == figures.verdict, sourceLocation: place)
    }

    /// Weekly sessions with both ratings.
    private func measured(_ sessions: ClosedRange<Int>, outcome: Int = 200, alliance: Int = 380) -> Episodes {
        var episode = Episodes()
        episode.hold(sessions)
        for session in sessions {
            episode.rate(1, Episodes.outcome, [session: outcome])
            episode.rate(1, Episodes.alliance, [session: alliance])
        }
        return episode
    }

    // MARK: Measured at every session for eight weeks

    @Test func measuredAtEverySessionForEightWeeks() throws {
        let goal = try objective(.sessionsMeasured([.outcome, .alliance]), .weeks(8))
        let whole = measured(1...9)
        expect(goal, [whole], on: Episodes.day(9, plus: -1), (8, 8, 0, .tooEarly))
        expect(goal, [whole], on: Episodes.day(9), (8, 8, 0, .met))
        // The ninth session lies beyond the eight weeks.
        var without = measured(1...8)
        without.hold(9...9)
        expect(goal, [without], on: Episodes.day(12), (8, 8, 0, .met))
    }

    @Test func aDeclinedSessionIsNoOccasion() throws {
        let goal = try objective(.sessionsMeasured([.outcome, .alliance]), .weeks(8))
        var episode = measured(1...2)
        episode.hold(3...3)
        episode.decline(1, Episodes.outcome, session: 3)
        episode.decline(1, Episodes.alliance, session: 3)
        expect(goal, [episode], on: Episodes.day(3, plus: 2), (2, 2, 0, .tooEarly))
        // What was neither given nor declined is missed all the same.
        episode.hold(4...4)
        episode.decline(1, Episodes.alliance, session: 4)
        expect(goal, [episode], on: Episodes.day(4, plus: 2), (2, 3, 0, .notMet))
    }

    @Test func oneSessionWithoutARatingDecides() throws {
        let goal = try objective(.sessionsMeasured([.outcome, .alliance]), .weeks(8))
        var gap = measured(1...2)
        gap.hold(3...3)
        gap.rate(1, Episodes.outcome, [3: 200])
        expect(goal, [gap], on: Episodes.day(3, plus: 1), (2, 2, 1, .tooEarly))
        expect(goal, [gap], on: Episodes.day(3, plus: 2), (2, 3, 0, .notMet))
        let outcomeOnly = try objective(.sessionsMeasured([.outcome]), .weeks(8))
        expect(outcomeOnly, [gap], on: Episodes.day(3, plus: 2), (3, 3, 0, .tooEarly))
        // One episode that fails decides for all.
        expect(goal, [measured(1...9), gap], on: Episodes.day(9), (10, 11, 0, .notMet))
    }

    // MARK: Alliance below the own baseline handled in the same session, over six sessions

    @Test func aLowAllianceIsHandledInTheSameSession() throws {
        let goal = try objective(.lowAllianceHandled, .sessions(6))
        var episode = measured(1...5)
        episode.rate(1, Episodes.alliance, [3: 379])
        expect(goal, [episode], on: Episodes.day(3), (0, 0, 1, .tooEarly))
        expect(goal, [episode], on: Episodes.day(3, plus: 1), (0, 1, 0, .notMet))
        var late = episode
        late.discuss(1, Episodes.alliance, session: 3, plus: 1)
        expect(goal, [late], on: Episodes.day(5), (0, 1, 0, .notMet))
        episode.discuss(1, Episodes.alliance, session: 3)
        expect(goal, [episode], on: Episodes.day(5), (1, 1, 0, .tooEarly))
        episode.hold(6...7)
        expect(goal, [episode], on: Episodes.day(6), (1, 1, 0, .met))
        // The seventh session does not count any more.
        episode.rate(1, Episodes.alliance, [7: 300])
        expect(goal, [episode], on: Episodes.day(8), (1, 1, 0, .met))
    }

    @Test func aSteadyAllianceLeavesNothingToHandle() throws {
        let goal = try objective(.lowAllianceHandled, .sessions(6))
        expect(goal, [measured(1...6)], on: Episodes.day(7), (0, 0, 0, .nothingToCount))
    }

    @Test func theInstrumentsOwnBaselineCounts() throws {
        let goal = try objective(.lowAllianceHandled, .sessions(2))
        let rule = try #require(AllianceBaseline(margin: .steps(20), earlierRatings: 1))
        let basis = ScoringBasis(instrument: Examples.allianceScale(baseline: rule), normSet: nil, model: nil)
        for (second, of) in [(361, 0), (360, 1)] {
            var episode = Episodes()
            episode.hold(1...2)
            episode.rate(1, basis, [1: 380, 2: second])
            expect(goal, [episode], on: Episodes.day(3), (0, of, 0, of == 0 ? .nothingToCount : .notMet))
        }
    }

    // MARK: Joint review every fourth session for twelve weeks

    @Test func everyFourthSessionIsAJointReview() throws {
        let goal = try objective(.jointReviews(everySessions: 4), .weeks(12))
        var episode = Episodes()
        episode.hold(1...13)
        episode.review(.joint, on: Episodes.day(4))
        expect(goal, [episode], on: Episodes.day(7), (1, 1, 0, .tooEarly))
        expect(goal, [episode], on: Episodes.day(8), (1, 1, 1, .tooEarly))
        expect(goal, [episode], on: Episodes.day(8, plus: 1), (1, 2, 0, .notMet))
        // Early in its run is in time; a documented review is none with the client.
        episode.review(.joint, on: Episodes.day(6))
        episode.review(.documented, on: Episodes.day(12))
        expect(goal, [episode], on: Episodes.day(13), (2, 3, 0, .notMet))
        episode.review(.joint, on: Episodes.day(12))
        expect(goal, [episode], on: Episodes.day(13, plus: -1), (3, 3, 0, .tooEarly))
        expect(goal, [episode], on: Episodes.day(13), (3, 3, 0, .met))
    }

    @Test func aReviewCountsForOneRun() throws {
        let goal = try objective(.jointReviews(everySessions: 1), .sessions(2), .share(thousandths: 1000), grace: 7)
        var episode = Episodes()
        episode.hold(1...2)
        episode.review(.joint, on: Episodes.day(2))
        expect(goal, [episode], on: Episodes.day(4), (1, 2, 0, .notMet))
        episode.review(.joint, on: Episodes.day(2, plus: 3))
        expect(goal, [episode], on: Episodes.day(4), (2, 2, 0, .met))
    }

    // MARK: No reliable gain over four sessions leads to a documented review

    @Test func noGainOverFourSessionsLeadsToAReview() throws {
        let goal = try objective(.unchangedReviewed(afterRatings: 4), .months(3))
        var episode = measured(1...8)
        expect(goal, [episode], on: Episodes.day(4), (0, 0, 1, .tooEarly))
        expect(goal, [episode], on: Episodes.day(6), (0, 0, 1, .tooEarly))
        expect(goal, [episode], on: Episodes.day(6, plus: 1), (0, 1, 0, .notMet))
        episode.review(.documented, on: Episodes.day(3, plus: 6))
        expect(goal, [episode], on: Episodes.day(7), (0, 1, 0, .notMet))
        episode.review(.documented, on: Episodes.day(6))
        expect(goal, [episode], on: Episodes.day(7), (1, 1, 0, .tooEarly))
        // Eight ratings without a gain ask again.
        episode.review(.joint, on: Episodes.day(8))
        expect(goal, [episode], on: Episodes.day(20), (2, 2, 0, .met))
    }

    @Test(arguments: [(249, 1), (250, 0)])
    func aReliableGainAsksForNoReview(fourth: Int, occasions: Int) throws {
        let goal = try objective(.unchangedReviewed(afterRatings: 4), .weeks(4))
        var episode = measured(1...3)
        episode.hold(4...4)
        episode.rate(1, Episodes.outcome, [4: fourth])
        let verdict = occasions == 0 ? ObjectiveResult.Verdict.nothingToCount : .notMet
        expect(goal, [episode], on: Episodes.day(8), (0, occasions, 0, verdict))
    }

    // MARK: Nine of ten sessions measured and discussed over three months

    @Test func nineOfTenSessionsAreMeasuredAndDiscussed() throws {
        let goal = try objective(.sessionsMeasuredAndDiscussed, .months(3), .share(thousandths: 900))
        var episode = measured(1...10)
        for session in 1...9 {
            episode.discuss(1, Episodes.outcome, session: session, plus: 7)
            episode.discuss(1, Episodes.alliance, session: session)
        }
        expect(goal, [episode], on: Episodes.day(10), (9, 9, 1, .tooEarly))
        expect(goal, [episode], on: Episodes.day(12), (9, 10, 0, .tooEarly))
        // 2024-10-04 and three months: 2025-01-04, the fourteenth week.
        expect(goal, [episode], on: Episodes.day(14), (9, 10, 0, .tooEarly))
        expect(goal, [episode], on: Episodes.day(14, plus: 1), (9, 10, 0, .met))
        var other = measured(1...1)
        other.discuss(1, Episodes.outcome, session: 1)
        expect(goal, [episode, other], on: Episodes.day(20), (9, 11, 0, .notMet))
        // Eight days later is not in time.
        var late = measured(1...1)
        late.discuss(1, Episodes.outcome, session: 1, plus: 8)
        late.discuss(1, Episodes.alliance, session: 1)
        expect(goal, [late], on: Episodes.day(20), (0, 1, 0, .notMet))
    }

    // MARK: Windows

    @Test func aCommonBeginningCountsFromItsDay() throws {
        let goal = try objective(.sessionsMeasured([.outcome]), .weeks(2), startsOn: Episodes.day(3))
        var episode = Episodes()
        episode.hold(1...6)
        episode.rate(1, Episodes.outcome, 200, 200, from: 3)
        expect(goal, [episode], on: Episodes.day(2), (0, 0, 0, .tooEarly))
        expect(goal, [episode], on: Episodes.day(5), (2, 2, 0, .met))
        // A closed episode does not end it.
        episode.close(on: Episodes.day(4))
        expect(goal, [episode], on: Episodes.day(4, plus: 3), (2, 2, 0, .tooEarly))
    }

    @Test func anEpisodeThatEndsEndsItsOwnWindow() throws {
        for window in [ObjectiveWindow.weeks(8), .months(2), .sessions(8)] {
            let goal = try objective(.sessionsMeasured([.outcome]), window)
            var episode = measured(1...3)
            expect(goal, [episode], on: Episodes.day(3), (3, 3, 0, .tooEarly))
            episode.close(on: Episodes.day(3))
            expect(goal, [episode], on: Episodes.day(3), (3, 3, 0, .met))
            // All episodes have to be over.
            expect(goal, [episode, measured(1...3)], on: Episodes.day(3), (6, 6, 0, .tooEarly))
        }
    }

    @Test func anImpossibleObjectiveIsNone() {
        func isPossible(
            _ measure: ObjectiveMeasure, _ window: ObjectiveWindow, _ target: ObjectiveTarget, grace: Int? = nil
        ) -> Bool {
            QualityObjective(
                id: ObjectiveID(unchecked: "goal"), title: "goal", measure: measure, window: window, target: target,
                graceDays: grace) != nil
        }
        #expect(isPossible(.lowAllianceHandled, .weeks(1), .share(thousandths: 1000)))
        #expect(!isPossible(.lowAllianceHandled, .weeks(0), .every))
        #expect(!isPossible(.lowAllianceHandled, .sessions(0), .every))
        #expect(!isPossible(.lowAllianceHandled, .months(0), .every))
        #expect(!isPossible(.lowAllianceHandled, .weeks(1), .share(thousandths: 1001)))
        #expect(!isPossible(.lowAllianceHandled, .weeks(1), .share(thousandths: 0)))
        #expect(!isPossible(.lowAllianceHandled, .weeks(1), .every, grace: -1))
        #expect(!isPossible(.jointReviews(everySessions: 0), .weeks(1), .every))
        #expect(!isPossible(.unchangedReviewed(afterRatings: 1), .weeks(1), .every))
        #expect(!isPossible(.sessionsMeasured([]), .weeks(1), .every))
    }
}
