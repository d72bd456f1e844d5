import Domain
import Testing

/// CORE-10 and CORE-OM (clinical-reference 1.2.8).
@Suite struct COREFamilyTests {
    @Test func theCORE10IsTenTimesTheMeanOfTenItems() throws {
        let core = try Description(
            id: "core-10", version: "2013", items: 10, answers: 0...4, total: 0...40, direction: .lowerIsBetter,
            reversed: [2, 3], safety: [6], recallDays: 7
        ).check()
        // 1 + (4-4) + (4-3) + 2 + 0 + 0 + 3 + 1 + 2 + 2 = 12
        #expect(try core.total([1, 4, 3, 2, 0, 0, 3, 1, 2, 2]) == 12)
        #expect(try core.total(answers(10, 0)) == 8)
        #expect(try core.score(.items(answers(10, 0, [6: 1]))).safetyItems == [6])
    }

    /// Barkham and others 2013: cut-off 11, depression 13, reliable change 5.66 at 90 % and 6.75 at 95 %.
    @Test func theCORE10HasItsFiguresAtBothLevels() throws {
        let core = try Builtin.instrument("core-10", "2013")
        let figures = try #require(core.figures(.`self`, .adult))
        #expect(figures.id == "core-10-barkham-2013")
        #expect(figures.cutOff == CutOff(value: 11, isInclusive: true))
        #expect(figures.change == 6)
        let published = try core.normSet("core-10-barkham-2013")
        #expect(published.derivation?.level == .ninety)
        #expect(abs((published.derivation?.points ?? 0) - 5.66) < 0.01)
        let strict = try core.normSet("core-10-95")
        #expect(strict.derivation?.level == .ninetyFive)
        #expect(abs((strict.derivation?.points ?? 0) - 6.75) < 0.005)
        #expect(strict.reliableChange == 7)
        #expect(try core.normSet("core-10-depression").cutOff == CutOff(value: 13, isInclusive: true))
    }

    @Test func theCORE10FillsInOneItemAndNeverTheRiskItem() throws {
        let core = try Builtin.instrument("core-10", "2013")
        // 9 answered, reversed 2 and 3 answered 4 and so 0; sum 7 * 2 = 14: 10 * 14 / 9 = 15.56, rounded 16
        #expect(try core.total(answers(10, 2, [1: nil, 2: 4, 3: 4])) == 16)
        #expect(throws: AnswerProblem.missingItems(items: [1, 4], allowed: 1)) {
            try core.total(answers(10, 2, [1: nil, 4: nil]))
        }
        #expect(throws: AnswerProblem.missingItemsNeverImputed(items: [6])) { try core.total(answers(10, 2, [6: nil])) }
    }

    @Test func theCOREOMIsThirtyFourItemsInFourDomains() throws {
        let core = try Description(
            id: "core-om", version: "2002", items: 34, answers: 0...40, total: 0...400, direction: .lowerIsBetter,
            reversed: [3, 4, 7, 12, 19, 21, 31, 32], safety: [6, 9, 16, 22, 24, 34], recallDays: 7
        ).check()
        #expect(core.subscales.map(\.items.count) == [4, 12, 12, 6, 28])
        let domains = core.subscales.prefix(4).flatMap(\.items.numbers)
        #expect(domains.sorted() == Array(1...34))
        #expect(core.figures(.`self`, .adult)?.cutOff == CutOff(value: 100, isInclusive: true))
        #expect(core.figures(.`self`, .adult)?.change == 50)
    }

    /// Steps are tenths, answers whole points: 10 steps apart.
    @Test func theCOREOMScoresAsComputedByHand() throws {
        let core = try Builtin.instrument("core-om", "2002")
        // All answered 1: 26 items of 1, 8 reversed of 3: 50 points, mean 1.470588, clinical score 14.7
        #expect(try core.total(answers(34, 10)) == 147)
        // Well-being 4, 14, 17, 31 with 4 and 31 reversed: 3 + 1 + 1 + 3 = 8, mean 2, score 20.0
        let parts = try core.parts(answers(34, 10))
        #expect(parts["well-being"] == 200)
        #expect(parts["problems"] == 100)
        // Functioning with 3, 7, 12, 19, 21, 32 reversed: 6 * 1 + 6 * 3 = 24 of 12: 20.0
        #expect(parts["functioning"] == 200)
        #expect(parts["risk"] == 100)
        // Non-risk: 44 of 28 = 1.571428: 15.7
        #expect(parts["non-risk"] == 157)
        #expect(throws: AnswerProblem.itemBetweenSteps(item: 3, step: 10)) { try core.total(answers(34, 10, [3: 15])) }
    }

    /// At most 3 of 34, 2 of the non-risk items, 1 of problems or functioning, none of well-being or risk (S23).
    @Test func theCOREOMFillsInByDomain() throws {
        let core = try Builtin.instrument("core-om", "2002")
        let three = answers(34, 10, [2: nil, 5: nil, 1: nil])
        // 31 answered, 47 points: 10 * 47 / 31 = 15.16
        #expect(try core.total(three) == 152)
        let parts = try core.parts(three)
        #expect(parts["problems"] == .some(nil))
        #expect(parts["functioning"] == 209)  // 23 of 11 = 2.0909
        #expect(parts["non-risk"] == .some(nil))
        #expect(try core.parts(answers(34, 10, [4: nil]))["well-being"] == .some(nil))
        #expect(throws: AnswerProblem.missingItems(items: [1, 2, 5, 8], allowed: 3)) {
            try core.total(answers(34, 10, [2: nil, 5: nil, 1: nil, 8: nil]))
        }
        #expect(throws: AnswerProblem.missingItemsNeverImputed(items: [22])) {
            try core.total(answers(34, 10, [22: nil]))
        }
    }

    /// Connell 2007 gives 9.9, practice uses 10: no permitted rating lies between them.
    @Test func nineNineAndTenAreTheSameCutOffForEveryRatingThatCanBeScored() {
        for answered in 31...34 {
            for sum in 0...136 {
                let score = ScoreMethod.mean(factor: 10).range(
                    of: Array(repeating: sum * 10...sum * 10, count: 1) + Array(repeating: 0...0, count: answered - 1)
                ).lowerBound
                #expect(score != 99)
            }
        }
    }
}
