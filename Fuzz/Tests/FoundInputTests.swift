import Foundation
import Testing

/// Every input of the corpus and every one that once was a fault goes through its target on each run of the tests.
@Suite struct FoundInputTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    private static func inputs(_ kind: String, _ target: FuzzTarget) throws -> [URL] {
        let folder = folder.appending(path: kind).appending(path: target.rawValue)
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    }

    @Test(arguments: FuzzTarget.allCases) func `What is in the corpus and what was found is handled`(target: FuzzTarget)
        async throws
    {
        let corpus = try Self.inputs("Corpus", target)
        #expect(!corpus.isEmpty, "a target without a corpus finds little")
        for file in corpus + (try Self.inputs("Found", target)) {
            do {
                try await target.run(Array(try Data(contentsOf: file)))
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
            }
        }
    }

    @Test(arguments: ["Corpus", "Found"]) func `Every folder is a target's`(kind: String) throws {
        let folder = Self.folder.appending(path: kind)
        for entry in try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: [.isDirectoryKey])
        {
            guard try entry.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true else { continue }
            #expect(FuzzTarget(rawValue: entry.lastPathComponent) != nil, "\(entry.lastPathComponent) is no target")
        }
    }
}
