import Catalogue
import Domain
import Foundation
import Testing

@Suite struct LiveCatalogueTests {
    private let site: SiteFolder
    private let live: LiveCatalogue

    init() throws {
        site = try SiteFolder(["site.yaml": SiteFolder.example])
        live = try LiveCatalogue(siteFolder: site.path)
    }

    private func write(_ text: String, _ name: String = "site.yaml") throws {
        try Data(text.utf8).write(to: URL(filePath: site.path).appending(path: name))
    }

    @Test func aServiceDoesNotStartOnFilesWithAFault() throws {
        try write("instruments: 4")
        #expect(throws: CatalogueError.self) { try LiveCatalogue(siteFolder: site.path) }
    }

    @Test func filesWithAFaultLeaveTheLastGoodCatalogueInPlace() throws {
        let good = live.current.digest
        try write(SiteFolder.example.replacing("decimals: 0", with: "decimls: 0"))
        guard case .refused(let error, let lastGood) = live.reload() else {
            Issue.record("not refused")
            return
        }
        #expect(error.file.hasSuffix("site.yaml"))
        #expect(error.line == 7)
        #expect(error.reason.contains("unknown field decimls"))
        #expect(lastGood.digest == good)
        #expect(live.current.digest == good)
        // And when the fault is gone, it goes on.
        try write(SiteFolder.example)
        guard case .unchanged = live.reload() else {
            Issue.record("not unchanged")
            return
        }
    }

    @Test func anUnreadableFolderLeavesTheLastGoodCatalogueInPlace() throws {
        try FileManager.default.removeItem(atPath: site.path)
        guard case .refused = live.reload() else {
            Issue.record("not refused")
            return
        }
        #expect(live.current.instrument(Builtin.reference("bdi-total", "1996")) != nil)
    }

    @Test func whatChangedIsNamed() throws {
        try write(
            SiteFolder.example.replacing("value: 14, inclusive", with: "value: 15, inclusive")
                .replacing("id: ces-d-total", with: "id: ces-d-sum"))
        guard case .replaced(let catalogue, let changes) = live.reload() else {
            Issue.record("not replaced")
            return
        }
        #expect(changes.added.map(\.id.text) == ["ces-d-sum"])
        #expect(changes.removed.map(\.id.text) == ["ces-d-total"])
        #expect(changes.changed.map(\.id.text) == ["bdi-total"])
        #expect(live.current.digest == catalogue.digest)
    }

    @Test func aChangedModelIsAChangeOfItsInstrument() throws {
        try write(SiteFolder.example.replacing("residual_variance: 20", with: "residual_variance: 21"))
        guard case .replaced(_, let changes) = live.reload() else {
            Issue.record("not replaced")
            return
        }
        #expect(changes.changed.map(\.id.text) == ["ors"])
    }

    @Test func readersAndReadingDoNotDisturbEachOther() async throws {
        let references = [Builtin.reference("bdi-total", "1996"), Builtin.reference("ors", "2000")]
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask { [live] in
                    if number.isMultiple(of: 4) { _ = live.reload() }
                    let catalogue = live.current
                    return references.allSatisfy { catalogue.instrument($0) != nil }
                }
            }
            for await isWhole in group { #expect(isWhole) }
        }
    }
}
