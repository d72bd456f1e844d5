import Foundation
import LocalStack
import TestSupport
import Testing

@Suite(.serialized) struct CaseloadTests {
    static let data = TestPrograms.checkout.deletingLastPathComponent().appendingPathComponent("shared/data")
    static var hasData: Bool { FileManager.default.fileExists(atPath: data.path) }

    /// What a new user sees, twice: the second run finds the first one's state.
    @Test func theDemoEndsWellAndASecondRunDuplicatesNothing() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attune-demo-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try demo(in: folder)
        let second = try demo(in: folder)
        #expect(first.contains("verified"))
        #expect(Self.figures(first) == Self.figures(second))
    }

    private func demo(in folder: URL) throws -> String {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("demo-\(UUID().uuidString).txt")
        defer { try? FileManager.default.removeItem(at: output) }
        let run = ManagedProcess(
            Command(
                name: "demo", executable: TestPrograms.folder.appendingPathComponent("attune"),
                arguments: [
                    "demo", "--exit", "--folder", folder.path, "--site",
                    TestPrograms.checkout.appendingPathComponent("deploy/local").path,
                ], output: .file(output)))
        try run.start()
        let ended = run.waitForEnd(within: .seconds(600))
        let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        #expect(ended?.isSuccess == true, "\(text)")
        return text
    }

    /// The lines of the summary that must not change when nothing new is imported.
    private static func figures(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { line in
            ["ratings accepted  ", "points scored", "alerts raised"].contains { line.contains($0) } && !line.contains("known before")
        }
    }

    @Test(.enabled(if: hasData, "the folder with public data is absent"))
    func publicDataImportsAsItIsAndOnlyOnce() throws {
        let system = try SystemStack("import")
        let token = try system.tokenFile(site: "north", role: "integration")
        let maps = TestPrograms.checkout.appendingPathComponent("deploy/local/maps")
        for (file, map) in [
            ("suddengains_bdi_rq_12sessions_wide.csv", "suddengains.yaml"),
            ("alda_depression_unemployment_cesd.csv", "alda.yaml"),
        ] {
            for _ in 1...2 {
                try system.stack.runOperator(
                    [
                        "import", Self.data.appendingPathComponent(file).path, "--map", maps.appendingPathComponent(map).path,
                        "--site", "north", "--url", try system.url(.ingestion), "--token-file", token.path,
                    ], logTo: "import")
            }
        }
        // 43 clients and 254 persons; non-empty cells of the wide file and 674 rows of the long one.
        #expect(try system.count("select count(*) from published.episode") == 43 + 254)
        let state = try system.drained()
        #expect(state.missing == [])
        #expect(state.ratings == (try Self.cellsOfWideFile()) + 674)
    }

    private static func cellsOfWideFile() throws -> Int {
        let text = try String(
            contentsOf: data.appendingPathComponent("suddengains_bdi_rq_12sessions_wide.csv"), encoding: .utf8)
        return text.split(whereSeparator: \.isNewline).dropFirst().reduce(0) { count, line in
            count + line.split(separator: ",", omittingEmptySubsequences: false).dropFirst().count { !$0.isEmpty }
        }
    }
}
