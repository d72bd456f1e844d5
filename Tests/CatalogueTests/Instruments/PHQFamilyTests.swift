import Domain
import Testing

/// PHQ-9, PHQ-8, PHQ-A and GAD-7 (clinical-reference 1.1, 1.2.4, 1.2.5, 1.3).
@Suite struct PHQFamilyTests {
    @Test func thePHQ9IsNineItemsWithASafetyItem() throws {
        let phq9 = try Description(
            id: "phq-9", version: "2001", items: 9, total: 0...27, direction: .lowerIsBetter, safety: [9],
            recallDays: 14
        ).check()
        // 3 + 2 + 1 + 0 + 3 + 2 + 1 + 0 + 1 = 13
        let scored = try phq9.score(.items([3, 2, 1, 0, 3, 2, 1, 0, 1]))
        #expect(scored.total == 13)
        #expect(scored.safetyItems == [9])
        #expect(phq9.codes.loincPanel == "44249-1")
        #expect(phq9.codes.loincTotal == "44261-6")
        #expect(phq9.codes.loincItems.count == 9)
    }

    /// Bands 0-4, 5-9, 10-14, 15-19, 20-27 (S).
    @Test(arguments: [
        (0, "minimal"), (4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"),
        (15, "moderately_severe"), (19, "moderately_severe"), (20, "severe"), (27, "severe"),
    ])
    func thePHQ9HasItsBands(score: Int, label: String) throws {
        #expect(try Builtin.instrument("phq-9", "2001").bandSet?.band(of: score)?.label == label)
    }

    /// 6 of NHS Talking Therapies, 5 as the smallest change that matters (S).
    @Test func thePHQ9HasTwoReliableChangesForAdults() throws {
        let phq9 = try Builtin.instrument("phq-9", "2001")
        let figures = try #require(phq9.figures(.`self`, .adult))
        #expect(figures.id == "phq-9-nhs-tt")
        #expect(figures.cutOff == CutOff(value: 10, isInclusive: true))
        #expect(figures.change == 6)
        let chosen = try #require(phq9.choosing(normSet: NormSetID(unchecked: "phq-9-mcid")))
        #expect(chosen.figures(.`self`, .adult)?.change == 5)
        #expect(chosen.figures(.`self`, .adolescent)?.id == "phq-9-adolescent-cut-off")
    }

    /// Richardson and others 2010: 11 for adolescents; the adults' reliable change is borrowed and uncertain (U).
    @Test(arguments: [("phq-9", "2001"), ("phq-a", "2010")])
    func adolescentsHaveACutOffOfElevenAndNoReliableChangeUnlessChosen(id: String, version: String) throws {
        let instrument = try Builtin.instrument(id, version)
        let figures = try #require(instrument.figures(.`self`, .adolescent))
        #expect(figures.cutOff == CutOff(value: 11, isInclusive: true))
        #expect(figures.change == nil)
        let borrowed = instrument.normSets.filter { $0.reliableChangeEvidence.confidence == .uncertain }
        #expect(borrowed.map(\.standing) == [.alternative])
        #expect(borrowed.map(\.reliableChange) == [6])
    }

    /// Up to two items may be filled in by the manual's convention; by default none, and item 9 never.
    @Test func thePHQ9FillsInNothingUnlessASiteChoosesTo() throws {
        let phq9 = try Builtin.instrument("phq-9", "2001")
        #expect(throws: AnswerProblem.missingItems(items: [1], allowed: 0)) {
            try phq9.total([nil, 0, 0, 0, 0, 0, 0, 0, 0])
        }
        let chosen = phq9.choosing(missingItemRule: .mean(maxMissing: 2, neverImpute: [9]))
        // 7 answered, sum 9: 9 * 9 / 7 = 11.57, rounded 12
        #expect(try chosen.total([nil, nil, 2, 2, 1, 1, 1, 1, 1]) == 12)
        #expect(throws: AnswerProblem.missingItemsNeverImputed(items: [9])) {
            try chosen.total([1, 1, 1, 1, 1, 1, 1, 1, nil])
        }
    }

    @Test func thePHQAIsNineItemsForAdolescentsAlone() throws {
        let phqA = try Description(
            id: "phq-a", version: "2010", items: 9, total: 0...27, direction: .lowerIsBetter, safety: [9]
        ).check()
        #expect(try phqA.score(.items([0, 1, 2, 3, 0, 1, 2, 3, 0])).total == 12)
        #expect(phqA.figures(.`self`, .adult) == nil)
        #expect(phqA.codes == InstrumentCodes())
    }

    /// Cut-off 10 (S), reliable change 5 (M); no code of its own is verified.
    @Test func thePHQ8IsEightItemsWithoutASafetyItem() throws {
        let phq8 = try Description(
            id: "phq-8", version: "2009", items: 8, total: 0...24, direction: .lowerIsBetter, recallDays: 14
        ).check()
        #expect(try phq8.total([3, 3, 3, 3, 0, 1, 0, 1]) == 14)
        #expect(phq8.figures(.`self`, .adult)?.cutOff == CutOff(value: 10, isInclusive: true))
        #expect(phq8.figures(.`self`, .adult)?.change == 5)
        #expect(phq8.codes == InstrumentCodes())
    }

    /// NHS Talking Therapies 8 and 4; Bischoff and others 2020 5.59, rounded up, with 10 (S).
    @Test func theGAD7HasTwoPublishedPairsOfFigures() throws {
        let gad7 = try Description(
            id: "gad-7", version: "2006", items: 7, total: 0...21, direction: .lowerIsBetter, recallDays: 14
        ).check()
        #expect(try gad7.total([3, 0, 2, 1, 3, 0, 2]) == 11)
        #expect(gad7.figures(.`self`, .adult)?.cutOff == CutOff(value: 8, isInclusive: true))
        #expect(gad7.figures(.`self`, .adult)?.change == 4)
        let bischoff = try gad7.normSet("gad-7-bischoff-2020")
        #expect(bischoff.cutOff == CutOff(value: 10, isInclusive: true))
        #expect(bischoff.reliableChange == 6)
        #expect([4, 5, 10, 15].map { gad7.bandSet?.band(of: $0)?.label } == ["minimal", "mild", "moderate", "severe"])
    }
}
