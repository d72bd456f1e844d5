import Foundation
import Testing

/// Each migration has a page that says what it does and how to go back.
@Suite struct MigrationPagesTests {
    private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let headings = ["## What it does", "## Locks", "## Beside the version before", "## Going back"]

    private static func names(in folder: String, ending: String) throws -> Set<String> {
        let files = try FileManager.default.contentsOfDirectory(atPath: project.appendingPathComponent(folder).path)
        return Set(files.filter { $0.hasSuffix(ending) && $0 != "README.md" }.map { String($0.dropLast(ending.count)) })
    }

    @Test func `Every migration has its page, and every page its migration`() throws {
        let migrations = try Self.names(in: "Shared/Persistence/Migrations", ending: ".sql")
        #expect(try Self.names(in: "docs/migrations", ending: ".md") == migrations)
        #expect(!migrations.isEmpty)
    }

    @Test func `A page says what the step does, what it locks, what works beside it, and how to go back`() throws {
        let folder = Self.project.appendingPathComponent("docs/migrations")
        for name in try Self.names(in: "docs/migrations", ending: ".md") {
            let text = try String(contentsOf: folder.appendingPathComponent("\(name).md"), encoding: .utf8)
            let parts = text.components(separatedBy: "\n## ")
            #expect(parts.dropFirst().map { "## " + ($0.split(separator: "\n").first ?? "") } == Self.headings, "\(name)")
            #expect(parts.allSatisfy { $0.split(separator: "\n").count > 1 || $0 == parts[0] }, "\(name): empty part")
        }
    }

    @Test func `The table of all has a line for each`() throws {
        let text = try String(
            contentsOf: Self.project.appendingPathComponent("docs/migrations/README.md"), encoding: .utf8)
        for name in try Self.names(in: "docs/migrations", ending: ".md") {
            #expect(text.contains("(\(name).md)"), "\(name)")
        }
    }
}
