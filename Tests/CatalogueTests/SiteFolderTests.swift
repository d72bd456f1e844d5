import Catalogue
import Domain
import Testing

@Suite struct SiteFolderTests {
    private func load(_ files: [String: String]) throws -> Catalogue {
        let folder = try SiteFolder(files)
        return try withExtendedLifetime(folder) { try Catalogue.load(siteFolder: folder.path) }
    }

    private func reference(_ id: String, _ version: String) -> InstrumentReference {
        InstrumentReference(id: InstrumentID(unchecked: id), version: version)
    }

    @Test func aSiteAddsMeasuresOfItsOwn() throws {
        let catalogue = try load(["site.yaml": SiteFolder.example])
        let bdi = try #require(catalogue.instrument(reference("bdi-total", "1996")))
        #expect(bdi.items == nil)
        #expect(try bdi.score(.total(63)).total == 63)
        #expect(throws: AnswerProblem.itemsNotDefined) { try bdi.score(.items([1])) }
        let bond = try #require(catalogue.instrument(reference("bond", "1")))
        #expect(try bond.score(.items([7, 1, 7, 1, 7, 7])).total == 42)
        let rule = AllianceRule(cutOff: CutOff(value: 30, isInclusive: true), drop: nil, lowestItem: 3)
        #expect(bond.allianceRule == rule)
        #expect(catalogue.instruments.count == (try Catalogue.load().instruments.count) + 3)
    }

    @Test func aDerivedReliableChangeIsRoundedUpToAStep() throws {
        let catalogue = try load(["site.yaml": SiteFolder.example])
        let bdi = try #require(catalogue.instrument(reference("bdi-total", "1996")))
        // 1.96 · √2 · 10 · √0.1 = 8.77
        #expect(bdi.normSet(for: .`self`, .adult)?.reliableChange == 9)
    }

    @Test func aSitesOwnModelComesBeforeTheBuiltInOneForItsRatersOnly() throws {
        let catalogue = try load(["site.yaml": SiteFolder.example])
        let ors = reference("ors", "2000")
        #expect(catalogue.model(for: ors, role: .`self`, ageBand: .adult)?.reference.id.text == "ors-own")
        #expect(catalogue.model(for: ors, role: .`self`, ageBand: .adolescent)?.reference.id.text == "ors-start")
    }

    @Test func theDigestTellsOneSetOfFilesFromAnother() throws {
        let folder = try SiteFolder(["site.yaml": SiteFolder.example])
        let one = try Catalogue.load(siteFolder: folder.path)
        #expect(one.digest != (try Catalogue.load().digest))
        #expect(one.digest == (try Catalogue.load(siteFolder: folder.path).digest))
    }

    @Test func filesThatAreNotYAMLAreLeftAlone() throws {
        let catalogue = try load(["notes.txt": "{", "empty.md": ""])
        #expect(catalogue.digest == (try Catalogue.load().digest))
    }

    @Test func aFolderThatCannotBeReadIsRefused() {
        let error = CatalogueError(
            file: "/nonexistent/site", line: nil, reason: "is not a folder that can be read")
        #expect(throws: error) {
            try Catalogue.load(siteFolder: "/nonexistent/site")
        }
    }
}
