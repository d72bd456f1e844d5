import Domain
import Testing

/// Sudden gains and losses. Oracle: vignette and package tests of the R package suddengains (Wiedemann 2020).
@Suite struct SuddenChangeTests {
    /// Beck Depression Inventory: 0 to 63, less is better, 7 points.
    static let bdi = rule(7)

    static func rule(
        _ change: Int, _ direction: ScoreDirection = .lowerIsBetter, share: SuddenShare? = .quarter,
        stability: StabilityCriticalValues? = .lutz2013
    ) -> SuddenChangeRule {
        SuddenChangeRule(
            smallestChange: change, share: share, stability: stability, direction: direction, totalRange: 0...63)!
    }

    /// Rows of test-identify_sg.R: the steps from the second, third and fourth of six sessions; nil stands
    /// for "not enough data".
    @Test(
        arguments: [
            ([28, 19, 23, 12, 13, nil], [false, false, nil]), ([28, 19, 23, 11, 12, nil], [false, true, nil]),
            ([28, 19, nil, 12, 13, nil], [nil, nil, nil]), ([28, 19, 23, 12, 14, nil], [false, false, nil]),
            ([28, 25, 28, 11, 12, nil], [false, true, nil]), ([28, 26, 28, 11, 12, nil], [false, true, nil]),
            ([nil, 26, 28, nil, 12, 11], [nil, nil, nil]), ([35, 37, 23, 23, 24, 21], [true, false, false]),
            ([35, 37, 34, 24, 24, 21], [false, true, false]), ([35, 37, 34, 34, 24, 21], [false, false, true]),
            ([35, 37, 34, 37, 37, 37], [false, false, false]),
        ] as [([Int?], [Bool?])])
    func gainsAreFoundWhereThePackageFindsThem(scores: [Int?], expected: [Bool?]) {
        for (place, isGain) in zip(1..., expected) {
            let verdict = Self.bdi.verdict(on: scores, from: place)
            switch isGain {
            case true?: #expect(verdict == .sudden(.gain))
            case false?: #expect(verdict == .notSudden)
            case nil: #expect(verdict == .notEnoughScores)
            }
        }
    }

    /// Rows of test-identify_sl.R: the place of the one loss. The last row falls: a gain, and no loss.
    @Test(
        arguments: [
            ([10, 11, 12, 30, 28, 33], 2), ([10, 11, 12, 10, 28, 33], 3), ([10, 11, 30, 30, 28, 33], 1),
            ([35, 37, 34, 23, 24, 21], nil),
        ] as [([Int?], Int?)])
    func lossesAreFoundWhereThePackageFindsThem(scores: [Int?], place: Int?) {
        let losses = Self.bdi.changes(in: scores).filter { $0.kind == .loss }
        #expect(losses.map(\.place) == (place.map { [$0] } ?? []))
    }

    /// Examples of the vignette for check_interval: with 1 % critical values, with missing sessions, a loss.
    @Test func theExamplesOfTheVignetteComeOut() {
        let strict = StabilityCriticalValues(ofSix: 4.604, ofFive: 5.841, ofFour: 9.925)
        #expect(Self.bdi.verdict(on: [32, 31, 33, 5, 6, 7], from: 2) == .sudden(.gain))
        #expect(Self.rule(7, stability: strict).verdict(on: [32, 31, 33, 5, 6, 7], from: 2) == .sudden(.gain))
        let onlyThird = Self.rule(1, share: nil, stability: strict)
        #expect(onlyThird.verdict(on: [nil, 31, 33, 5, nil, 7], from: 2) == .sudden(.gain))
        #expect(Self.bdi.verdict(on: [5, nil, 7, 16, 12, 14], from: 2) == .sudden(.loss))
    }

    @Test func aChangeThatFailsOneCriterionIsNotSudden() {
        // Eight points, but less than a quarter of 40.
        #expect(Self.bdi.verdict(on: [40, 40, 40, 32, 32, 32], from: 2) == .notSudden)
        #expect(Self.rule(7, share: nil).verdict(on: [40, 40, 40, 32, 32, 32], from: 2) == .sudden(.gain))
        // A quarter exactly.
        #expect(Self.bdi.verdict(on: [40, 40, 40, 30, 30, 30], from: 2) == .sudden(.gain))
        // A quarter, but six points.
        #expect(Self.bdi.verdict(on: [20, 20, 20, 14, 14, 14], from: 2) == .notSudden)
        // Large, but not stable.
        #expect(Self.bdi.verdict(on: [20, 32, 30, 15, 28, 24], from: 2) == .notSudden)
        #expect(Self.rule(7, stability: nil).verdict(on: [20, 32, 30, 15, 28, 24], from: 2) == .sudden(.gain))
    }

    /// With sessions missing fewer scores must differ by more: the gain stands at the critical value of
    /// complete data and falls at the adjusted one.
    @Test func theCriticalValueRisesWithMissingSessions() {
        let scores: [Int?] = [nil, 30, 34, 22, 26, nil]
        // Means 32 and 24, pooled deviation 2.828: 8 lies between 2.776 and 4.303 times it.
        #expect(Self.rule(7, stability: .unadjusted).verdict(on: scores, from: 2) == .sudden(.gain))
        #expect(Self.bdi.verdict(on: scores, from: 2) == .notSudden)
    }

    @Test func aChangeIsReversedWhenMoreThanHalfOfItIsLost() {
        #expect(Self.bdi.changes(in: [34, 35, 34, 23, 24, 21, 28]).map(\.isReversed) == [false])
        #expect(Self.bdi.changes(in: [34, 35, 34, 24, 24, 21, 29]).map(\.isReversed) == [false])
        #expect(Self.bdi.changes(in: [34, 35, 34, 23, 24, 21, 29]).map(\.isReversed) == [true])
    }

    @Test func aRuleNeedsAThresholdAndAPercentage() {
        #expect(
            SuddenChangeRule(smallestChange: 0, direction: .lowerIsBetter, totalRange: 0...63) == nil)
        #expect(SuddenShare(percent: 0, of: .severity) == nil)
        #expect(SuddenShare(percent: 101, of: .score) == nil)
        #expect(SuddenShare(percent: 25, of: .severity) == .quarter)
    }

    /// On a scale where more is better a quarter of the severity is not a quarter of the score.
    @Test func theShareIsOfSeverityOrOfTheScoreAsTheSiteWants() throws {
        let scores: [Int?] = [10, 10, 10, 18, 18, 18]
        let ofScore = try #require(SuddenShare(percent: 25, of: .score))
        #expect(Self.rule(7, .higherIsBetter, share: ofScore).verdict(on: scores, from: 2) == .sudden(.gain))
        #expect(Self.rule(7, .higherIsBetter).verdict(on: scores, from: 2) == .notSudden)
    }

    /// Courses at random: turning the scale round together with its direction changes nothing; turning it
    /// round alone makes every gain a loss.
    @Test func turningTheScaleRoundChangesNoVerdict() {
        var numbers = SeededNumbers(state: 3)
        var found = 0
        for _ in 1...3000 {
            let scores: [Int?] = (0..<10).map { place in
                let level = place < 5 ? 20...35 : 8...24
                return Int.random(in: 0...5, using: &numbers) == 0 ? nil : .random(in: level, using: &numbers)
            }
            let mirrored = scores.map { $0.map { 63 - $0 } }
            let here = Self.bdi.changes(in: scores)
            let there = Self.rule(7, .higherIsBetter).changes(in: mirrored)
            #expect(here.map(\.place) == there.map(\.place))
            #expect(here.map(\.kind) == there.map(\.kind))
            #expect(here.map(\.isReversed) == there.map(\.isReversed))
            let unshared = Self.rule(7, share: nil)
            let opposite = unshared.changes(in: mirrored)
            #expect(unshared.changes(in: scores).map(\.place) == opposite.map(\.place))
            #expect(unshared.changes(in: scores).map { $0.kind == .gain } == opposite.map { $0.kind == .loss })
            #expect(here.allSatisfy { $0.magnitude >= 7 })
            found += here.count
        }
        #expect(found > 300)
    }

    @Test func aTrajectoryGivesOneEntryForEverySession() {
        let ratings = [
            Examples.rating(1, session: 2, score: 180), Examples.rating(2, session: 3, score: 190),
            Examples.rating(3, session: 3, day: 20_001, score: 200), Examples.rating(4, session: 6, score: 210),
        ]
        let trajectory = Trajectory.score(ratings, on: Examples.basis)
        #expect(trajectory.scoresBySession == [180, 200, nil, nil, 210])
        #expect(Trajectory.score([], on: Examples.basis).scoresBySession.isEmpty)
    }
}
