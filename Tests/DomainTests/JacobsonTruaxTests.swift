import Domain
import Testing

/// Published worked examples (clinical-reference 3.4).
@Suite struct JacobsonTruaxTests {
    private func near(_ value: Double, _ published: Double, decimals: Double = 0.005) -> Bool {
        (published - decimals...published + decimals).contains(value)
    }

    @Test func theExampleOfJacobsonAndTruax1991ComesOutAsPublished() throws {
        let precision = try #require(JacobsonTruax.Precision(deviation: 7.5, reliability: 0.80))
        #expect(near(precision.standardError, 3.354, decimals: 0.0005))
        #expect(near(precision.errorOfDifference, 4.743, decimals: 0.0005))
        let index = precision.index(improvement: 47.5 - 32.5)
        #expect(near(index, 3.16))
        #expect(JacobsonTruax.isReliable(index: index, level: .ninetyFive))
        #expect(near(precision.reliableChange(at: .ninetyFive), 9.30))
        #expect(near(JacobsonTruax.cutOffA(clinicalMean: 40, clinicalDeviation: 7.5, direction: .higherIsBetter), 55))
        #expect(
            near(JacobsonTruax.cutOffB(functionalMean: 60, functionalDeviation: 7.5, direction: .higherIsBetter), 45))
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

    /// OQ-45 of Bauer 2004: standard errors, and the threshold that is not the manual's 14.
    @Test func theStandardErrorsOfBauer2004ComeOut() throws {
        let precision = try #require(JacobsonTruax.Precision(deviation: 22.33, reliability: 0.93))
        #expect(near(precision.standardError, 5.908, decimals: 0.0005))
        #expect(near(precision.errorOfDifference, 8.355, decimals: 0.0005))
    }

    /// CDRS-R, table 1 of PMC8944273.
    @Test func theStandardErrorsOfTheChildDepressionScaleComeOutAsPublished() throws {
        let precision = try #require(JacobsonTruax.Precision(deviation: 7.30, reliability: 0.79))
        #expect(near(precision.standardError, 3.35))
        #expect(near(precision.errorOfDifference, 4.73))
    }

    @Test(arguments: [
        (7.7, 0.90, JacobsonTruax.Level.ninety, 5.66),  // CORE-10: the published 6 is a 90 % figure
        (7.7, 0.90, .ninetyFive, 6.75),
        (22.33, 0.93, .ninetyFive, 16.38),  // OQ-45 by Bauer's figures: not the manual's 14
        (6.8, 0.93, .ninetyFive, 4.99),  // ORS, functional deviation
        (8.7, 0.93, .ninetyFive, 6.38),  // ORS, clinical deviation
        (7.30, 0.79, .ninetyFive, 9.27),  // CDRS-R
        (10.5, 0.961, .ninetyFive, 5.747681),  // R package suddengains, test of define_crit1_cutoff
    ])
    func theReliableChangeComesOutAsPublished(
        deviation: Double, reliability: Double, level: JacobsonTruax.Level, published: Double
    ) {
        let change = JacobsonTruax.reliableChange(deviation: deviation, reliability: reliability, level: level)
        #expect(near(change, published))
    }

    /// Where less is better, health lies below: a falls below the clinical mean and b rises above the
    /// functional one. Turning a scale round turns every cut-off round with it.
    @Test func theCutOffsTurnRoundWithTheScale() {
        for total in [10.0, 40, 63] {
            let raised = JacobsonTruax.cutOffA(clinicalMean: 19.6, clinicalDeviation: 8.7, direction: .higherIsBetter)
            let lowered = JacobsonTruax.cutOffA(
                clinicalMean: total - 19.6, clinicalDeviation: 8.7, direction: .lowerIsBetter)
            #expect(near(total - lowered, raised, decimals: 1e-9))
            let below = JacobsonTruax.cutOffB(functionalMean: 28, functionalDeviation: 6.8, direction: .higherIsBetter)
            let above = JacobsonTruax.cutOffB(
                functionalMean: total - 28, functionalDeviation: 6.8, direction: .lowerIsBetter)
            #expect(near(total - above, below, decimals: 1e-9))
        }
    }

    /// A standard error of a difference of 5.657 is given (unit test of a public repository, 3.4).
    @Test(arguments: [(15.0, 2.65, true), (5, 0.88, false), (-15, -2.65, true)])
    func anIndexBeyondTheDeviateIsReliable(improvement: Double, published: Double, reliable: Bool) {
        let index = JacobsonTruax.index(improvement: improvement, errorOfDifference: 5.657)
        #expect(near(index, published))
        #expect(JacobsonTruax.isReliable(index: index, level: .ninetyFive) == reliable)
    }

    @Test func theDeviateItselfIsNotReliableYet() {
        #expect(!JacobsonTruax.isReliable(index: 1.96, level: .ninetyFive))
        #expect(JacobsonTruax.isReliable(index: -1.961, level: .ninetyFive))
        #expect(JacobsonTruax.isReliable(index: 1.7, level: .ninety))
        #expect(!JacobsonTruax.isReliable(index: 1.7, level: .ninetyFive))
    }

    @Test(
        arguments: [
            (5.66, 1, 6),  // CORE-10 at 90 %, Barkham 2013
            (6.75, 1, 7),  // CORE-10 at 95 %
            (5.20, 1, 6),  // PHQ-9, Richards and Borglin 2011
            (3.53, 1, 4),  // GAD-7, NHS Talking Therapies
            (5.59, 1, 6),  // GAD-7, Bischoff 2020
            (4.99, 1, 5),  // ORS in whole points
            (4.99, 10, 50), (6.38, 10, 64),  // ORS in tenths
            (9.30, 1, 10),  // Jacobson and Truax 1991
            (17.51, 1, 18),  // SCORE-15
            (6, 1, 7), (0.6 * 10, 1, 7), (0.1 + 0.2, 10, 4), (0, 1, 1),  // exactly a step is not exceeded by it
        ] as [(Double, Int, Int)])
    func theSmallestChangeThatExceedsTheThreshold(points: Double, denominator: Int, steps: Int) {
        #expect(JacobsonTruax.smallestReliableSteps(points, denominator: denominator) == steps)
    }

    @Test(
        arguments: [
            (10.46, 1, ScoreDirection.lowerIsBetter, 11, true),  // CORE-10, Barkham 2013: clinical from 11
            (24.31, 1, .higherIsBetter, 25, false),  // ORS: functional from 25
            (24.31, 10, .higherIsBetter, 244, false), (59.11, 1, .lowerIsBetter, 60, true),
            (51.92, 1, .lowerIsBetter, 52, true),  // SCORE-15
            (50, 1, .higherIsBetter, 50, false), (50, 1, .lowerIsBetter, 51, true),  // the line itself is functional
            (0.1 + 0.2, 10, .higherIsBetter, 3, false), (0.1 + 0.2, 10, .lowerIsBetter, 4, true),
        ] as [(Double, Int, ScoreDirection, Int, Bool)])
    func aComputedCutOffKeepsEveryScoreOnItsSide(
        points: Double, denominator: Int, direction: ScoreDirection, value: Int, inclusive: Bool
    ) {
        let cutOff = JacobsonTruax.cutOffInSteps(points, denominator: denominator, direction: direction)
        #expect(cutOff == CutOff(value: value, isInclusive: inclusive))
        for score in value - 30...value + 30 where Double(score) != points * Double(denominator) {
            let isWorse =
                direction == .lowerIsBetter
                ? Double(score) > points * Double(denominator) + 1e-9
                : Double(score) < points * Double(denominator) - 1e-9
            #expect(cutOff.isClinical(score, direction) == isWorse)
        }
    }

    /// CORE-10: who takes the published 6 for a 95 % figure calls measurement error a change.
    @Test func theReliableChangeOfCore10DiffersBetweenTheLevels() throws {
        let precision = try #require(JacobsonTruax.Precision(deviation: 7.7, reliability: 0.90))
        #expect(precision.reliableSteps(at: .ninety, denominator: 1) == 6)
        #expect(precision.reliableSteps(at: .ninetyFive, denominator: 1) == 7)
    }

    @Test(
        arguments: [(0.0, 0.9), (-1, 0.9), (.infinity, 0.9), (.nan, 0.9), (10, 0), (10, 1), (10, 2), (10, .nan)]
            as [(Double, Double)])
    func figuresThatMeasureNothingAreRefused(deviation: Double, reliability: Double) {
        #expect(JacobsonTruax.Precision(deviation: deviation, reliability: reliability) == nil)
    }
}
