import Domain
import Testing

/// Stalled after four ratings (FIT and ROM practice guides; clinical-reference 2.7). Steps are tenths, the cut-off is
/// 25.0 and belongs to the functional range, the reliable change 5.0.
@Suite struct StalledTests {
    private func basis(
        ratings: Int = 4, _ direction: ScoreDirection = .higherIsBetter, norms: NormSet? = Examples.adultNorms
    ) -> ScoringBasis {
        let instrument = Examples.outcomeScale(direction, stalled: StalledRule(ratings: ratings))
        return ScoringBasis(instrument: instrument, normSet: norms, model: nil)
    }

    private func rules(_ scores: [Int], on basis: ScoringBasis) -> [SignalRule] {
        let ratings = scores.enumerated().map { Examples.rating($0.offset + 1, score: $0.element) }
        return Course(scoring: ratings, on: basis).standingSignals.map(\.rule)
    }

    @Test(arguments: [
        ([180, 180, 180, 180], true), ([180, 180, 180], false),  // the fourth rating, not the third
        ([180, 180, 180, 229], true), ([180, 180, 180, 230], false),  // 4.9 and 5.0 better
        ([180, 180, 180, 131], true), ([180, 180, 180, 130], false),  // 4.9 worse; 5.0 is deterioration
        ([240, 240, 240, 249], true), ([240, 240, 240, 250], false),  // 25.0 itself is functional
        ([180, 240, 240, 180], true),  // what lies between plays no part
        ([180, 180, 180, 180, 180, 180], true),
    ])
    func aCourseWithoutReliableChangeInTheClinicalRangeIsStalled(scores: [Int], speaks: Bool) {
        #expect(rules(scores, on: basis()).contains(.stalled(ratings: 4)) == speaks)
    }

    @Test func theNumberOfRatingsIsTheSites() {
        #expect(rules([180, 180, 180, 180], on: basis(ratings: 5)).isEmpty)
        #expect(rules([180, 180, 180, 180, 180], on: basis(ratings: 5)) == [.stalled(ratings: 5)])
        #expect(StalledRule(ratings: 1) == nil)
        #expect(StalledRule(ratings: 1000) == nil)
        #expect(StalledRule()?.ratings == 4)
    }

    /// Mirrored scores on a mirrored scale: the same course.
    @Test func theDirectionMakesNoDifference() {
        let norms = NormSet(
            id: NormSetID(unchecked: "mirror"), title: "mirror", population: Examples.adults,
            cutOff: CutOff(value: 150, isInclusive: false), reliableChange: 50, source: "mirror", confidence: .computed)
        for scores in [[180, 180, 180, 229], [180, 180, 180, 230], [180, 180, 180, 131], [240, 240, 240, 250]] {
            let mirrored = rules(scores.map { 400 - $0 }, on: basis(.lowerIsBetter, norms: norms))
            #expect(rules(scores, on: basis()).contains(.stalled(ratings: 4)) == mirrored.contains(.stalled(ratings: 4)))
        }
    }

    @Test func withoutFiguresNothingIsStalled() {
        #expect(rules([180, 180, 180, 180], on: basis(norms: nil)).isEmpty)
        let changeOnly = NormSet(
            id: NormSetID(unchecked: "change"), title: "change", population: Examples.adults, cutOff: nil,
            reliableChange: 50, source: "one", confidence: .sourced)
        #expect(rules([180, 180, 180, 180], on: basis(norms: changeOnly)).isEmpty)
        let plain = ScoringBasis(instrument: Examples.outcome, normSet: Examples.adultNorms, model: nil)
        #expect(rules([180, 180, 180, 180], on: plain).isEmpty)
    }

    /// It stands beside the state: a stalled course can be not on track, and then both speak, the graver one first.
    @Test func itStandsBesideTheState() {
        let instrument = Examples.outcomeScale(.higherIsBetter, stalled: StalledRule())
        let basis = ScoringBasis(instrument: instrument, normSet: Examples.adultNorms, model: Examples.model)
        let course = Course(scoring: Examples.ratings(180, 180, 180, 150), on: basis)
        #expect(course.trajectory.state == .notOnTrack)
        #expect(course.standingSignals.map(\.rule) == [.expectedResponse80, .stalled(ratings: 4)])
        let sentences = course.trajectory.latest.map(course.explanation) ?? []
        let told = sentences.first { $0.hasPrefix("Rule stalled.4, stalled: after at least 4 ratings") }
        #expect(told?.contains("reliable change of 5.0") == true)
    }

    @Test(arguments: ["stalled.1", "stalled.04", "stalled.", "stalled.1000", "stalled", "stalled.4 "])
    func aNameThatNoRuleHasIsNotRead(name: String) {
        #expect(SignalRule(name: name) == nil)
    }

    @Test(arguments: [
        (SignalRule.stalled(ratings: 4), "stalled.4", SignalKind.stalled), (.stalled(ratings: 12), "stalled.12", .stalled),
        (.allianceBaseline, "alliance.baseline", .alliance), (.alliancePattern, "alliance.pattern", .alliance),
        (.allianceGuarded, "alliance.guarded", .guarded),
    ])
    func theRulesKeepTheirNamesAndKinds(rule: SignalRule, name: String, kind: SignalKind) {
        #expect(rule.name == name)
        #expect(rule.kind == kind)
        #expect(SignalRule(name: name) == rule)
    }

    /// Clinical-reference 4, the prompt last.
    @Test func theKindsHaveTheirPrecedence() {
        #expect(
            SignalKind.allCases.sorted() == [
                    .safety, .deteriorating, .notOnTrack, .alliance, .stalled, .missedMeasure, .undiscussed, .guarded,
                ])
    }
}
