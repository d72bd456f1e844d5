import Domain
import Testing

/// The alliance rules about a course (clinical-reference 4), each off unless configured. Cut-off 36.0, steps are tenths.
@Suite struct AllianceCourseTests {
    private func rules(_ instrument: Instrument, _ scores: [Int]) -> [SignalRule] {
        course(instrument, scores).standingSignals.map(\.rule)
    }

    private func course(_ instrument: Instrument, _ scores: [Int]) -> Course {
        let ratings = scores.enumerated().map { Examples.rating($0.offset + 1, score: $0.element) }
        return Course(scoring: ratings, on: ScoringBasis(instrument: instrument, normSet: nil, model: nil))
    }

    private func baseline(_ margin: AllianceBaseline.Margin, _ earlier: Int = 2) throws -> Instrument {
        Examples.allianceScale(baseline: try #require(AllianceBaseline(margin: margin, earlierRatings: earlier)))
    }

    @Test(arguments: [[400], [350, 350, 350, 350], [400, 395, 391, 385], [390, 380]])
    func nothingOfItSpeaksUnlessConfigured(scores: [Int]) {
        let spoken = Set(rules(Examples.allianceScale(), scores))
        #expect(spoken.isSubset(of: [.allianceCutOff, .allianceDrop]))
    }

    /// Two points below the own mean; fractions of a step count exactly.
    @Test(arguments: [
        ([390, 390, 370], true), ([390, 390, 371], false), ([390, 370], false),  // one earlier rating is no baseline
        ([390, 391, 370], true), ([390, 391, 371], false),  // mean 39.05: 37.05 or less
        ([380, 390, 400, 370], true), ([400, 390, 380, 371], false),  // whatever their order
    ])
    func aTotalBelowTheOwnMeanSpeaks(scores: [Int], speaks: Bool) throws {
        #expect(rules(try baseline(.steps(20)), scores).contains(.allianceBaseline) == speaks)
    }

    /// 37.0 and 39.0: mean 38.0, deviation √2 points; 1.5 of them are 2.1213 points, so 35.8 speaks and 35.9 does not.
    @Test(arguments: [
        ([370, 390, 358], true), ([370, 390, 359], false), ([380, 380, 300], false), ([370, 390, 400], false),
    ])
    func aTotalBelowTheOwnSpreadSpeaks(scores: [Int], speaks: Bool) throws {
        #expect(rules(try baseline(.hundredthsOfDeviation(150)), scores).contains(.allianceBaseline) == speaks)
    }

    /// Exactly on the border: 35.0 and 37.0 and 39.0 have the mean 37.0 and the deviation 2.0.
    @Test func exactlyTheDeviationsSpeaks() throws {
        #expect(rules(try baseline(.hundredthsOfDeviation(150)), [350, 370, 390, 340]).contains(.allianceBaseline))
        #expect(!rules(try baseline(.hundredthsOfDeviation(150)), [350, 370, 390, 341]).contains(.allianceBaseline))
    }

    @Test func aBaselineNeedsAMargin() {
        #expect(AllianceBaseline(margin: .steps(0)) == nil)
        #expect(AllianceBaseline(margin: .steps(1), earlierRatings: 0) == nil)
        #expect(AllianceBaseline(margin: .hundredthsOfDeviation(150), earlierRatings: 1) == nil)
        #expect(AllianceBaseline.anyFall.speaks(of: 379, after: [380], .higherIsBetter))
        #expect(!AllianceBaseline.anyFall.speaks(of: 380, after: [380], .higherIsBetter))
        #expect(!AllianceBaseline.anyFall.speaks(of: 379, after: [], .higherIsBetter))
    }

    /// Slope of a point a rating, over the last three.
    @Test(arguments: [
        ([350, 350], AlliancePattern.lowStaysLow), ([350, 359], .lowStaysLow), ([340, 350], .lowImproves),
        ([340, 349], .lowStaysLow), ([300, 310, 320], .lowImproves), ([300, 310, 319], .lowStaysLow),
        ([300, 340, 340, 340], .lowStaysLow),  // a rise that is over, still low
        ([300, 380, 380, 380], .lowImproves),  // a rise that is over, now high
        ([380, 380], .highStaysHigh), ([380, 371], .highStaysHigh), ([380, 370], .highFalls),
        ([400, 390, 380], .highFalls), ([400, 390, 381], .highStaysHigh), ([360, 360], .highStaysHigh),
        ([400, 359], .highFalls), ([400, 350, 355, 358], .highFalls), ([400, 350, 380, 400], .highStaysHigh),
    ])
    func theCourseHasItsPattern(scores: [Int], pattern: AlliancePattern) throws {
        let rule = try #require(AlliancePatternRule(slope: 10))
        let course = course(Examples.allianceScale(pattern: rule), scores)
        #expect(course.alliancePattern == pattern)
        let speaks = pattern == .lowStaysLow || pattern == .highFalls
        #expect(course.standingSignals.contains { $0.rule == .alliancePattern } == speaks)
    }

    @Test func oneRatingHasNoPattern() throws {
        let rule = try #require(AlliancePatternRule(slope: 10))
        #expect(course(Examples.allianceScale(pattern: rule), [350]).alliancePattern == nil)
        #expect(course(Examples.allianceScale(), [350, 350]).alliancePattern == nil)
        #expect(AlliancePatternRule(slope: 0) == nil)
    }

    @Test(arguments: [([400], true), ([399], false), ([400, 400], false), ([390, 400], false)])
    func aPerfectFirstRatingPrompts(scores: [Int], speaks: Bool) {
        let instrument = Examples.allianceScale(guardedStart: GuardedStart())
        let signals = course(instrument, scores).standingSignals
        #expect(signals.contains { $0.kind == .guarded } == speaks)
        #expect(!signals.contains { $0.rule == .allianceGuarded && $0.kind == .alliance })
    }

    @Test func everyRuleIsExplainedInWords() throws {
        let evidence = Evidence(source: "a guide", confidence: .sourced)
        let instrument = Examples.allianceScale(
            baseline: try #require(AllianceBaseline(margin: .steps(20), evidence: evidence)),
            pattern: try #require(AlliancePatternRule(slope: 10, evidence: evidence)),
            guardedStart: GuardedStart(evidence: evidence))
        let course = course(instrument, [400, 390, 370])
        let points = course.trajectory.points
        let first = course.explanation(of: points[0])
        #expect(first.contains { $0.contains("alliance.guarded") && $0.contains("not an alarm") })
        let newest = course.explanation(of: points[2])
        #expect(newest.contains("Rule alliance.drop: fallen from 39.0 by at least 1.0."))
        #expect(
            newest.contains(
                "Rule alliance.baseline: 37.0 is at least 2.0 below the mean of the 2 ratings before; source: a guide."))
        #expect(
            newest.contains(
                "Rule alliance.pattern, high and falls: rising or falling is 1.0 a rating over the last three; "
                    + "source: a guide."))
        #expect(course.explanation(of: points[1]).allSatisfy { !$0.contains("alliance.baseline") })
    }

    /// The order in which ratings arrive changes neither pattern nor baseline.
    @Test func arrivalOrderPlaysNoPart() throws {
        var numbers = SeededNumbers(state: 11)
        let instrument = Examples.allianceScale(
            baseline: try #require(AllianceBaseline(margin: .steps(5))),
            pattern: try #require(AlliancePatternRule(slope: 5)), guardedStart: GuardedStart())
        let basis = ScoringBasis(instrument: instrument, normSet: nil, model: nil)
        for _ in 1...100 {
            let ratings = (1...5).map { Examples.rating($0, score: Int.random(in: 330...400, using: &numbers)) }
            let straight = Course(scoring: ratings, on: basis).standingSignals
            let arriving = ratings.shuffled(using: &numbers).reduce(Course(on: basis)) { $0.recording($1) }
            #expect(arriving.standingSignals == straight)
        }
    }
}
