import Foundation
import Testing

@testable import Contracts
@testable import attune_ingestion

/// Fuzzing begins with the corpus: what no input of it reaches is found late, if at all.
@Suite struct CorpusTests {
    private static func inputs(_ target: FuzzTarget) throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Corpus/\(target.rawValue)")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .map { Array(try Data(contentsOf: $0)) }
    }

    @Test func `Every kind of command has an input that is accepted`() throws {
        let accepted = Set(try Self.inputs(.command).compactMap { try CommandFuzz.single($0) })
        #expect(Set(CommandKind.allCases).subtracting(accepted) == [])
    }

    /// Checkpoints are published for others to read.
    @Test func `Every type of event has an input that is read`() throws {
        let read = Set(try Self.inputs(.events).compactMap { try EventFuzz.events($0) })
        #expect(Set(EventType.allCases).subtracting(read) == [.checkpointPublished])
    }
}
