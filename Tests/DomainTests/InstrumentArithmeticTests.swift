import Domain
import Testing

/// What instruments can say beyond a plain sum of like items.
@Suite struct InstrumentArithmeticTests {
    private static func instrument(
        _ items: ItemScale, score: ScoreMethod = .plainSum, total: ClosedRange<Int> = 0...100,
        missing: MissingItemRule = .none, subscales: [Subscale] = []
    ) -> Instrument {
        Instrument(
            reference: InstrumentReference(id: InstrumentID(unchecked: "x"), version: "1"), title: "x",
            purpose: .outcome,
            items: items, stepDenominator: 1, totalRange: total, direction: .lowerIsBetter, allowsTotalEntry: false,
            missingItemRule: missing, licence: Examples.licence, score: score, subscales: subscales)
    }

    private static func subscale(_ id: String, _ items: ItemNumbers, _ rule: MissingItemRule) -> Subscale {
        Subscale(
            id: SubscaleID(unchecked: id), title: id, items: items, score: .plainSum, range: 0...100,
            direction: .lowerIsBetter, missingItemRule: rule)
    }

    @Test func aMultiplierAndAMeanMakeTheTotal() throws {
        let scale = ItemScale(count: 4, range: 0...5)
        #expect(try Self.instrument(scale, score: .sum(multiplier: 4)).score(.items([1, 2, 3, 5])).total == 44)
        // 10 * 11 / 4 = 27.5, halves upwards
        #expect(try Self.instrument(scale, score: .mean(factor: 10)).score(.items([1, 2, 3, 5])).total == 28)
        #expect(ScoreMethod.sum(multiplier: 2).range(of: scale.ranges) == 0...40)
        #expect(ScoreMethod.mean(factor: 10).range(of: scale.ranges) == 0...50)
    }

    /// Halves upwards means towards the greater number on both sides of zero.
    @Test(arguments: [
        ([-1, 0], -5), ([-1, -1], -10), ([-2, 1], -5), ([1, 0], 5), ([0, 0], 0),
    ])
    func meansBelowZeroAreRoundedTheSameWay(items: [Int?], tenfold: Int) throws {
        let scale = ItemScale(count: 2, range: -3...3)
        let ten = Self.instrument(scale, score: .mean(factor: 10), total: -30...30)
        #expect(try ten.score(.items(items)).total == tenfold)
        let one = Self.instrument(scale, score: .mean(factor: 1), total: -3...3)
        let half = Double(tenfold) / 10 + 0.5
        #expect(try one.score(.items(items)).total == Int(half.rounded(.down)))
    }

    @Test func everyItemHasItsOwnRangeAndReversal() throws {
        let scale = ItemScale(ranges: [0...4, 1...3, -2...2], reversed: [2, 3])
        #expect(scale.range == -2...4)
        #expect(!scale.isUniform)
        let instrument = Self.instrument(scale, total: -1...9)
        #expect(try instrument.score(.items([4, 1, -2])).total == 4 + 3 + 2)
        #expect(throws: AnswerProblem.itemOutOfRange(item: 2, value: 4, allowed: 1...3)) {
            try instrument.score(.items([4, 4, 0]))
        }
    }

    @Test func anAnswerBetweenTwoChoicesIsNamedWithoutItsValue() throws {
        let instrument = Self.instrument(ItemScale(count: 2, range: 0...40, step: 10), total: 0...80)
        #expect(try instrument.score(.items([10, 40])).total == 50)
        let problem = AnswerProblem.itemBetweenSteps(item: 2, step: 10)
        #expect(throws: problem) { try instrument.score(.items([10, 15])) }
        #expect("\(problem)".contains("item 2 is between two answers, which are 10 steps apart"))
    }

    @Test func scoresThatAFileHoldsReversedBecomeAnswersAgain() throws {
        let scale = ItemScale(count: 3, range: 0...3, reversed: [2])
        #expect(scale.answers(forScores: [1, 3, nil]) == [1, 0, nil])
        #expect(scale.answers(forScores: [1, 3]) == nil)
        #expect(scale.answers(forScores: [0, 4, 0])?[1] == -1)
        let instrument = Self.instrument(scale)
        let answers = try #require(scale.answers(forScores: [1, 3, 2]))
        #expect(try instrument.score(.items(answers)).total == 6)
    }

    /// A reversed safety item is dangerous at its other end, and a reversed alliance item low at its other end.
    @Test func safetyAndTheLowestItemAreJudgedAsScored() throws {
        let scale = ItemScale(count: 2, range: 0...3, reversed: [2], safety: [SafetyItem(item: 2, atLeast: 2)])
        let instrument = Self.instrument(scale)
        #expect(try instrument.score(.items([3, 0])).safetyItems == [2])
        #expect(try instrument.score(.items([3, 0])).lowestItem == 3)
        #expect(try instrument.score(.items([3, 3])).safetyItems.isEmpty)
        #expect(try instrument.score(.items([3, 3])).lowestItem == 0)
    }

    @Test func severalSafetyItemsSpeakEachFromItsOwnScore() throws {
        let scale = ItemScale(
            count: 3, range: 0...4, safety: [SafetyItem(item: 1, atLeast: 1), SafetyItem(item: 3, atLeast: 3)])
        let instrument = Self.instrument(scale)
        #expect(try instrument.score(.items([1, 4, 2])).safetyItems == [1])
        #expect(try instrument.score(.items([0, 0, 3])).safetyItems == [3])
        #expect(try instrument.score(.items([4, 0, 4])).safetyItems == [1, 3])
    }

    @Test func anItemThatDoesNotApplyIsNoGap() throws {
        let scale = ItemScale(count: 3, range: 0...8, mayNotApply: [1])
        let strict = Self.instrument(scale)
        #expect(try strict.score(.items([nil, 4, 5])).total == 14)  // 9 * 3 / 2 = 13.5
        #expect(throws: AnswerProblem.missingItems(items: [3], allowed: 0)) { try strict.score(.items([nil, 4, nil])) }
        let lenient = Self.instrument(scale, missing: .mean(maxMissing: 1, neverImpute: []))
        #expect(try lenient.score(.items([nil, 4, nil])).total == 12)
        #expect(throws: AnswerProblem.noAnswers) { try lenient.score(.items([nil, nil, nil])) }
    }

    /// A mean of 1.4 filled in as 1 and not as 1.4 makes the difference between the two rules.
    @Test func aRoundedMeanIsAWholeAnswer() throws {
        let scale = ItemScale(count: 7, range: 0...4)
        let given: [Int?] = [nil, nil, 1, 1, 1, 2, 2]
        let rounded = Self.instrument(scale, missing: .roundedMean(maxMissing: 2, neverImpute: []))
        #expect(try rounded.score(.items(given)).total == 7 + 2 * 1)
        let mean = Self.instrument(scale, missing: .mean(maxMissing: 2, neverImpute: []))
        #expect(try mean.score(.items(given)).total == 10)  // 7 * 7 / 5 = 9.8
        let coarse = Self.instrument(
            ItemScale(count: 3, range: 0...40, step: 10), total: 0...120,
            missing: .roundedMean(maxMissing: 1, neverImpute: []))
        #expect(try coarse.score(.items([nil, 10, 20])).total == 30 + 20)
    }

    @Test func eachSubscaleFillsItsOwnGaps() throws {
        let rule = MissingItemRule.roundedMean(maxMissing: 1, neverImpute: [6])
        let instrument = Self.instrument(
            ItemScale(count: 6, range: 0...4), missing: .bySubscale,
            subscales: [Self.subscale("low", [1, 3, 5], rule), Self.subscale("high", [2, 4, 6], rule)])
        // low: 0, _, 0 -> 0; high: 4, 4, _ is item 6, which is never guessed
        #expect(try instrument.score(.items([0, 4, nil, 4, 0, 4])).total == 12)
        #expect(try instrument.score(.items([0, nil, nil, 4, 0, 4])).total == 12)
        #expect(throws: AnswerProblem.missingItemsNeverImputed(items: [6])) {
            try instrument.score(.items([0, 4, 0, 4, 0, nil]))
        }
        #expect(throws: AnswerProblem.missingItems(items: [1, 3, 5], allowed: 1)) {
            try instrument.score(.items([nil, 4, nil, 4, nil, 4]))
        }
    }

    @Test func aSubscaleIsScoredByItsOwnRuleAndMayBeMissing() throws {
        let instrument = Self.instrument(
            ItemScale(count: 4, range: 0...4, reversed: [2]), missing: .mean(maxMissing: 2, neverImpute: []),
            subscales: [
                Self.subscale("filled", [1, 2], .mean(maxMissing: 1, neverImpute: [])),
                Self.subscale("complete", [3, 4], .none),
            ])
        func parts(_ items: [Int?]) throws -> [Int?] { try instrument.subscaleScores(.items(items)).map(\.score) }
        #expect(try parts([1, 1, 2, 3]) == [4, 5])
        #expect(try parts([nil, 1, 2, nil]) == [6, nil])
        #expect(try parts([nil, nil, 2, 3]) == [nil, 5])
        #expect(throws: AnswerProblem.missingItems(items: [1, 2, 3], allowed: 2)) { try parts([nil, nil, nil, 3]) }
    }

    @Test func aTotalAloneSaysNothingOfSubscales() throws {
        let scale = ItemScale(count: 2, range: 0...4)
        let instrument = Instrument(
            reference: InstrumentReference(id: InstrumentID(unchecked: "x"), version: "1"), title: "x", purpose: .outcome,
            items: scale, stepDenominator: 1, totalRange: 0...8, direction: .lowerIsBetter, allowsTotalEntry: true,
            licence: Examples.licence, subscales: [Self.subscale("one", [1], .none)])
        let id = SubscaleID(unchecked: "one")
        #expect(try instrument.subscaleScores(.total(5)) == [SubscaleScore(subscale: id, score: nil)])
        #expect(try instrument.subscaleScores(.items([3, 2])) == [SubscaleScore(subscale: id, score: 3)])
    }

    /// Answers that come in another order of items with the same content give the same total: any permutation
    /// of like items, and a mirror of the scale turns a total about its middle.
    @Test func totalsDoNotDependOnTheOrderOfLikeItemsAndTurnWithTheScale() throws {
        var numbers = SeededNumbers(state: 41)
        let plain = Self.instrument(ItemScale(count: 9, range: 0...3), total: 0...27)
        let turned = Self.instrument(ItemScale(count: 9, range: 0...3, reversed: ItemNumbers(1...9)), total: 0...27)
        for _ in 0..<500 {
            let items = (0..<9).map { _ in Int?(Int.random(in: 0...3, using: &numbers)) }
            let total = try plain.score(.items(items)).total
            #expect(try plain.score(.items(items.shuffled(using: &numbers))).total == total)
            #expect(try turned.score(.items(items)).total == 27 - total)
            #expect(plain.totalRange.contains(total))
        }
    }

    /// A filled-in total never leaves the range, and a greater answer never makes it smaller.
    @Test func filledInTotalsStayInRangeAndAreMonotone() throws {
        var numbers = SeededNumbers(state: 42)
        for method in [ScoreMethod.plainSum, .sum(multiplier: 4), .mean(factor: 10)] {
            let scale = ItemScale(count: 6, range: -2...3)
            let range = method.range(of: scale.ranges)
            let instrument = Self.instrument(
                scale, score: method, total: range, missing: .mean(maxMissing: 3, neverImpute: [1]))
            for _ in 0..<300 {
                var items = (0..<6).map { _ in Int?(Int.random(in: -2...2, using: &numbers)) }
                for _ in 0..<3 { items[Int.random(in: 1...5, using: &numbers)] = nil }
                let total = try instrument.score(.items(items)).total
                #expect(range.contains(total))
                items[0] = items[0].map { $0 + 1 }
                #expect(try instrument.score(.items(items)).total >= total)
            }
        }
    }
}
