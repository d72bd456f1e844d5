import Domain
import Testing

/// Outcome and session rating scales (clinical-reference 1.1, 1.2.1, 1.2.2). Steps are tenths.
@Suite struct SessionScaleTests {
    @Test(arguments: ["ors@2000", "cors@2003", "srs@2002", "csrs@2003", "gsrs@2013"])
    func fourLinesOfTenMakeATotalOfForty(name: String) throws {
        let parts = name.split(separator: "@").map(String.init)
        let instrument = try Description(
            id: parts[0], version: parts[1], items: 4, answers: 0...100, total: 0...400, direction: .higherIsBetter,
            recallDays: name.contains("ors@") ? 7 : nil
        ).check()
        // 4.5 + 6.2 + 0.0 + 7.1 = 17.8
        #expect(try instrument.total([45, 62, 0, 71]) == 178)
        #expect(instrument.allowsTotalEntry)
        // No prorating (OpenFIT, CamCOPS).
        #expect(throws: AnswerProblem.missingItems(items: [4], allowed: 0)) { try instrument.total([45, 62, 0, nil]) }
    }

    @Test(arguments: [
        ("ors", "2000", RaterRole.`self`, AgeBand.adult, "ors-adult", 250),
        ("ors", "2000", .`self`, .adolescent, "ors-adolescent", 280),
        ("ors", "2000", .`self`, .child, "ors-child", 320),
        ("ors", "2000", .caretaker, .adolescent, "ors-caretaker", 280),
        ("cors", "2003", .`self`, .child, "cors-child", 320),
        ("cors", "2003", .caretaker, .child, "cors-caretaker", 280),
    ])
    func theOutcomeScalesHaveTheirFiguresByRaterAndAge(
        id: String, version: String, role: RaterRole, age: AgeBand, set: String, cutOff: Int
    ) throws {
        let figures = try #require(try Builtin.instrument(id, version).figures(role, age))
        #expect(figures.id == set)
        #expect(figures.cutOff == CutOff(value: cutOff, isInclusive: false))
        #expect(figures.change == 50)
    }

    @Test func aChildsScaleSaysNothingOfAdults() throws {
        #expect(try Builtin.instrument("cors", "2003").figures(.`self`, .adult) == nil)
    }

    /// ICCE 5, Better Outcomes Now 6; Miller and others 2003 give 4.99 with the non-clinical and 6.38 with the
    /// clinical deviation (clinical-reference 1.2.1).
    @Test func theReliableChangesOfTheOutcomeScaleStandSideBySide() throws {
        let ors = try Builtin.instrument("ors", "2000")
        #expect(try ors.normSet("ors-adult").reliableChange == 50)
        #expect(abs((try ors.normSet("ors-adult").derivation?.points ?? 0) - 4.99) < 0.005)
        #expect(try ors.normSet("ors-adult-bon").reliableChange == 60)
        let clinical = try ors.normSet("ors-adult-clinical-deviation")
        #expect(abs((clinical.derivation?.points ?? 0) - 6.38) < 0.005)
        #expect(clinical.reliableChange == 64)
        #expect(clinical.confidence == .computed)
    }

    @Test(arguments: ["srs@2002", "csrs@2003", "gsrs@2013"])
    func theSessionScalesSpeakBelowThirtySixAndOfAFallOfOnePoint(name: String) throws {
        let parts = name.split(separator: "@").map(String.init)
        let instrument = try Builtin.instrument(parts[0], parts[1])
        let rule = try #require(instrument.allianceRule)
        #expect(instrument.purpose == .alliance)
        #expect(rule.cutOff.isClinical(359, .higherIsBetter))
        #expect(rule.drop == 10)
        #expect(rule.lowestItem == nil)
        #expect(instrument.normSets.isEmpty)
    }

    /// ICCE training material with the gaps between whole points closed (clinical-reference 4).
    @Test(arguments: [
        (0, "poor"), (349, "poor"), (350, "fair"), (389, "fair"), (390, "good"), (400, "good"),
    ])
    func theSessionScaleHasItsTrainingBands(score: Int, label: String) throws {
        #expect(try Builtin.instrument("srs", "2002").bandSet?.band(of: score)?.label == label)
    }
}
