import Domain
import Testing

/// Published worked examples (clinical-reference 3.4).
@Suite struct JacobsonTruaxTests {
    private func near(_ value: Double, _ published: Double, decimals: Double = 0.005) -> Bool {
        (published - decimals...published + decimals).contains(value)
    }

    @Test func theExampleOfJacobsonAndTruax1991ComesOutAsPublished() {
        let error = JacobsonTruax.standardErrorOfDifference(deviation: 7.5, reliability: 0.80)
        #expect(near(JacobsonTruax.standardError(deviation: 7.5, reliability: 0.80), 3.354, decimals: 0.0005))
        #expect(near(error, 4.743, decimals: 0.0005))
        #expect(near((47.5 - 32.5) / error, 3.16))
        #expect(near(JacobsonTruax.reliableChange(deviation: 7.5, reliability: 0.80, level: .ninetyFive), 9.30))
        let cutOff = JacobsonTruax.cutOff(
            clinicalMean: 40, clinicalDeviation: 7.5, functionalMean: 60, functionalDeviation: 7.5)
        #expect(near(cutOff, 50))
    }

    @Test(arguments: [
        (4.8, 4.7, 7.7, 19.7, 10.46),  // CORE-10, Barkham 2013
        (22, 50, 22.33, 68.35, 59.11),  // OQ-45, figures of Bauer 2004
        (6.8, 28.0, 8.7, 19.6, 24.31),  // ORS, figures of Miller 2003
    ])
    func theCutOffBetweenTwoPopulationsComesOutAsPublished(
        functionalDeviation: Double, functionalMean: Double, clinicalDeviation: Double, clinicalMean: Double,
        published: Double
    ) {
        let cutOff = JacobsonTruax.cutOff(
            clinicalMean: clinicalMean, clinicalDeviation: clinicalDeviation, functionalMean: functionalMean,
            functionalDeviation: functionalDeviation)
        #expect(near(cutOff, published))
    }

    @Test(arguments: [
        (7.7, 0.90, JacobsonTruax.Level.ninety, 5.66),  // CORE-10: the published 6 is a 90 % figure
        (7.7, 0.90, .ninetyFive, 6.75),
        (22.33, 0.93, .ninetyFive, 16.38),  // OQ-45 by Bauer's figures: not the manual's 14
        (6.8, 0.93, .ninetyFive, 4.99),  // ORS, functional deviation
        (8.7, 0.93, .ninetyFive, 6.38),  // ORS, clinical deviation
        (7.30, 0.79, .ninetyFive, 9.27),  // CDRS-R
    ])
    func theReliableChangeComesOutAsPublished(
        deviation: Double, reliability: Double, level: JacobsonTruax.Level, published: Double
    ) {
        let change = JacobsonTruax.reliableChange(deviation: deviation, reliability: reliability, level: level)
        #expect(near(change, published))
    }
}
