import Foundation
import Testing

@Suite struct TextsCommandTests {
    private static let project = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let own = project.appending(path: "Shared/Catalogue/Builtin/attune-wellbeing.en.json").path
    /// The example of the FHIR standard, which lies beside the repository or where `ATTUNE_SHARED_DATA` says.
    private static let example = ProcessInfo.processInfo.environment["ATTUNE_SHARED_DATA"].map { URL(filePath: $0) }
        ?? project.deletingLastPathComponent().appending(path: "shared/data")
    private static let questionnaire = example.appending(path: "fhir/Questionnaire-phq-9-example.json").path

    private func texts(_ files: TestFolder, _ arguments: String...) async throws -> Program.Ending {
        try await Program.attune(["texts"] + arguments + ["--folder", files.path("texts")])
    }

    @Test func `Texts are loaded once, listed with their checksums, and found as they were checked`() async throws {
        let files = try TestFolder()
        let loaded = try await texts(files, "load", Self.own)
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.lines.first == "attune-wellbeing@1 en: loaded")
        let checksum = try #require(loaded.lines.last?.split(separator: " ").last)
        #expect(checksum.count == 64)
        #expect(try await texts(files, "load", Self.own).lines.first == "attune-wellbeing@1 en: already there")

        let list = try await texts(files, "list", "--language", "en")
        #expect(list.lines.contains { $0.hasPrefix("attune-wellbeing@1\ten\t") && $0.hasSuffix(String(checksum)) })
        #expect(list.lines.contains("gad-7@2006\ten\tmissing"))
        #expect(!list.lines.contains("attune-wellbeing@1\ten\tmissing"))
        let checked = try await texts(files, "check")
        #expect(checked.status == 0 && checked.output.contains("texts, all as they were checked"), "\(checked.errors)")
    }

    @Test func `Texts that were changed behind its back are found, and what fits no instrument is refused`() async throws {
        let files = try TestFolder()
        _ = try await texts(files, "load", Self.own)
        let folder = URL(filePath: files.path("texts"))
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasPrefix("attune-wellbeing") })
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        try Data((text + " ").utf8).write(to: folder.appending(path: name))
        let changed = try await texts(files, "check")
        #expect(changed.status != 0)
        #expect(changed.errors.contains(name))

        let other = try TestFolder()
        let nothing = try other.write("{\"resourceType\": \"Patient\"}", to: "patient.json")
        let refused = try await texts(other, "load", nothing)
        #expect(refused.status != 0 && !refused.errors.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: other.path("texts/patient.json")))
        #expect(try await Program.attune(["texts", "list"]).status == 64)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: questionnaire), "the shared data are not there"))
    func `The example of the FHIR standard is taken for the PHQ-9 or refused with a reason`() async throws {
        let files = try TestFolder()
        let ending = try await texts(files, "load", Self.questionnaire, "--language", "en", "--instrument", "phq-9@2001")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.lines.first == "phq-9@2001 en: loaded")
    }
}
