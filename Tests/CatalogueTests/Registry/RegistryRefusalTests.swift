import Catalogue
import Domain
import Testing

/// Every fault is made by changing one text of models and decisions that are otherwise in order.
@Suite struct RegistryRefusalTests {
    private func refusal(_ text: String) throws -> CatalogueError {
        try #require(throws: CatalogueError.self) { try RegistryExample.load(text) }
    }

    private static let champion = "champion: {id: ors-own, version: \"1\"}"
    private static let challenger = "challenger: {id: ors-own, version: \"2\"}"
    private static let origin = "origin: {kind: loaded, at: 2025-12-01T00:00:00Z, by: op-16, source: made up for a test}"

    @Test(arguments: [
        (champion, "champion: {id: ors-own, version: \"9\"}", "ors-own version 9 is not registered"),
        (champion, "champion: {id: ors-own, version: \"2\"}", "ors-own version 2 is a candidate"),
        (champion, "champion: {id: ors-own, version: \"0\"}", "ors-own version 0 is retired"),
        (champion, "champion: {id: phq-own, version: \"1\"}", "is for instrument phq-9@2001"),
        (champion, "champion: {id: ors-own, version: \"1\", hash: abc}", "does not fit the content of ors-own@1"),
        (champion, "champion: ors-own@1", "must be the id and version of a model, or none"),
        (champion, "champion: {id: ors-own}", "field version is missing"),
        (champion, "champoin: none", "unknown field champoin"),
        (challenger, "challenger: {id: ors-own, version: \"1\"}", "cannot be compared with itself"),
        (challenger, "challenger: {id: ors-own, version: \"0\"}", "ors-own version 0 is retired"),
        (challenger, "challenger: {id: ors-young, version: \"1\"}", "speaks about none of the champion's raters"),
        (challenger, "challenger: {id: ors-yuong, version: \"1\"}", "ors-yuong version 1 is not registered"),
        (challenger, "challenger: none", "must be the id and version of a model"),
        ("at: 2026-03-01T09:30:00+01:00", "at: 2025-12-31T23:59:59Z", "a decision of 2026-01-01T08:00:00.000000Z is newer"),
        ("at: 2026-03-01T09:30:00+01:00", "at: 2026-03-01", "must be a time"),
        ("by: op-17", "by: Somebody Else", "must be a name"),
        ("\"2000\"}   # the second", "\"1999\"}   # the second", "is not in the catalogue"),
        ("status: candidate", "status: active", "candidate, approved, retired"),
        (origin, "origin: {kind: guessed}", "fitted, loaded, synthetic"),
        (origin, "origin: {kind: synthetic, by: op-16}", "does not belong to kind synthetic"),
        (origin, "origin: {kind: loaded, at: 2025-12-01T00:00:00Z, by: op-16}", "field source is missing"),
        (origin, fitted("2025-01-01", "2024-12-31", 900), "lies before from"),
        (origin, fitted("2024-02-30", "2024-12-31", 900), "must be a day"),
        (origin, fitted("2024-01-01", "2024-12-31", 0), "whole number from 1"),
    ])
    func aFaultIsRefusedWithItsLineAndReason(part: String, fault: String, reason: String) throws {
        let text = RegistryExample.text
        try #require(text.contains(part))
        let error = try refusal(text.replacing(part, with: fault, maxReplacements: 1))
        let before = try #require(text.split(separator: part, omittingEmptySubsequences: false).first)
        let line = before.count { $0 == "\n" } + 1
        #expect(error.line == line, "\(error)")
        #expect(error.reason.contains(reason), "\(error)")
        #expect("\(error)".contains("site.yaml:\(line): "))
    }

    private static func fitted(_ from: String, _ to: String, _ persons: Int) -> String {
        "origin: {kind: fitted, at: 2025-12-01T00:00:00Z, by: op-16, persons: \(persons), ratings: 5000, "
            + "from: \(from), to: \(to)}"
    }

    @Test func aStatusAsksForAnOrigin() throws {
        let error = try refusal(RegistryExample.text.replacing("    \(Self.origin)\n", with: "", maxReplacements: 1))
        #expect(error.line == 2)
        #expect(error.reason.contains("field origin is missing"))
    }

    @Test func twoModelsThatScoreUnaskedAreSentToTheRegistry() throws {
        let text = RegistryExample.text.replacing("    status: approved   # of ors-own 1\n", with: "")
            .replacing("    status: candidate   # of ors-own 2\n", with: "")
        #expect(try refusal(text).reason.contains("give them a status, and name the one to use in activations"))
    }
}
