@testable import Domain
import Testing

@Suite struct ElementaryFunctionTests {
    @Test(arguments: [
        (0.5, -0.69314718055994530942), (1.4142135623730951, 0.34657359027997268), (2.5, 0.91629073187415506518),
        (1e-300, -690.77552789821370521), (1e300, 690.77552789821370521), (0.999, -0.0010005003335835335),
        (1, 0),
    ])
    func theLogarithmOfARealNumberAgreesWithItsKnownDigits(value: Double, known: Double) {
        #expect(abs(naturalLogarithm(value) - known) <= max(4 * known.ulp, 1e-18))
    }

    @Test func theTwoLogarithmsAgreeToTheLastBit() {
        for number in 1...3000 {
            #expect(naturalLogarithm(number).bitPattern == naturalLogarithm(Double(number)).bitPattern)
        }
    }

    @Test(arguments: [
        (0.0, 1.0), (1, 2.71828182845904523536), (-1, 0.36787944117144232160), (0.1, 1.10517091807564762481),
        (10, 22026.4657948067165170), (-20, 2.0611536224385578280e-9), (100, 2.6881171418161354484e43),
        (-700, 9.8596765437597708567e-305),
    ])
    func thePowerOfEAgreesWithItsKnownDigits(value: Double, known: Double) {
        #expect(abs(exponential(value) / known - 1) < 1e-15)
    }

    @Test func endsOfTheNumbersAreSafe() {
        #expect(naturalLogarithm(0.0) == -.infinity)
        #expect(naturalLogarithm(-1.0).isNaN)
        #expect(naturalLogarithm(Double.infinity) == .infinity)
        #expect(exponential(1000) == .infinity)
        #expect(exponential(-1000) == 0)
        #expect(exponential(.nan).isNaN)
    }

    @Test func oneUndoesTheOther() {
        var numbers = SplitMix64(seed: 3)
        for _ in 1...2000 {
            let value = Double.random(in: -600...600, using: &numbers)
            #expect(abs(naturalLogarithm(exponential(value)) - value) < 1e-12)
        }
    }
}

@Suite struct SplitMix64Tests {
    /// The first numbers from seed 0, as published with the reference implementation.
    @Test func theNumbersAreTheKnownOnes() {
        var numbers = SplitMix64(seed: 0)
        #expect([numbers.next(), numbers.next(), numbers.next()] == [
            0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F,
        ])
    }

    @Test func normalDeviatesHaveTheMomentsAndTailsOfTheirDistribution() {
        var numbers = SplitMix64(seed: 5)
        let drawn = (0..<60_000).map { _ in numbers.nextNormal() }
        let n = Double(drawn.count)
        let mean = drawn.reduce(0, +) / n
        let variance = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        #expect(abs(mean) < 4 / n.squareRoot())
        #expect(abs(variance - 1) < 4 * (2 / n).squareRoot())
        for bound in ToleranceBound.allCases {
            for side in [-1.0, 1.0] {
                let beyond = Double(drawn.count { $0 * side > bound.deviate }) / n
                #expect(abs(beyond - bound.tail) < 4 * (bound.tail * (1 - bound.tail) / n).squareRoot())
            }
        }
    }
}

@Suite struct ProportionTests {
    /// Newcombe 1998 (Stat Med 17:857-872), table I, the score method without continuity correction.
    @Test(arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
    func theIntervalIsWilsons(count: Int, total: Int, low: Double, high: Double) throws {
        let interval = try #require(Proportion(count, of: total).interval)
        #expect(abs(interval.lowerBound - low) < 0.00005)
        #expect(abs(interval.upperBound - high) < 0.00005)
    }

    @Test func ofNoCasesThereIsNoShare() {
        #expect(Proportion(0, of: 0).share == nil)
        #expect(Proportion(0, of: 0).interval == nil)
        #expect(Proportion(5, of: 5).interval?.upperBound == 1)
    }

    @Test func theMedianAndItsIntervalAreOrderStatistics() throws {
        #expect(MedianEstimate([]) == nil)
        let few = try #require(MedianEstimate([9, 2, 4]))
        #expect(few.median == 4 && few.interval == 2...9)
        let even = try #require(MedianEstimate([1, 2, 3, 10]))
        #expect(even.median == 2.5)
        // 100 values: ranks 40 and 61, as tables of the binomial distribution give.
        let many = try #require(MedianEstimate((1...100).reversed()))
        #expect(many.median == 50.5 && many.interval == 40...61)
    }

    @Test func theMedianIntervalHoldsItsCoverage() {
        var numbers = SplitMix64(seed: 8)
        var held = 0
        for _ in 1...2000 {
            let values = (0..<41).map { _ in Int(numbers.next() >> 20) }
            if let estimate = MedianEstimate(values), estimate.interval.contains(Double(1 << 43)) { held += 1 }
        }
        #expect((0.94...0.985).contains(Double(held) / 2000))
    }
}
