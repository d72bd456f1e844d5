import Domain
import Testing

@Suite struct InstrumentScoringTests {
    @Test func theTotalIsTheSumOfTheItems() throws {
        let scored = try Examples.outcome.score(.items([45, 62, 0, 71]))
        #expect(scored == ScoredAnswers(total: 178, safetyItems: [], lowestItem: 0))
    }

    @Test func aTrueZeroIsAnAnswer() throws {
        #expect(try Examples.outcome.score(.items([0, 0, 0, 0])).total == 0)
    }

    @Test func aReversedItemCountsFromTheOtherEnd() throws {
        let instrument = Examples.depression(reversed: [2, 3])
        #expect(try instrument.score(.items([3, 3, 1, 0, 0, 0, 0, 0, 0])).total == 3 + 0 + 2)
    }

    @Test func anItemOutsideItsRangeIsNamed() {
        #expect(throws: AnswerProblem.itemOutOfRange(item: 3, value: 101, allowed: 0...100)) {
            try Examples.outcome.score(.items([0, 0, 101, 0]))
        }
        #expect(throws: AnswerProblem.itemOutOfRange(item: 1, value: -1, allowed: 0...100)) {
            try Examples.outcome.score(.items([-1, 0, 0, 0]))
        }
    }

    @Test func aWrongNumberOfItemsIsRefused() {
        #expect(throws: AnswerProblem.wrongItemCount(given: 3, expected: 4)) {
            try Examples.outcome.score(.items([1, 2, 3]))
        }
    }

    @Test func anUnansweredItemIsRefusedWhereEveryItemIsNeeded() {
        #expect(throws: AnswerProblem.missingItems(items: [2, 4], allowed: 0)) {
            try Examples.outcome.score(.items([1, nil, 3, nil]))
        }
        #expect(throws: AnswerProblem.noAnswers) { try Examples.outcome.score(.items([nil, nil, nil, nil])) }
    }

    @Test func missingItemsTakeTheMeanOfTheOthersRoundedHalfUp() throws {
        let instrument = Examples.depression(missing: .mean(maxMissing: 2, neverImpute: [9]))
        // 7 answered, sum 11: 11 * 9 / 7 = 14.14
        #expect(try instrument.score(.items([nil, nil, 2, 2, 2, 2, 2, 1, 0])).total == 14)
        // 8 answered, sum 12: 12 * 9 / 8 = 13.5
        #expect(try instrument.score(.items([nil, 2, 2, 2, 2, 2, 1, 1, 0])).total == 14)
    }

    @Test func moreMissingItemsThanAllowedAreRefused() {
        let instrument = Examples.depression(missing: .mean(maxMissing: 2, neverImpute: [9]))
        #expect(throws: AnswerProblem.missingItems(items: [1, 2, 3], allowed: 2)) {
            try instrument.score(.items([nil, nil, nil, 2, 2, 2, 2, 1, 0]))
        }
    }

    @Test func aSafetyItemIsNeverGuessed() {
        let instrument = Examples.depression(missing: .mean(maxMissing: 2, neverImpute: [9]))
        #expect(throws: AnswerProblem.missingItemsNeverImputed(items: [9])) {
            try instrument.score(.items([0, 0, 0, 0, 0, 0, 0, 0, nil]))
        }
    }

    @Test func anyAnswerAboveZeroOnTheSafetyItemIsASafetyEventWhateverTheTotal() throws {
        let instrument = Examples.depression()
        for answer in 1...3 {
            let scored = try instrument.score(.items([0, 0, 0, 0, 0, 0, 0, 0, answer]))
            #expect(scored.safetyItems == [9])
        }
        let severe = try instrument.score(.items([3, 3, 3, 3, 3, 3, 3, 3, 0]))
        #expect(severe.safetyItems.isEmpty)
    }

    @Test func aTotalAloneIsTakenOnlyWhereTheInstrumentAllowsIt() throws {
        #expect(try Examples.outcome.score(.total(400)) == ScoredAnswers(total: 400, safetyItems: [], lowestItem: nil))
        #expect(throws: AnswerProblem.totalOutOfRange(value: 401, allowed: 0...400)) {
            try Examples.outcome.score(.total(401))
        }
        #expect(throws: AnswerProblem.totalNotAllowed) { try Examples.depression().score(.total(9)) }
    }

    @Test func eitherAllItemsOrATotalAloneMakeAnswers() throws {
        let instrument = Examples.outcome
        #expect(try instrument.answers(items: [1, 2, 3, 4], total: nil) == .items([1, 2, 3, 4]))
        #expect(try instrument.answers(items: nil, total: 200) == .total(200))
        #expect(try instrument.answers(items: [nil, nil, nil, nil], total: 200) == .total(200))
        #expect(try instrument.answers(items: [1, 2, 3, 4], total: 10) == .items([1, 2, 3, 4]))
    }

    @Test func aTotalBesidePartialOrContradictingItemsIsRefused() {
        let instrument = Examples.outcome
        #expect(throws: AnswerProblem.totalWithPartialItems(missing: [4])) {
            try instrument.answers(items: [1, 2, 3, nil], total: 10)
        }
        #expect(throws: AnswerProblem.totalContradictsItems(total: 11, sumOfItems: 10)) {
            try instrument.answers(items: [1, 2, 3, 4], total: 11)
        }
        #expect(throws: AnswerProblem.noAnswers) { try instrument.answers(items: nil, total: nil) }
    }

    @Test func whatIsSaidOfAProblemNamesTheRangeAndNeverTheAnswer() {
        let problem = AnswerProblem.itemOutOfRange(item: 3, value: 77_777, allowed: 0...100)
        #expect(problem.advice(for: Examples.outcome).contains("item 3 is outside 0.0 to 10.0"))
        #expect(!problem.advice(for: Examples.outcome).contains("7777"))
        #expect(!"\(problem)".contains("7777"))
        #expect(!"\(AnswerProblem.totalContradictsItems(total: 111, sumOfItems: 222))".contains("111"))
    }

    @Test func itemNumbersKeepTheirOrderAndTheirBounds() {
        #expect(ItemNumbers([128, 1, 9, 9]).numbers == [1, 9, 128])
        #expect(ItemNumbers([0, 129, -1]).isEmpty)
        #expect(!ItemNumbers([9]).contains(0))
    }
}
