import Domain
import Testing

/// The intervals hold what they claim: of many simulated samples about 95 in 100 contain the true figure.
@Suite struct EffectSizeCoverageTests {
    /// Steps in a standard deviation: fine enough that rounding to whole scores does not count.
    private static let unit = 1000.0
    private static let samples = 3000

    /// Two scores of a person whose first has mean 0 and deviation 1, and whose last lies `gain` lower (less
    /// is better), correlated by .6 with the first and of deviation `spread`.
    private static func person(
        gain: Double, spread: Double, _ numbers: inout SeededNumbers, severity: Double = 0
    ) -> FirstAndLast {
        let first = normal(&numbers) + severity
        let last = -gain + spread * (0.6 * first + 0.8 * normal(&numbers))
        return FirstAndLast(first: Int(first * unit), last: Int(last * unit))
    }

    /// Sum of 48 uniform numbers: a normal number but for an excess of −.025.
    private static func normal(_ numbers: inout SeededNumbers) -> Double {
        var sum = -24.0
        for _ in 0..<48 { sum += Double(numbers.next() >> 11) * 0x1p-53 }
        return sum / 2
    }

    /// Share of samples whose interval contains the truth.
    private static func coverage(
        _ truth: Double, seed: UInt64, _ level: ConfidenceLevel = .ninetyFive,
        _ sample: (inout SeededNumbers) throws -> EffectSize
    ) rethrows -> Double {
        var numbers = SeededNumbers(state: seed)
        var held = 0
        for _ in 0..<samples where try sample(&numbers).interval(level).contains(truth) { held += 1 }
        return Double(held) / Double(samples)
    }

    @Test(arguments: [(30, 0.0, 1.0), (30, 0.8, 1.0), (30, 0.8, 1.3), (100, 1.2, 0.8), (10, 0.8, 1.0)])
    func theIntervalOfTheSimpleEffectSizeHoldsItsLevel(cases: Int, gain: Double, spread: Double) throws {
        let minimum = try #require(MinimumCases(10))
        let share = try Self.coverage(gain, seed: 77) { numbers in
            try EffectSize.simple(
                (0..<cases).map { _ in Self.person(gain: gain, spread: spread, &numbers) },
                direction: .lowerIsBetter, minimum: minimum)
        }
        #expect((0.935...0.965).contains(share), "\(share)")
    }

    @Test(arguments: [ConfidenceLevel.ninety, .ninetyFive])
    func theIntervalWithAReferenceDeviationHoldsItsLevel(level: ConfidenceLevel) throws {
        let share = try Self.coverage(0.5, seed: 5, level) { numbers in
            try EffectSize.simple(
                (0..<30).map { _ in Self.person(gain: 0.5, spread: 1, &numbers) }, direction: .lowerIsBetter,
                standardizer: .reference(deviation: Self.unit))
        }
        #expect(abs(share - Double(level.rawValue) / 100) < 0.015, "\(share)")
    }

    /// Clinics whose clients begin worse than the reference by half a deviation, and gain .2 more than it from
    /// the same first score; reference and clinic are both drawn anew.
    @Test func theIntervalBeyondAReferenceHoldsItsLevelForOtherSeverities() throws {
        let minimum = try #require(MinimumCases(10))
        var deviations = 0.0
        let share = try Self.coverage(0.2, seed: 9) { numbers in
            let reference = try ReferenceRegression(
                (0..<60).map { _ in Self.person(gain: 0.5, spread: 1, &numbers) }, minimum: minimum)
            deviations += reference.deviation / Self.unit
            return try EffectSize.beyondReference(
                (0..<40).map { _ in Self.person(gain: 0.7, spread: 1, &numbers, severity: 0.5) }, reference,
                direction: .lowerIsBetter, minimum: minimum)
        }
        #expect((0.935...0.965).contains(share), "\(share)")
        #expect(abs(deviations / Double(Self.samples) - 1) < 0.01)
    }

    /// The corrected figure is on average the true one, which the uncorrected is not at ten cases.
    @Test func theCorrectionTakesAwayTheBiasOfSmallSamples() throws {
        let minimum = try #require(MinimumCases(10))
        var numbers = SeededNumbers(state: 1)
        var sum = 0.0
        for _ in 0..<Self.samples {
            sum += try EffectSize.simple(
                (0..<10).map { _ in Self.person(gain: 1, spread: 1, &numbers) }, direction: .lowerIsBetter,
                minimum: minimum
            ).value
        }
        let mean = sum / Double(Self.samples)
        #expect(abs(mean - 1) < 0.02, "\(mean)")
        #expect(mean / EffectSize.smallSampleCorrection(cases: 10) > 1.06)
    }
}
