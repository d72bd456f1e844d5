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

    /// Share of samples whose interval contains the truth that comes with them.
    private static func coverage(
        seed: UInt64, _ level: ConfidenceLevel = .ninetyFive,
        _ sample: (inout SeededNumbers) throws -> (effect: EffectSize, truth: Double)
    ) rethrows -> Double {
        var numbers = SeededNumbers(state: seed)
        var held = 0
        for _ in 0..<samples {
            let (effect, truth) = try sample(&numbers)
            if effect.interval(level).contains(truth) { held += 1 }
        }
        return Double(held) / Double(samples)
    }

    @Test(arguments: [(30, 0.0, 1.0), (30, 0.8, 1.0), (30, 0.8, 1.3), (100, 1.2, 0.8), (10, 0.8, 1.0)])
    func theIntervalOfTheSimpleEffectSizeHoldsItsLevel(cases: Int, gain: Double, spread: Double) throws {
        let minimum = try #require(MinimumCases(10))
        let share = try Self.coverage(seed: 77) { numbers in
            let people = (0..<cases).map { _ in Self.person(gain: gain, spread: spread, &numbers) }
            return (try EffectSize.simple(people, direction: .lowerIsBetter, minimum: minimum), gain)
        }
        #expect((0.935...0.965).contains(share), "\(share)")
    }

    @Test(arguments: [ConfidenceLevel.ninety, .ninetyFive])
    func theIntervalWithAReferenceDeviationHoldsItsLevel(level: ConfidenceLevel) throws {
        let share = try Self.coverage(seed: 5, level) { numbers in
            let people = (0..<30).map { _ in Self.person(gain: 0.5, spread: 1, &numbers) }
            let effect = try EffectSize.simple(
                people, direction: .lowerIsBetter, standardizer: .reference(deviation: Self.unit))
            return (effect, 0.5)
        }
        #expect(abs(share - Double(level.rawValue) / 100) < 0.015, "\(share)")
    }

    /// Clinics whose clients begin worse than the reference by a whole deviation, and gain .2 more than it from
    /// the same first score; reference and clinic are both drawn anew. A first score of x lets the reference
    /// gain .5 + .4·x.
    private static func clinicBesideReference(
        _ numbers: inout SeededNumbers
    ) throws -> (reference: ReferenceRegression, cases: [FirstAndLast]) {
        let reference = (0..<60).map { _ in person(gain: 0.5, spread: 1, &numbers) }
        let cases = (0..<40).map { _ in person(gain: 0.7, spread: 1, &numbers, severity: 1) }
        return (try ReferenceRegression(reference), cases)
    }

    @Test func theIntervalBeyondAReferenceHoldsItsLevelForOtherSeverities() throws {
        let share = try Self.coverage(seed: 9) { numbers in
            let (reference, cases) = try Self.clinicBesideReference(&numbers)
            let effect = try EffectSize.beyondReference(cases, reference, direction: .lowerIsBetter)
            return (effect, 0.2 * Self.unit / reference.deviation)
        }
        #expect((0.935...0.965).contains(share), "\(share)")
    }

    @Test func theSeverityAdjustedIntervalHoldsItsLevelBesideItsReference() throws {
        let share = try Self.coverage(seed: 10) { numbers in
            let (reference, cases) = try Self.clinicBesideReference(&numbers)
            let effect = try EffectSize.severityAdjusted(cases, reference, direction: .lowerIsBetter)
            return (effect, (0.7 * Self.unit + 0.4 * reference.meanFirst) / reference.deviation)
        }
        #expect((0.935...0.965).contains(share), "\(share)")
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
