import Catalogue
import Domain
import Testing

/// The validation traps of clinical-reference 7, as far as definitions and norm sets decide them.
@Suite struct ValidationTrapTests {
    /// A public page exchanges depression and anxiety.
    @Test func dassDepressionAndAnxietyAreNotExchanged() throws {
        let dass = try Builtin.instrument("dass-21", "1995")
        let depressed = (1...21).map { [3, 5, 10, 13, 16, 17, 21].contains($0) ? 3 : 0 } as [Int?]
        #expect(try dass.parts(depressed) == ["depression": 42, "anxiety": 0, "stress": 0])
        let anxious = (1...21).map { [2, 4, 7, 9, 15, 19, 20].contains($0) ? 3 : 0 } as [Int?]
        #expect(try dass.parts(anxious) == ["depression": 0, "anxiety": 42, "stress": 0])
    }

    @Test func theTwoScoringsOfTheK10AreNotMixed() throws {
        let fromOne = try Builtin.instrument("k10", "1-5")
        let fromZero = try Builtin.instrument("k10", "0-4")
        #expect(throws: AnswerProblem.itemOutOfRange(item: 2, value: 0, allowed: 1...5)) {
            try fromOne.total(answers(10, 1, [2: 0]))
        }
        #expect(throws: AnswerProblem.itemOutOfRange(item: 2, value: 5, allowed: 0...4)) {
            try fromZero.total(answers(10, 1, [2: 5]))
        }
        // The same person: 20 of one is 10 of the other, and in the same band.
        #expect(fromOne.bandSet?.band(of: 20)?.label == fromZero.bandSet?.band(of: 10)?.label)
        // A total alone would not tell which scoring it is.
        #expect(throws: AnswerProblem.totalNotAllowed) { try fromOne.score(.total(20)) }
        #expect(throws: AnswerProblem.totalNotAllowed) { try fromZero.score(.total(20)) }
    }

    /// Where work is not applicable the raw total is out of 32: mean times 5 makes it one out of 40.
    @Test func aWSASWithoutWorkIsComparedOnTheScaleOfForty() throws {
        let wsas = try Builtin.instrument("wsas", "2002")
        #expect(try wsas.total([nil, 8, 8, 8, 8]) == 40)
        // 13 of 32 is 16.25 of 40.
        #expect(try wsas.total([nil, 4, 4, 3, 2]) == 16)
        // 18 of 32 is 22.5 of 40, halves upwards.
        #expect(try wsas.total([nil, 5, 5, 4, 4]) == 23)
        #expect(try wsas.score(.items([nil, 4, 4, 3, 2])).unanswered == [1])
        // Any other gap is a gap.
        #expect(throws: AnswerProblem.missingItems(items: [2], allowed: 0)) { try wsas.total([nil, nil, 4, 3, 2]) }
        #expect(throws: AnswerProblem.totalNotAllowed) { try wsas.score(.total(13)) }
    }

    @Test func aWHO5IsAPercentageAndNeverTheRawSum() throws {
        let who5 = try Builtin.instrument("who-5", "1998")
        // Raw 13, which as a percentage would be a screen for depression.
        #expect(try who5.total([3, 3, 3, 2, 2]) == 52)
        #expect(who5.figures(.`self`, .adult)?.cutOff?.isClinical(52, .higherIsBetter) == false)
        // Raw 12 is 48: below 13 is low.
        #expect(who5.figures(.`self`, .adult)?.cutOff?.isClinical(48, .higherIsBetter) == true)
        #expect(throws: AnswerProblem.totalNotAllowed) { try who5.score(.total(13)) }
        #expect(throws: AnswerProblem.totalContradictsItems(total: 13, sumOfItems: 52)) {
            try who5.answers(items: [3, 3, 3, 2, 2], total: 13)
        }
        #expect(try who5.answers(items: [3, 3, 3, 2, 2], total: 52) == .items([3, 3, 3, 2, 2]))
    }

    /// A trust's page says 9 or above; the manual says 10.
    @Test func phq9CasenessBeginsAtTenAndNotAtNine() throws {
        let cutOff = try #require(try Builtin.instrument("phq-9", "2001").figures(.`self`, .adult)?.cutOff)
        #expect(!cutOff.isClinical(9, .lowerIsBetter))
        #expect(cutOff.isClinical(10, .lowerIsBetter))
    }

    @Test func theCodeOfAPanelIsNeverThatOfTheTotal() throws {
        var panels: Set<String> = []
        var totals: Set<String> = []
        for instrument in try Builtin.catalogue().instruments {
            if let panel = instrument.codes.loincPanel { panels.insert(panel) }
            if let total = instrument.codes.loincTotal { totals.insert(total) }
        }
        #expect(panels == ["44249-1", "69737-5", "72109-2", "101697-1", "71354-5"])
        #expect(totals == ["44261-6", "70274-6", "75626-2", "101698-9"])
        #expect(panels.isDisjoint(with: totals))
    }

    /// OpenFIT's import makes each item a quarter of a total: Attune keeps the total and makes up no item.
    @Test func anORSTotalAloneIsKeptAndNoItemIsMadeUp() throws {
        let ors = try Builtin.instrument("ors", "2000")
        let scored = try ors.score(try ors.answers(items: nil, total: 253))
        #expect(scored.total == 253)
        #expect(scored.lowestItem == nil)
        #expect(scored.safetyItems.isEmpty)
        #expect(throws: AnswerProblem.totalWithPartialItems(missing: [3, 4])) {
            try ors.answers(items: [63, 63, nil, nil], total: 253)
        }
    }

    @Test func aZeroDoesNotStandForAMissingAnswer() throws {
        let ors = try Builtin.instrument("ors", "2000")
        #expect(try ors.answers(items: [0, 0, 0, 0], total: 0) == .items([0, 0, 0, 0]))
        #expect(try ors.answers(items: nil, total: 0) == .total(0))
        #expect(throws: AnswerProblem.zeroWithoutAnswers) { try ors.answers(items: [nil, nil, nil, nil], total: 0) }
    }

    /// OpenFIT: below 36 speaks; other guides count 36 itself, which a site may choose.
    @Test func anSRSOfExactlyThirtySixSpeaksOnlyWhereASiteChoosesSo() throws {
        let srs = try Builtin.instrument("srs", "2002")
        #expect(srs.allianceRule?.cutOff.isClinical(360, .higherIsBetter) == false)
        #expect(srs.allianceRule?.cutOff.isClinical(359, .higherIsBetter) == true)
        let folder = try SiteFolder([
            "site.yaml": """
            choices:
              - instrument: {id: srs, version: "2002"}
                alliance: {cut_off: {value: 36, inclusive: true}, drop: 1, lowest_item: 9}
            """
        ])
        let catalogue = try Catalogue.load(siteFolder: folder.path)
        let chosen = try #require(catalogue.instrument(srs.reference)?.allianceRule)
        #expect(chosen.cutOff.isClinical(360, .higherIsBetter))
        #expect(chosen.lowestItem == 90)
    }

    /// 32 by OpenFIT, 28 by Better Outcomes Now.
    @Test(arguments: [("cors", "2003", "cors-child-bon"), ("ors", "2000", "ors-child-bon")])
    func aChildOfThirtyIsClinicalByOnePublishedCutOffAndNotByTheOther(id: String, version: String, other: String) throws
    {
        let instrument = try Builtin.instrument(id, version)
        #expect(instrument.figures(.`self`, .child)?.cutOff?.isClinical(300, .higherIsBetter) == true)
        let chosen = try #require(instrument.choosing(normSet: NormSetID(unchecked: other)))
        #expect(chosen.figures(.`self`, .child)?.id == other)
        #expect(chosen.figures(.`self`, .child)?.cutOff?.isClinical(300, .higherIsBetter) == false)
    }
}
