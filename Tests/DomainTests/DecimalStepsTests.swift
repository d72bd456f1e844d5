import Domain
import Testing

@Suite struct DecimalStepsTests {
    @Test(arguments: [
        ("25.3", 10, 253), ("25", 10, 250), ("0", 10, 0), ("0.0", 10, 0), ("25.30", 10, 253), ("-1.5", 10, -15),
        ("40.0", 10, 400), ("7", 1, 7), ("7.0", 1, 7), ("0.25", 100, 25), ("007.1", 10, 71),
    ])
    func aDecimalBecomesItsExactNumberOfSteps(text: String, denominator: Int, steps: Int) throws {
        #expect(try DecimalSteps.steps(text, denominator: denominator) == steps)
    }

    @Test(arguments: ["25.35", "0.01", "1.111"])
    func aValueFinerThanTheStepIsRefusedAndNotRounded(text: String) {
        #expect(throws: DecimalProblem.finerThanStep(denominator: 10)) {
            try DecimalSteps.steps(text, denominator: 10)
        }
    }

    @Test(arguments: ["", "-", ".", "5.", ".5", "25,3", "1e1", "+4", " 4", "4 ", "4.5.6", "--4", "NaN", "٤", "0x10"])
    func whatIsNotADecimalIsRefused(text: String) {
        #expect(throws: DecimalProblem.notADecimal) { try DecimalSteps.steps(text, denominator: 10) }
    }

    @Test func aNumberTooLargeForAnyScoreIsRefusedWithoutOverflow() {
        #expect(throws: DecimalProblem.tooLarge) {
            try DecimalSteps.steps("99999999999999999999999999", denominator: 10)
        }
    }

    @Test func everyTenthReadsBackAsItWasWritten() throws {
        for steps in -400...400 {
            #expect(try DecimalSteps.steps(DecimalSteps.text(steps, denominator: 10), denominator: 10) == steps)
        }
        #expect(DecimalSteps.text(-5, denominator: 10) == "-0.5")
        #expect(DecimalSteps.text(18_003, denominator: 1000) == "18.003")
    }
}
