import Catalogue
import Domain
import Foundation
import Testing

@Suite struct ActivationTests {
    private let catalogue: Catalogue

    init() throws { catalogue = try RegistryExample.load() }

    @Test func theNewestDecisionOfASiteChoosesTheModelOfItsRaters() throws {
        #expect(catalogue.modelName() == "ors-own@1")
        // The decision for none, which spoke to everybody, still holds where the newer one does not speak.
        let young = try #require(
            catalogue.basis(
                for: RegistryExample.ors, role: .`self`, ageBand: .adolescent, site: RegistryExample.north))
        #expect(young.model == nil)
        let usual = catalogue.basis(for: RegistryExample.ors, role: .`self`, ageBand: .adolescent)
        #expect(usual?.model != nil && young.normSet?.id == usual?.normSet?.id)
        #expect(catalogue.adult(at: RegistryExample.north)?.provenance.normSet?.text == "ors-adult")
    }

    @Test func aSiteThatHasNotDecidedIsScoredAsBefore() throws {
        #expect(catalogue.modelName(at: RegistryExample.south) == "ors-start@1")
        for role in RaterRole.allCases {
            for age in AgeBand.allCases {
                for sex in Sex.allCases.map(Optional.some) + [nil] {
                    let usual = catalogue.basis(for: RegistryExample.ors, role: role, ageBand: age, sex: sex)
                    let there = catalogue.basis(
                        for: RegistryExample.ors, role: role, ageBand: age, sex: sex, site: RegistryExample.south)
                    #expect(usual === there)
                }
            }
        }
        let phq = Builtin.reference("phq-9", "2001")
        #expect(
            catalogue.basis(for: phq, role: .`self`, ageBand: .adult, site: RegistryExample.north)
                === catalogue.basis(for: phq, role: .`self`, ageBand: .adult))
        #expect(
            catalogue.basis(
                for: Builtin.reference("ors", "1999"), role: .`self`, ageBand: .adult, site: RegistryExample.north) == nil)
    }

    @Test func theSameQuestionHasTheSameObjectForAnAnswer() throws {
        let one = try #require(catalogue.adult(at: RegistryExample.north))
        #expect(one === catalogue.adult(at: RegistryExample.north))
        #expect(one !== catalogue.adult(at: RegistryExample.south))
    }

    @Test func aDecisionForNoneTakesTheModelAwayAndLeavesTheFigures() throws {
        let first = RegistryExample.text.components(separatedBy: "  - site: north\n")
        let text = first[0] + "  - site: north\n" + first[1]
        let basis = try #require(try RegistryExample.load(text).adult(at: RegistryExample.north))
        #expect(basis.model == nil && basis.provenance.model == nil)
        #expect(basis.provenance.normSet?.text == "ors-adult")
    }

    @Test func theTimesOfDecisionsTellWhatHeldThen() throws {
        func name(_ time: String) throws -> String? { catalogue.asDecided(by: try #require(Timestamp(time))).modelName() }
        #expect(try name("2025-12-31T00:00:00Z") == "ors-start@1")
        #expect(try name("2026-01-01T08:00:00Z") == nil)
        #expect(try name("2026-03-01T08:29:59Z") == nil)
        #expect(try name("2026-03-01T08:30:00Z") == "ors-own@1")
    }

    @Test func aModelWithoutAStatusMayBeActivatedToo() throws {
        let text = RegistryExample.text.replacing(
            "champion: {id: ors-own, version: \"1\"}", with: "champion: {id: ors-start, version: \"1\"}"
        ).replacing("    challenger: {id: ors-own, version: \"2\"}\n", with: "")
        let catalogue = try RegistryExample.load(text)
        #expect(catalogue.modelName() == "ors-start@1")
        #expect(catalogue.adult(at: RegistryExample.north) === catalogue.adult(at: RegistryExample.south))
    }

    @Test func theRegistryKnowsWhatModelsRestOnAndWhoDecided() throws {
        let registry = catalogue.registry
        #expect(registry.activations.map(\.by.text) == ["op-16", "op-17"])
        #expect(registry.activations.map(\.champion?.version) == [nil, "1"])
        #expect(registry.activations.last?.challenger?.version == "2")
        #expect(registry.inForce.count == 2)
        let own = registry.versions.filter { $0.reference.id.text == "ors-own" }
        #expect(own.map(\.status) == [.retired, .approved, .candidate])
        let loaded = try #require(Timestamp("2025-12-01T00:00:00Z"))
        #expect(
            own.first?.origin
                == .loaded(at: loaded, by: OperatorName(unchecked: "op-16"), source: "made up for a test"))
        let starting = registry.versions.filter { $0.reference.id.text.hasSuffix("-start") }
        #expect(starting.count == 3 && starting.allSatisfy { $0.origin == .synthetic && $0.status == .approved })
        #expect(try RegistryExample.load(SiteFolder.example).registry.versions.contains { $0.origin == .unstated })
    }

    @Test func theHashOfADecisionMustBeTheModels() throws {
        let model = try #require(catalogue.adult(at: RegistryExample.north)?.model)
        let hash = model.reference.hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        let stating = RegistryExample.text.replacing(
            "champion: {id: ors-own, version: \"1\"}", with: "champion: {id: ors-own, version: \"1\", hash: \"\(hash)\"}")
        #expect(try RegistryExample.load(stating).modelName() == "ors-own@1")
        // The model was changed and kept its name: the decision was not about this one.
        #expect(throws: CatalogueError.self) {
            try RegistryExample.load(stating.replacing("beta: [0, 1, 8, 0]", with: "beta: [0, 1, 8.5, 0]"))
        }
    }

    @Test func originAndStatusAreNoPartOfTheHash() throws {
        let other = RegistryExample.text.replacing("status: candidate", with: "status: approved")
            .replacing("source: made up for a test", with: "source: another")
        let hashes = try [catalogue, RegistryExample.load(other)].map {
            $0.models(for: RegistryExample.ors).map(\.reference.hash)
        }
        #expect(hashes[0] == hashes[1])
    }

    @Test func whatIsRetiredStaysInTheHistoryButHoldsNowhere() throws {
        let history = RegistryExample.text.replacing(
            "champion: none", with: "champion: {id: ors-own, version: \"0\"}")
        let catalogue = try RegistryExample.load(history)
        #expect(catalogue.modelName() == "ors-own@1")
        #expect(catalogue.registry.activations.first?.champion?.version == "0")
        #expect(catalogue.asDecided(by: catalogue.registry.activations[0].activatedAt).modelName() == "ors-own@0")
    }

    @Test func anotherDecisionIsAChangeOfItsInstrument() throws {
        let folder = try SiteFolder(["site.yaml": RegistryExample.text])
        let live = try LiveCatalogue(siteFolder: folder.path)
        let other = RegistryExample.text.replacing("by: op-17", with: "by: op-18")
        try Data(other.utf8).write(to: URL(filePath: folder.path).appending(path: "site.yaml"))
        guard case .replaced(_, let changes) = live.reload() else {
            Issue.record("not replaced")
            return
        }
        #expect(changes.changed == [RegistryExample.ors])
    }
}
