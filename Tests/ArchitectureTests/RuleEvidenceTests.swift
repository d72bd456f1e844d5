import Domain
import Foundation
import Testing

/// A rule names the test that proves it; the name must lead somewhere.
@Suite struct RuleEvidenceTests {
    private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: SignalRule.examples) func `The test that a rule names exists`(rule: SignalRule) throws {
        let test = rule.evidence.test
        let text = try String(contentsOf: Self.project.appendingPathComponent(test.file), encoding: .utf8)
        #expect(text.contains("func \(test.function)("), "\(rule.name): \(test)")
        #expect(!rule.evidence.statement.isEmpty && !rule.evidence.evidence.source.isEmpty)
    }
}
