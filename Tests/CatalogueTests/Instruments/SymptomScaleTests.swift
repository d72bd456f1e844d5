import Domain
import Testing

/// K10, K6, DASS-21, PCL-5, WHO-5, WSAS, AUDIT-C and EPDS (clinical-reference 1.1, 1.2.6 to 1.2.13).
@Suite struct SymptomScaleTests {
    /// ABS bands 10-15, 16-21, 22-29, 30-50 and others 10-19, 20-24, 25-29, 30+ (S); shifted by 10 for 0 to 4.
    @Test(arguments: [("1-5", 1...5, 10...50, 28, 0), ("0-4", 0...4, 0...40, 30, -10)])
    func theK10IsTwoScoringsOfTenItems(
        version: String, range: ClosedRange<Int>, total: ClosedRange<Int>, recall: Int, shift: Int
    ) throws {
        let k10 = try Description(
            id: "k10", version: version, items: 10, answers: range, total: total, direction: .lowerIsBetter,
            recallDays: recall
        ).check()
        #expect(try k10.total(answers(10, range.upperBound)) == total.upperBound)
        let abs = [10, 15, 16, 21, 22, 29, 30, 50].map { k10.bandSet?.band(of: $0 + shift)?.label }
        #expect(abs == ["low", "low", "moderate", "moderate", "high", "high", "very_high", "very_high"])
        let other = try #require(k10.choosing(bandSet: BandSetID(unchecked: "k10-disorder")))
        let labels = [19, 20, 24, 25, 29, 30].map { other.bandSet?.band(of: $0 + shift)?.label }
        #expect(
            labels == [
                "likely_well", "likely_mild", "likely_mild", "likely_moderate", "likely_moderate", "likely_severe",
            ])
        #expect(k10.normSets.isEmpty)
    }

    /// Serious distress from 13 (M).
    @Test func theK6HasACutOffAndNoReliableChange() throws {
        let k6 = try Description(
            id: "k6", version: "0-4", items: 6, answers: 0...4, total: 0...24, direction: .lowerIsBetter, recallDays: 30
        ).check()
        #expect(try k6.total([4, 3, 2, 1, 0, 4]) == 14)
        #expect(k6.figures(.`self`, .adult)?.cutOff == CutOff(value: 13, isInclusive: true))
        #expect(k6.figures(.`self`, .adult)?.change == nil)
    }

    @Test func theDASS21IsThreeDoubledScales() throws {
        let dass = try Description(
            id: "dass-21", version: "1995", items: 21, total: 0...126, direction: .lowerIsBetter, recallDays: 7
        ).check()
        #expect(
            dass.subscales.map(\.items.numbers) == [
                [3, 5, 10, 13, 16, 17, 21], [2, 4, 7, 9, 15, 19, 20], [1, 6, 8, 11, 12, 14, 18],
            ])
        // Depression items 3, anxiety 1, stress 2: 21, 7 and 14, doubled.
        let given = (1...21).map { item -> Int? in
            [3, 5, 10, 13, 16, 17, 21].contains(item) ? 3 : [2, 4, 7, 9, 15, 19, 20].contains(item) ? 1 : 2
        }
        #expect(try dass.parts(given) == ["depression": 42, "anxiety": 14, "stress": 28])
        #expect(try dass.total(given) == 84)
        #expect(throws: AnswerProblem.missingItems(items: [3], allowed: 0)) { try dass.total(answers(21, 0, [3: nil])) }
    }

    /// Doubled upper bounds: D 9/13/20/27, A 7/9/14/19, S 14/18/25/33 (S).
    @Test(arguments: [
        ("depression", [9, 13, 20, 27]), ("anxiety", [7, 9, 14, 19]), ("stress", [14, 18, 25, 33]),
    ])
    func theDASS21HasItsBands(id: String, bounds: [Int]) throws {
        let dass = try Builtin.instrument("dass-21", "1995")
        let bands = try #require(dass.subscales.first { $0.id.text == id }?.bandSet)
        #expect(bands.bands.map(\.label) == ["normal", "mild", "moderate", "severe", "extremely_severe"])
        #expect(bands.bands.dropLast().map(\.range.upperBound) == bounds)
        #expect(bands.bands.last?.range.upperBound == 42)
    }

    /// 31 to 33, NHS Talking Therapies 32; change 10 meaningful, 5 reliable.
    @Test func thePCL5HasItsCutOffsSideBySide() throws {
        let pcl = try Description(
            id: "pcl-5", version: "2013", items: 20, answers: 0...4, total: 0...80, direction: .lowerIsBetter,
            recallDays: 30
        ).check()
        #expect(pcl.subscales.map(\.items.count) == [5, 2, 7, 6])
        #expect(
            try pcl.parts(answers(20, 2)) == ["intrusion": 10, "avoidance": 4, "cognition-and-mood": 14, "arousal": 12])
        #expect(try pcl.total(answers(20, 2)) == 40)
        #expect(pcl.figures(.`self`, .adult)?.cutOff == CutOff(value: 32, isInclusive: true))
        #expect(pcl.figures(.`self`, .adult)?.change == 10)
        #expect(try [pcl.normSet("pcl-5-31"), pcl.normSet("pcl-5-33")].map(\.cutOff?.value) == [31, 33])
        #expect(try pcl.normSet("pcl-5-reliable-5").reliableChange == 5)
        #expect(pcl.codes.loincPanel == "101697-1")
        #expect(pcl.codes.loincTotal == "101698-9")
    }

    /// Raw sum times 4; 50 and less low, 28 and less a screen for depression, 10 noticeable (S).
    @Test func theWHO5IsAPercentage() throws {
        let who5 = try Description(
            id: "who-5", version: "1998", items: 5, answers: 0...5, total: 0...100, direction: .higherIsBetter,
            recallDays: 14
        ).check()
        #expect(try who5.total([3, 3, 3, 2, 2]) == 52)
        let figures = try #require(who5.figures(.`self`, .adult))
        #expect(figures.cutOff == CutOff(value: 50, isInclusive: true))
        #expect(figures.change == 10)
        #expect(try who5.normSet("who-5-depression-screen").cutOff == CutOff(value: 28, isInclusive: true))
        #expect(
            [28, 29, 50, 51].map { who5.bandSet?.band(of: $0)?.label } == [
                "likely_depression", "low", "low", "not_low",
            ])
        #expect(throws: AnswerProblem.missingItems(items: [5], allowed: 0)) { try who5.total([3, 3, 3, 2, nil]) }
    }

    /// 10 to 20 significant, above 20 severe (M); reliable change 8 uncertain (U).
    @Test func theWSASHasItsLevelsAndNoReliableChangeUnlessChosen() throws {
        let wsas = try Description(
            id: "wsas", version: "2002", items: 5, answers: 0...8, total: 0...40, direction: .lowerIsBetter
        ).check()
        #expect(try wsas.total([8, 4, 3, 2, 1]) == 18)
        #expect(
            [9, 10, 20, 21].map { wsas.bandSet?.band(of: $0)?.label } == [
                "less", "significant", "significant", "severe",
            ])
        #expect(wsas.figures(.`self`, .adult)?.cutOff == CutOff(value: 10, isInclusive: true))
        #expect(wsas.figures(.`self`, .adult)?.change == nil)
        #expect(try wsas.normSet("wsas-change-8").standing == .alternative)
    }

    /// Men from 4, women from 3 (S); United Kingdom from 5 (M).
    @Test func theAUDITCHasACutOffForEachSexAndNoneWhereItIsUnknown() throws {
        let audit = try Description(
            id: "audit-c", version: "1998", items: 3, answers: 0...4, total: 0...12, direction: .lowerIsBetter
        ).check()
        #expect(try audit.total([4, 2, 1]) == 7)
        #expect(audit.figures(.`self`, .adult, .male)?.cutOff == CutOff(value: 4, isInclusive: true))
        #expect(audit.figures(.`self`, .adult, .female)?.cutOff == CutOff(value: 3, isInclusive: true))
        #expect(audit.figures(.`self`, .adult) == nil)
        #expect(audit.normSet(for: .`self`, .adult) == nil)
        let chosen = try #require(audit.choosing(normSet: NormSetID(unchecked: "audit-c-uk")))
        for sex in [Sex.female, .male, nil] {
            #expect(chosen.figures(.`self`, .adult, sex)?.cutOff == CutOff(value: 5, isInclusive: true))
        }
        #expect(audit.codes.loincPanel == "72109-2")
        #expect(audit.codes.loincTotal == "75626-2")
    }

    /// Reversed 3 and 5 to 10, item 10 a safety item (M); 10 possible, 13 likely, change 4 (S, Matthey 2004).
    @Test func theEPDSTurnsSevenItemsAndItsSafetyItemWithThem() throws {
        let epds = try Description(
            id: "epds", version: "1987", items: 10, total: 0...30, direction: .lowerIsBetter,
            reversed: [3, 5, 6, 7, 8, 9, 10], safety: [10], recallDays: 7
        ).check()
        // First choice everywhere: 1, 2, 4 count 0, the seven others 3.
        #expect(try epds.total(answers(10, 0)) == 21)
        #expect(try epds.score(.items(answers(10, 0))).safetyItems == [10])
        // Last choice of item 10 is the harmless one.
        #expect(try epds.score(.items(answers(10, 0, [10: 3]))).safetyItems.isEmpty)
        #expect(try epds.score(.items(answers(10, 0, [10: 2]))).safetyItems == [10])
        #expect(epds.figures(.`self`, .adult)?.cutOff == CutOff(value: 10, isInclusive: true))
        #expect(epds.figures(.`self`, .adult)?.change == 4)
        #expect(try epds.normSet("epds-likely").cutOff == CutOff(value: 13, isInclusive: true))
    }
}
