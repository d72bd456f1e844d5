import Catalogue
import Domain
import Testing

@Suite struct BuiltinTests {
    private let catalogue: Catalogue

    init() throws { catalogue = try Builtin.catalogue() }

    private func instrument(_ id: String, _ version: String) throws -> Instrument {
        try #require(
            catalogue.instrument(InstrumentReference(id: InstrumentID(unchecked: id), version: version)))
    }

    @Test func theInstrumentsOfTheReferenceAreBuiltIn() {
        #expect(
            catalogue.instruments.map { "\($0.reference)" } == [
                "attune-alliance@1", "attune-wellbeing@1", "audit-c@1998", "c-nip@1.1", "core-10@2013", "core-om@2002",
                "cors@2003", "csrs@2003", "dass-21@1995", "epds@1987", "gad-7@2006", "gsrs@2013", "k10@0-4", "k10@1-5",
                "k6@0-4", "oq-30@2", "oq-45@2", "ors@2000", "pcl-5@2013", "phq-8@2009", "phq-9@2001", "phq-a@2010",
                "srs@2002", "who-5@1998", "wsas@2002", "y-oq@2.01", "y-oq-30@2", "y-oq-sr@2.0",
            ])
    }

    @Test(arguments: [
        (RaterRole.`self`, AgeBand.adult, 250), (.`self`, .adolescent, 280), (.`self`, .child, 320),
        (.caretaker, .child, 280),
    ])
    func theOutcomeRatingScaleHasItsCutOffByRaterAndAge(role: RaterRole, ageBand: AgeBand, cutOff: Int) throws {
        let norms = try #require(try instrument("ors", "2000").normSet(for: role, ageBand))
        #expect(norms.cutOff == CutOff(value: cutOff, isInclusive: false))
        #expect(norms.reliableChange == 50)
    }

    @Test func theOutcomeRatingScaleTakesTotalsAndHasNoNormsForACaretakerOfAnAdult() throws {
        let ors = try instrument("ors", "2000")
        #expect(try ors.score(.total(253)).total == 253)
        #expect(ors.normSet(for: .caretaker, .adult) == nil)
        #expect(ors.licence.wording == .licensed)
    }

    @Test func theSessionRatingScaleSpeaksBelowThirtySixAndOfAFallOfOnePoint() throws {
        let srs = try instrument("srs", "2002")
        #expect(srs.purpose == .alliance)
        let rule = try #require(srs.allianceRule)
        #expect(rule.cutOff == CutOff(value: 360, isInclusive: false))
        #expect(rule.drop == 10)
        #expect(rule.lowestItem == nil)
    }

    @Test func theDepressionQuestionnaireHasItsCasenessAndItsSafetyItem() throws {
        let phq9 = try instrument("phq-9", "2001")
        let norms = try #require(phq9.normSet(for: .`self`, .adult))
        #expect(norms.cutOff == CutOff(value: 10, isInclusive: true))
        #expect(norms.reliableChange == 6)
        #expect(try phq9.score(.items([0, 0, 0, 0, 0, 0, 0, 0, 1])).safetyItems == [9])
        #expect(throws: AnswerProblem.missingItems(items: [1], allowed: 0)) {
            try phq9.score(.items([nil, 0, 0, 0, 0, 0, 0, 0, 1]))
        }
        #expect(phq9.codes.loincPanel == "44249-1")
        #expect(phq9.codes.loincTotal == "44261-6")
        #expect(phq9.codes.loincItems.last == "44260-8")
    }

    @Test func theAnxietyQuestionnaireHasItsCaseness() throws {
        let norms = try #require(try instrument("gad-7", "2006").normSet(for: .`self`, .adult))
        #expect(norms.cutOff == CutOff(value: 8, isInclusive: true))
        #expect(norms.reliableChange == 4)
    }

    @Test func everyFigureNamesItsSourceAndEveryModelSaysWhatItRestsOn() {
        for instrument in catalogue.instruments {
            #expect(instrument.normSets.allSatisfy { $0.source.count > 20 })
            for model in catalogue.models(for: instrument.reference) {
                #expect(model.label == "Attune starting model, synthetic priors, not fitted on clients")
                #expect(model.reference.hash.count == 32)
            }
        }
    }

    @Test func threeOutcomeInstrumentsHaveAStartingModelForAdults() throws {
        let withModel = catalogue.instruments.filter {
            catalogue.model(for: $0.reference, role: .`self`, ageBand: .adult) != nil
        }
        #expect(withModel.map(\.reference.id.text) == ["gad-7", "ors", "phq-9"])
        let ors = InstrumentReference(id: InstrumentID(unchecked: "ors"), version: "2000")
        #expect(catalogue.model(for: ors, role: .caretaker, ageBand: .child) == nil)
        #expect(catalogue.basis(for: ors, role: .caretaker, ageBand: .child)?.normSet != nil)
    }

    @Test func everyBuiltInMeanIsMonotoneTowardsTheGood() throws {
        for instrument in catalogue.instruments {
            for model in catalogue.models(for: instrument.reference) {
                for baseline in model.baselineSupport {
                    var before: Int?
                    for session in 1...model.maxSession {
                        let mean = try #require(
                            model.expected(baseline: baseline, session: session, instrument: instrument)
                        ).mean
                        if let before { #expect(instrument.direction.improvement(from: before, to: mean) >= 0) }
                        before = mean
                    }
                }
            }
        }
    }

    /// What the curve of the Outcome Rating Scale should look like, within four points (clinical-reference 2.2).
    @Test(arguments: [
        (50, [121, 164, 190, 208]), (100, [158, 193, 215, 231]), (150, [194, 222, 240, 253]),
        (200, [231, 251, 264, 276]), (250, [268, 280, 289, 298]), (300, [304, 309, 314, 321]),
    ])
    func theStartingModelOfTheOutcomeRatingScaleIsPlausible(intake: Int, envelope: [Int]) throws {
        let ors = try instrument("ors", "2000")
        let model = try #require(catalogue.model(for: ors.reference, role: .`self`, ageBand: .adult))
        for (session, score) in zip([2, 3, 4, 6], envelope) {
            let mean = try #require(model.expected(baseline: intake, session: session, instrument: ors)).mean
            #expect(abs(mean - score * 100) <= 4000)
        }
    }

    @Test func loadingTwiceGivesTheSameDigestAndTheSameModelHashes() throws {
        let again = try Catalogue.load()
        #expect(again.digest == catalogue.digest)
        #expect(catalogue.digest.count == 32)
        for instrument in catalogue.instruments {
            #expect(again.models(for: instrument.reference) == catalogue.models(for: instrument.reference))
        }
    }

    /// Stored results name this hash: it changes only when the model does.
    @Test func theHashOfTheStartingModelStaysTheSame() throws {
        let ors = InstrumentReference(id: InstrumentID(unchecked: "ors"), version: "2000")
        let model = try #require(catalogue.model(for: ors, role: .`self`, ageBand: .adult))
        let hash = model.reference.hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        #expect(hash == "1ff7ffce935bc61eb396b1398436957d04ae0cf124529c2882885fb359abbc8f")
    }
}
