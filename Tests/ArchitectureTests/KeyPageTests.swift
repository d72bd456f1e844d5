import Foundation
import Testing

/// docs/keys.md names the tests that prove what becomes of old data when a key changes; the names must lead somewhere.
@Suite struct KeyPageTests {
    private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: project.appendingPathComponent(path), encoding: .utf8)
    }

    @Test func `Every test that the page of keys names exists`() throws {
        let page = try Self.text("docs/keys.md")
        var found = 0
        for match in page.matches(of: #/\| `(Tests/[^`]+\.swift)`: ([^|]+) \|/#) {
            found += 1
            #expect(try Self.text(String(match.1)).contains("func `\(match.2)`("), "\(match.2)")
        }
        #expect(found > 10)
    }

    @Test func `Every file that attune keys makes is on the page`() throws {
        let page = try Self.text("docs/keys.md")
        let command = try Self.text("Services/Operator/Keys/KeysMakeCommand.swift")
        let files = Set(command.matches(of: #/[a-z-]+\.(?:keys?|pub|json)\b/#).map { String($0.0) })
        #expect(files.count > 5)
        for file in files { #expect(page.contains("`\(file)`"), "\(file)") }
    }
}
