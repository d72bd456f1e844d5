import Catalogue
import Domain
import Testing

@Suite struct ModelHashTests {
    private func load(_ text: String) throws -> Catalogue {
        let folder = try SiteFolder(["site.yaml": text])
        return try withExtendedLifetime(folder) { try Catalogue.load(siteFolder: folder.path) }
    }

    private func stating(_ hash: String) -> String {
        SiteFolder.example.replacing("    max_session: 20", with: "    max_session: 20\n    hash: \(hash)")
    }

    @Test func aModelWithItsOwnHashIsTaken() throws {
        let ors = Builtin.reference("ors", "2000")
        let model = try #require(try load(SiteFolder.example).models(for: ors).first)
        let hash = model.reference.hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        #expect(try load(stating("\"\(hash)\"")).models(for: ors).first == model)
        // The same hash over one changed coefficient.
        let changed = stating("\"\(hash)\"").replacing("beta: [0, 1, 8, -0.24]", with: "beta: [0, 1, 8, -0.25]")
        let error = try #require(throws: CatalogueError.self) { try load(changed) }
        #expect(error.reason.contains("hash: does not fit the content"))
        #expect(error.line == changed.split(separator: "    hash:")[0].count { $0 == "\n" } + 1)
    }

    @Test(arguments: ["abc", "\"\(String(repeating: "0", count: 64))\""])
    func anotherHashIsRefused(hash: String) throws {
        let error = try #require(throws: CatalogueError.self) { try load(stating(hash)) }
        #expect(error.reason.contains("does not fit the content"))
    }

    @Test func noModelExpectsAnythingOfAMeasureWithoutABetterEnd() throws {
        let text = SiteFolder.example.replacing("{id: ors, version: \"2000\"}", with: "{id: c-nip, version: \"1.1\"}")
        let error = try #require(throws: CatalogueError.self) { try load(text) }
        #expect(error.reason.contains("c-nip@1.1 has no better end"))
    }
}
