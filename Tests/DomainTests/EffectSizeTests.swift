import Domain
import Testing

@Suite struct EffectSizeTests {
    static let five = MinimumCases(5)!

    static func near(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
        abs(value - expected) <= tolerance
    }

    static func pairs(_ scores: (Int, Int)...) -> [FirstAndLast] {
        scores.map { FirstAndLast(first: $0.0, last: $0.1) }
    }

    /// Table of clinical-reference 3.3.
    @Test(arguments: [(5, 0.8000), (10, 0.9143), (20, 0.9600), (50, 0.9846)])
    func theCorrectionForSmallSamplesComesOutAsListed(cases: Int, listed: Double) {
        #expect(Self.near(EffectSize.smallSampleCorrection(cases: cases), listed, 0.00005))
    }

    /// Morris 2008, table of the treated groups, standardised as the tests of the R package metafor publish it
    /// (escalc, SMCR).
    @Test(arguments: [
        (30.6, 38.5, 15.0, 20, 0.5056), (23.5, 26.8, 3.1, 50, 1.0481), (0.5, 0.7, 0.1, 9, 1.8054),
        (53.4, 75.9, 14.5, 10, 1.4181), (35.6, 36.0, 4.7, 14, 0.0801),
    ])
    func standardisedMeanChangesOfMorrisComeOut(
        first: Double, last: Double, deviation: Double, cases: Int, published: Double
    ) {
        let corrected = EffectSize.smallSampleCorrection(cases: cases) * (last - first) / deviation
        // metafor takes the exact correction by gamma functions, this is its approximation.
        #expect(Self.near(corrected, published, 0.002))
    }

    /// By hand: first scores 10, 12, 14, 16, 18 (variance 10), improvements 2, 4, 6, 4, 4 (mean 4, variance 2).
    @Test func theSimpleEffectSizeComesOutAsByHand() throws {
        let cases = Self.pairs((10, 8), (12, 8), (14, 8), (16, 12), (18, 14))
        let own = try EffectSize.simple(cases, direction: .lowerIsBetter, minimum: Self.five)
        #expect(Self.near(own.value, 0.8 * 4 / 3.1622776602, 1e-9))
        // 0.8·√(2/(5·10) + 1.6/8)
        #expect(Self.near(own.standardError, 0.3919183588, 1e-9))
        #expect(own.degreesOfFreedom == 4)
        let interval = own.interval()
        #expect(Self.near(interval.upper - own.value, 2.7764 * 0.3919183588, 0.001))
        #expect(Self.near(own.value - interval.lower, interval.upper - own.value, 1e-12))

        let published = try EffectSize.simple(
            cases, direction: .lowerIsBetter, standardizer: .reference(deviation: 8), minimum: Self.five)
        #expect(Self.near(published.value, 0.5, 1e-12))
        #expect(Self.near(published.standardError, 0.0790569415, 1e-9))
        let up = try EffectSize.simple(cases, direction: .higherIsBetter, minimum: Self.five)
        #expect(Self.near(up.value, -own.value, 1e-12))
    }

    @Test func fewerCasesThanTheMinimumAreRefused() throws {
        let case30 = (0..<30).map { FirstAndLast(first: $0, last: $0 + $0 % 3) }
        let case29 = Array(case30.dropLast())
        #expect(throws: EffectSizeRefusal.tooFewCases(given: 29, minimum: 30)) {
            try EffectSize.simple(case29, direction: .higherIsBetter)
        }
        #expect(throws: EffectSizeRefusal.tooFewCases(given: 29, minimum: 30)) { try ReferenceRegression(case29) }
        let reference = try ReferenceRegression(case30)
        #expect(throws: EffectSizeRefusal.tooFewCases(given: 29, minimum: 30)) {
            try EffectSize.severityAdjusted(case29, reference, direction: .higherIsBetter)
        }
        #expect(throws: EffectSizeRefusal.tooFewCases(given: 29, minimum: 30)) {
            try EffectSize.beyondReference(case29, reference, direction: .higherIsBetter)
        }
        #expect(try EffectSize.simple(case30, direction: .higherIsBetter).cases == 30)
        #expect(MinimumCases(4) == nil)
        #expect(MinimumCases(12)?.number == 12)
    }

    @Test func whatCannotBeMeasuredIsRefused() throws {
        let same = [FirstAndLast](repeating: FirstAndLast(first: 10, last: 8), count: 30)
        #expect(throws: EffectSizeRefusal.noVariation) {
            try EffectSize.simple(same, direction: .lowerIsBetter)
        }
        #expect(throws: EffectSizeRefusal.noVariation) { try ReferenceRegression(same) }
        for deviation in [0.0, -1, .infinity, .nan] {
            #expect(throws: EffectSizeRefusal.invalidDeviation) {
                try EffectSize.simple(
                    same, direction: .lowerIsBetter, standardizer: .reference(deviation: deviation))
            }
        }
    }

    /// By hand: x = 1…5, y = 2, 4, 5, 4, 5 gives y = 2.2 + 0.6·x with residual squares of 2.4.
    @Test func theReferenceLineComesOutAsByHand() throws {
        let reference = try ReferenceRegression(
            Self.pairs((1, 2), (2, 4), (3, 5), (4, 4), (5, 5)), minimum: Self.five)
        #expect(Self.near(reference.slope, 0.6, 1e-12))
        #expect(Self.near(reference.intercept, 2.2, 1e-12))
        #expect(Self.near(reference.residualVariance, 0.8, 1e-12))
        #expect(Self.near(reference.deviation, 1.5811388301, 1e-9))
        #expect(Self.near(reference.expectedLast(first: 10), 8.2, 1e-12))
        let pair = FirstAndLast(first: 10, last: 9)
        #expect(Self.near(reference.residualGain(pair, .higherIsBetter), 0.8, 1e-12))
        #expect(Self.near(reference.residualGain(pair, .lowerIsBetter), -0.8, 1e-12))
    }

    /// By hand on the same line: the first scores 2…6 expect 3.4, 4, 4.6, 5.2, 5.8; last scores 5, 5, 5, 6, 7
    /// are 5 above in sum, 1 on average (residual variance .2); the reference changed by 1 on average.
    @Test func severityAdjustedEffectSizesComeOutAsByHand() throws {
        let reference = try ReferenceRegression(
            Self.pairs((1, 2), (2, 4), (3, 5), (4, 4), (5, 5)), minimum: Self.five)
        let cases = Self.pairs((2, 5), (3, 5), (4, 5), (5, 6), (6, 7))
        let beyond = try EffectSize.beyondReference(
            cases, reference, direction: .higherIsBetter, minimum: Self.five)
        #expect(Self.near(beyond.value, 1 / 1.5811388301, 1e-9))
        // (.2/5 + .8·(1/5 + 1/10)) / 2.5
        #expect(Self.near(beyond.standardError * beyond.standardError, 0.112, 1e-9))
        let adjusted = try EffectSize.severityAdjusted(
            cases, reference, direction: .higherIsBetter, minimum: Self.five)
        #expect(Self.near(adjusted.value, 2 / 1.5811388301, 1e-9))
        // (.2/5 + .8/10) / 2.5
        #expect(Self.near(adjusted.standardError * adjusted.standardError, 0.048, 1e-9))
    }

    /// The reference lies at 0 beyond itself, and its severity-adjusted effect is its simple one.
    @Test func theReferenceIsItsOwnAverage() throws {
        var numbers = SeededNumbers(state: 21)
        let cases = (0..<200).map { _ in
            let first = Int.random(in: 8...27, using: &numbers)
            return FirstAndLast(first: first, last: first / 2 + .random(in: 0...6, using: &numbers))
        }
        let reference = try ReferenceRegression(cases)
        let beyond = try EffectSize.beyondReference(cases, reference, direction: .lowerIsBetter)
        #expect(Self.near(beyond.value, 0, 1e-9))
        let adjusted = try EffectSize.severityAdjusted(cases, reference, direction: .lowerIsBetter)
        let simple = try EffectSize.simple(
            cases, direction: .lowerIsBetter, standardizer: .reference(deviation: reference.deviation))
        #expect(Self.near(adjusted.value, simple.value, 1e-9))
        #expect(adjusted.value > 1)
    }

    @Test func aRelativeEffectSizeIsTheDistanceFromTheGrandMean() throws {
        let cases = (0..<40).map { FirstAndLast(first: $0, last: $0 + 6 + $0 % 5) }
        let effect = try EffectSize.simple(
            cases, direction: .higherIsBetter, standardizer: .reference(deviation: 10))
        #expect(Self.near(effect.relative(toGrandMean: 0.5).value, 0.3, 1e-12))
        #expect(effect.relative(toGrandMean: 0.5).standardError == effect.standardError)
        let wider = effect.relative(toGrandMean: 0.5, standardError: effect.standardError)
        #expect(Self.near(wider.standardError, effect.standardError * 1.4142135624, 1e-9))
    }

    @Test func onlyCasesThatBeginInTheClinicalRangeAreKept() {
        let cases = Self.pairs((9, 5), (10, 5), (20, 5))
        let kept = cases.startingClinical(CutOff(value: 10, isInclusive: true), .lowerIsBetter)
        #expect(kept.map(\.first) == [10, 20])
    }

    /// Quantiles of Student's t as every table prints them.
    @Test(arguments: [
        (4, 2.132, 2.776), (5, 2.015, 2.571), (9, 1.833, 2.262), (10, 1.812, 2.228), (20, 1.725, 2.086),
        (29, 1.699, 2.045), (30, 1.697, 2.042), (60, 1.671, 2.000), (120, 1.658, 1.980),
    ])
    func theDeviatesOfStudentComeOutAsInTables(freedom: Int, ninety: Double, ninetyFive: Double) {
        let tolerance = freedom < 10 ? 0.0015 : 0.0006
        #expect(Self.near(ConfidenceLevel.ninety.studentDeviate(degreesOfFreedom: freedom), ninety, tolerance))
        #expect(
            Self.near(ConfidenceLevel.ninetyFive.studentDeviate(degreesOfFreedom: freedom), ninetyFive, tolerance))
    }

    @Test func momentsOfScoresAndOfFiguresAgree() throws {
        let scores = [3, 5, 8, 13, 21]
        let exact = try #require(Moments(scores))
        let twoPass = try #require(Moments(scores.map(Double.init)))
        #expect(exact.mean == 10)
        #expect(exact.variance == 52)
        #expect(Self.near(twoPass.variance, 52, 1e-12))
        #expect(Moments([1]) == nil)
        #expect(Moments([1.0]) == nil)
    }
}
