import Domain
import Testing

@Suite struct SignalTests {
    private func rules(_ instrument: Instrument, _ ratings: [ScoredRating], cause: Int? = nil) -> [SignalRule] {
        let basis = ScoringBasis(instrument: instrument, normSet: nil, model: nil)
        let course = Course(scoring: ratings, on: basis)
        return course.signals(causedBy: Examples.ratingID(cause ?? ratings.count)).map(\.rule)
    }

    @Test func anAllianceFallOfExactlyOnePointSpeaksForAllTenthPairs() throws {
        let instrument = Examples.allianceScale()
        var pairs = 0
        for higher in 10...400 {
            let first = try DecimalSteps.steps(DecimalSteps.text(higher, denominator: 10), denominator: 10)
            let second = try DecimalSteps.steps(DecimalSteps.text(higher - 10, denominator: 10), denominator: 10)
            #expect(rules(instrument, Examples.ratings(first, second)).contains(.allianceDrop))
            #expect(!rules(instrument, Examples.ratings(first, second + 1)).contains(.allianceDrop))
            pairs += 1
        }
        #expect(pairs == 391)
    }

    @Test func anAllianceTotalOfExactlyThirtySixSpeaksOnlyWhereTheCutOffIsInclusive() {
        #expect(rules(Examples.allianceScale(), Examples.ratings(360)).isEmpty)
        #expect(rules(Examples.allianceScale(), Examples.ratings(359)) == [.allianceCutOff])
        #expect(rules(Examples.allianceScale(inclusive: true), Examples.ratings(360)) == [.allianceCutOff])
    }

    @Test func aLowAllianceItemSpeaksOnlyWhereTheSiteWantsIt() {
        let rating = Examples.rating(1, score: 370, lowestItem: 89)
        #expect(rules(Examples.allianceScale(), [rating]).isEmpty)
        #expect(rules(Examples.allianceScale(lowestItem: 90), [rating]) == [.allianceItem])
        let total = Examples.rating(1, score: 370)
        #expect(rules(Examples.allianceScale(lowestItem: 90), [total]).isEmpty)
    }

    @Test func theFallIsMeasuredFromTheRatingBeforeInSessionOrder() {
        let ratings = [Examples.rating(1, session: 1, score: 400), Examples.rating(2, session: 3, score: 380)]
        let between = Examples.rating(3, session: 2, score: 385)
        #expect(rules(Examples.allianceScale(), ratings).contains(.allianceDrop))
        #expect(!rules(Examples.allianceScale(), ratings + [between], cause: 3).contains(.allianceDrop))
    }

    @Test func aBackDatedRatingSpeaksOfSafetyButNotOfAStateThatIsOver() {
        let depression = Examples.depression()
        let basis = ScoringBasis(instrument: depression, normSet: depression.normSets.first, model: nil)
        let course = Course(
            scoring: [
                Examples.rating(1, score: 10), Examples.rating(2, score: 20, safety: [9]),
                Examples.rating(3, score: 10),
            ], on: basis)
        let second = Examples.ratingID(2)
        #expect(course.signals(causedBy: second) == [Signal(rule: .safetyItem(9), rating: second)])
        #expect(course.signals(causedBy: Examples.ratingID(3)).isEmpty)
    }

    @Test func aWithdrawnRatingSpeaksNoMoreButTheNewestPointDoes() {
        let course = Course(scoring: Examples.ratings(180, 120, 240), on: Examples.basis)
            .withdrawing(Examples.ratingID(3))
        #expect(
            course.signals(causedBy: Examples.ratingID(3))
                == [Signal(rule: .reliablyWorse, rating: Examples.ratingID(2))])
    }

    @Test func theStateOfTheNewestPointGivesItsSignal() {
        let course = Course(scoring: Examples.ratings(180, 138), on: Examples.basis)
        #expect(course.standingSignals == [Signal(rule: .expectedResponse80, rating: Examples.ratingID(2))])
    }

    @Test(arguments: [
        (SignalRule.expectedResponse80, "etr.80", SignalKind.notOnTrack),
        (.reliablyWorse, "rci.worse", .deteriorating), (.allianceCutOff, "alliance.cutoff", .alliance),
        (.allianceDrop, "alliance.drop", .alliance), (.allianceItem, "alliance.item", .alliance),
        (.safetyItem(9), "safety.item.9", .safety),
    ])
    func everyRuleKeepsItsNameAndKind(rule: SignalRule, name: String, kind: SignalKind) {
        #expect(rule.name == name)
        #expect(rule.kind == kind)
        #expect(SignalRule(name: name) == rule)
    }

    @Test(arguments: [
        "", "etr", "safety.item.", "safety.item.0", "safety.item.129", "safety.item.09", "safety.item.+9",
    ])
    func aNameThatNoRuleHasIsNotRead(name: String) {
        #expect(SignalRule(name: name) == nil)
    }
}
