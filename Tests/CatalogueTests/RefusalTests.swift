import Catalogue
import Domain
import Testing

/// Every fault is made by changing one text of a file that is otherwise in order.
@Suite struct RefusalTests {
    private func refusal(_ text: String) throws -> CatalogueError {
        let folder = try SiteFolder(["site.yaml": text])
        return try withExtendedLifetime(folder) {
            try #require(throws: CatalogueError.self) { try Catalogue.load(siteFolder: folder.path) }
        }
    }

    private func refusal(replacing part: String, with fault: String) throws -> CatalogueError {
        try #require(SiteFolder.example.contains(part))
        return try refusal(SiteFolder.example.replacing(part, with: fault, maxReplacements: 1))
    }

    @Test(arguments: [
        ("direction: lower_is_better", "directoin: lower_is_better", "unknown field"),
        ("direction: lower_is_better", "direction: downwards", "higher_is_better, lower_is_better"),
        ("purpose: outcome", "purpose: mood", "outcome, alliance"),
        ("id: bdi-total", "id: BDI total", "must be a name"),
        ("decimals: 0", "decimals: 3", "whole number from 0 to 2"),
        ("maximum: 63", "maximum: 63.5", "decimal places"),
        ("{minimum: 0, maximum: 63}", "{minimum: 63, maximum: 0}", "minimum must be below maximum"),
        ("total_entry: true", "total_entry: false", "must be true for an instrument without items"),
        ("total_entry: true", "total_entry: yes", "must be true or false"),
        ("raters: [self]", "raters: [self, self]", "listed twice"),
        ("raters: [self]", "raters: []", "must not be empty"),
        ("ages: [adult]", "ages: [old]", "child, adolescent, adult"),
        ("value: 14", "value: 64", "outside the range of the total"),
        ("level: 95", "level: 80", "level must be 90 or 95"),
        ("confidence: computed", "confidence: high", "sourced"),
        ("maximum: 42", "maximum: 40", "add up to 6 to 42"),
        ("reversed: [2, 4]", "reversed: [2, 7]", "whole number from 1 to 6"),
        ("at_most: 1", "at_most: 6", "whole number from 1 to 5"),
        ("residual_variance: 20", "residual_variance: 0", "must be above 0"),
        ("level_slope: 1", "level_slope: 9", "not a covariance matrix"),
        ("beta: [0, 1, 8, -0.24]", "beta: [0, 1, 8]", "must hold 4 numbers"),
        ("beta: [0, 1, 8, -0.24]", "beta: [0, 1, 8, .nan]", "must be a number"),
        ("maximum: 32}", "maximum: 41}", "outside the instrument's total"),
        ("{id: ors, version: \"2000\"}", "{id: ors, version: \"1999\"}", "not in the catalogue"),
    ])
    func aFaultIsRefusedWithItsLineAndReason(part: String, fault: String, reason: String) throws {
        let error = try refusal(replacing: part, with: fault)
        let before = try #require(SiteFolder.example.split(separator: part, omittingEmptySubsequences: false).first)
        let line = before.count { $0 == "\n" } + 1
        #expect(error.line == line, "\(error)")
        #expect(error.reason.contains(reason), "\(error)")
        #expect("\(error)".contains("site.yaml:\(line): "))
    }

    @Test func aMissingFieldIsNamed() throws {
        let error = try refusal(replacing: "        title: Bond, the site's own process measure\n".trimmed, with: "")
        #expect(error.reason.contains("field title is missing"))
    }

    @Test func aFieldGivenTwiceIsRefused() throws {
        let error = try refusal(replacing: "decimals: 0", with: "decimals: 0\n    decimals: 1")
        #expect(error.reason.contains("given twice"))
        #expect(error.line != nil)
    }

    @Test func normSetsThatCouldFitTheSameRaterAreRefused() throws {
        let second = """
            confidence: computed
                  - id: bdi-other
                    title: young and grown
                    raters: [self, caretaker]
                    ages: [adolescent, adult]
                    reliable_change: 5
                    source: another sample
                    confidence: computed
            """
        let error = try refusal(replacing: "confidence: computed", with: second)
        #expect(error.reason.contains("could both fit the same rater"))
    }

    @Test func anInstrumentDefinedTwiceIsRefused() throws {
        let error = try refusal(
            replacing: "id: bdi-total\n    version: \"1996\"", with: "id: ors\n    version: \"2000\"")
        #expect(error.reason.contains("ors@2000 is defined twice"))
    }

    @Test func twoModelsOfASiteForTheSameRaterAreRefused() throws {
        let models = SiteFolder.example.split(separator: "models:\n")[1]
        let other = models.replacing("id: ors-own", with: "id: ors-other")
        let error = try refusal(SiteFolder.example + "\n" + other)
        #expect(error.reason.contains("could both speak about the same rater"))
        let same = try refusal(SiteFolder.example + "\n" + models)
        #expect(same.reason.contains("ors-own@2026-1 is defined twice"))
    }

    @Test func safetyItemsForbidTotalsAndGuessing() throws {
        let items = "items: {count: 6, minimum: 1, maximum: 7, reversed: [2, 4]}"
        let withSafety = "items: {count: 6, minimum: 1, maximum: 7, safety: [{item: 5, at_least: 4}]}"
        let guessing = try refusal(replacing: items, with: withSafety)
        #expect(guessing.reason.contains("safety item 5 must be listed in never_impute"))
        let text = SiteFolder.example.replacing(items, with: withSafety)
            .replacing("total_entry: false", with: "total_entry: true")
        #expect(try refusal(text).reason.contains("a total alone would hide the safety items"))
    }

    @Test func anAllianceRuleBelongsToAnAllianceMeasure() throws {
        let error = try refusal(replacing: "purpose: alliance", with: "purpose: outcome")
        #expect(error.reason.contains("only for purpose alliance"))
    }

    @Test(arguments: [
        ("44261-6", "44261-6", "panel and total are the same code"), ("44249-1", "44261-5", "check digit"),
        ("44249-1", "total", "must be a LOINC code"),
    ])
    func aWrongCodeIsRefused(panel: String, total: String, reason: String) throws {
        let codes = "recall_days: 7\n    codes: {loinc_panel: \(panel), loinc_total: \(total)}"
        #expect(try refusal(replacing: "recall_days: 7", with: codes).reason.contains(reason))
    }

    @Test(arguments: ["", "instruments: [", "- a\n- b", "instruments: 4", "a: &x [*y]", "\u{0}"])
    func whatIsNotACatalogueIsRefused(text: String) throws {
        #expect(try refusal(text).file.hasSuffix("site.yaml"))
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }
}
