import Catalogue
import Domain
import Testing

/// Faults of the richer definitions: each is made by changing one text of a file that is otherwise in order,
/// and is refused with its file, its line and the reason.
@Suite struct DefinitionRefusalTests {
    private static let example = """
        instruments:
          - id: coping
            version: "1"
            title: Coping, the site's own measure
            purpose: outcome
            direction: higher_is_better
            decimals: 1
            items:
              count: 6
              minimum: 0
              maximum: 4
              step: 1
              reversed: [2, 5]
              safety: [{item: 6, at_least: 2}]
              may_not_apply: [1]
            score: {method: mean, factor: 10}
            total: {minimum: 0, maximum: 40}
            total_entry: false
            missing_items: {at_most: 1, never_impute: [6]}
            subscales:
              - id: daily
                title: Daily coping
                items: [1, 2, 3]
                range: {minimum: 0, maximum: 40}
                missing_items: {at_most: 1, never_impute: [6]}
              - id: crisis
                title: Coping in crisis
                items: [4, 5, 6]
                range: {minimum: 0, maximum: 12}
                score: {method: sum}
                norm_sets:
                  - {id: crisis, title: all, raters: [self], ages: [adult], cut_off: {value: 5, inclusive: true},
                     source: own sample, confidence: computed}
            norm_sets:
              - id: coping-women
                title: women
                raters: [self]
                ages: [adult]
                sexes: [female]
                cut_off: {value: 20, inclusive: false}
                reliable_change: {value: 6, deviation: 7, reliability: 0.9, level: 95}
                source: own sample
                confidence: computed
              - id: coping-men
                title: men
                raters: [self]
                ages: [adult]
                sexes: [male]
                cut_off: {value: 22, inclusive: false, source: another sample, confidence: uncertain}
                source: own sample
                confidence: computed
              - id: coping-all
                title: whatever the sex
                alternative: true
                raters: [self]
                ages: [adult]
                reliable_change: 5
                source: own sample
                confidence: computed
            bands:
              - id: levels
                bands:
                  - {label: low, from: 0, to: 19.9}
                  - {label: middle, from: 20, to: 29.9}
                  - {label: high, from: 30, to: 40}
                source: own sample
                confidence: computed
              - id: halves
                alternative: true
                bands: [{label: lower, from: 0, to: 20}, {label: upper, from: 20.1, to: 40}]
                source: own sample
                confidence: computed
            licence: {wording: site_owned, holder: the site, notice: none}
            source: the site
            confidence: computed
        choices:
          - instrument: {id: phq-9, version: "2001"}
            norm_sets: [phq-9-mcid]
            missing_items: {at_most: 2, never_impute: [9]}
          - instrument: {id: coping, version: "1"}
            norm_sets: [coping-all]
            bands: halves
        """

    private func load(_ text: String) throws -> Catalogue {
        let folder = try SiteFolder(["site.yaml": text])
        return try withExtendedLifetime(folder) { try Catalogue.load(siteFolder: folder.path) }
    }

    @Test func theExampleIsInOrder() throws {
        let catalogue = try load(Self.example)
        let coping = try #require(catalogue.instrument(Builtin.reference("coping", "1")))
        #expect(coping.figures(.`self`, .adult, .female)?.id == "coping-all")
        #expect(coping.bandSet?.id.text == "halves")
        // Item 1 does not apply; 1 + (4-1) + 1 + 1 + (4-1) ... of five items: (3 + 1 + 1 + 3 + 1) / 5 * 10 = 18
        #expect(try coping.total([nil, 10, 10, 10, 10, 10]) == 180)
        let phq9 = try #require(catalogue.instrument(Builtin.reference("phq-9", "2001")))
        #expect(phq9.figures(.`self`, .adult)?.id == "phq-9-mcid")
        #expect(try phq9.total([nil, nil, 0, 0, 0, 0, 0, 0, 0]) == 0)
        let basis = try #require(catalogue.basis(for: phq9.reference, role: .`self`, ageBand: .adult))
        #expect(basis.provenance.normSet?.text == "phq-9-mcid")
    }

    @Test func withoutAChoiceSexDecides() throws {
        let text = Self.example.replacing("    norm_sets: [coping-all]\n", with: "")
        let catalogue = try load(text)
        let reference = Builtin.reference("coping", "1")
        func id(_ sex: Sex?) -> String? {
            catalogue.basis(for: reference, role: .`self`, ageBand: .adult, sex: sex)?.normSet?.id.text
        }
        #expect(id(.female) == "coping-women")
        #expect(id(.male) == "coping-men")
        #expect(id(nil) == nil)
        let men = try #require(try catalogue.instrument(reference)?.normSet("coping-men"))
        #expect(men.cutOffEvidence == Evidence(source: "another sample", confidence: .uncertain))
        let women = try #require(try catalogue.instrument(reference)?.normSet("coping-women"))
        #expect(women.reliableChange == 60)
        #expect(abs((women.derivation?.points ?? 0) - 6.136) < 0.001)
    }

    @Test(arguments: [
        // Items
        ("reversed: [2, 5]", "reversed: [2, 7]", "whole number from 1 to 6"),
        ("reversed: [2, 5]", "reversed: [2, 2]", "listed twice"),
        ("step: 1\n", "step: 3\n", "does not lead from the minimum to the maximum"),
        ("step: 1\n", "step: 0\n", "above 0"),
        ("may_not_apply: [1]", "may_not_apply: [6]", "safety item 6 concerns everybody"),
        ("may_not_apply: [1]", "may_not_apply: [0]", "whole number from 1 to 6"),
        ("safety: [{item: 6, at_least: 2}]", "safety: [{item: 6, at_least: 5}]", "outside the items' range"),
        ("safety: [{item: 6, at_least: 2}]", "safety: [{item: 7, at_least: 2}]", "whole number from 1 to 6"),
        (
            "safety: [{item: 6, at_least: 2}]", "safety: [{item: 6, at_least: 2, confidence: sourced}]",
            "source beside it"
        ),
        (
            "step: 1\n", "ranges: [{items: [3], minimum: 0, maximum: 2}, {items: [3], minimum: 0, maximum: 1}]\n",
            "item 3 has two ranges"
        ),
        // Score
        ("score: {method: mean, factor: 10}", "score: {method: mean}", "field factor is missing"),
        (
            "score: {method: mean, factor: 10}", "score: {method: mean, factor: 10, multiplier: 2}",
            "belongs to method sum"
        ),
        ("score: {method: mean, factor: 10}", "score: {method: median}", "sum, mean"),
        ("total: {minimum: 0, maximum: 40}", "total: {minimum: 0, maximum: 24}", "add up to 0.0 to 40.0"),
        // Missing items
        (
            "never_impute: [6]}\n    subscales", "never_impute: [5]}\n    subscales", "safety item 6 must be listed"
        ),
        (
            "never_impute: [6]}\n    subscales",
            "never_impute: [6], within: subscales}\n    subscales",
            "needs method rounded_mean"
        ),
        (
            "never_impute: [6]}\n    subscales",
            "never_impute: [6], within: subscales, method: rounded_mean}\n    subscales",
            "needs a total by sum"
        ),
        (
            "        missing_items: {at_most: 1, never_impute: [6]}",
            "        missing_items: {at_most: 3, never_impute: [6]}", "below the 3 items"
        ),
        // Subscales
        ("items: [1, 2, 3]", "items: [1, 2, 2]", "listed twice"),
        ("items: [1, 2, 3]", "items: [1, 2, 30]", "whole number from 1 to 6"),
        ("range: {minimum: 0, maximum: 12}", "range: {minimum: 0, maximum: 13}", "add up to 0.0 to 12.0"),
        ("cut_off: {value: 5, inclusive", "cut_off: {value: 12.1, inclusive", "outside the range of the total"),
        (
            "source: own sample, confidence: computed}\n",
            "source: own sample, confidence: computed, alternative: true}\n", "only figures of a total"
        ),
        // Norm sets
        ("sexes: [male]", "sexes: [female]", "coping-men and coping-women could both fit the same rater"),
        ("sexes: [male]", "sexes: [unknown]", "female, male"),
        ("alternative: true\n        raters", "alternative: false\n        raters", "could both fit the same rater"),
        ("id: coping-all", "id: coping-men", "used twice"),
        ("value: 20, inclusive", "value: 40.1, inclusive", "outside the range of the total"),
        (
            "{value: 6, deviation: 7, reliability: 0.9, level: 95}", "{value: 6, deviation: 7}",
            "field reliability is missing"
        ),
        (
            "{value: 6, deviation: 7, reliability: 0.9, level: 95}",
            "{value: 6, deviation: 7, reliability: 1, level: 95}", "between 0 and 1"
        ),
        ("{value: 6, deviation: 7, reliability: 0.9, level: 95}", "{value: 41}", "within the range of the total"),
        // Bands
        (
            "{label: middle, from: 20, to: 29.9}", "{label: middle, from: 19.9, to: 29.9}",
            "overlaps what is before it: must begin at 20.0"
        ),
        (
            "{label: middle, from: 20, to: 29.9}", "{label: middle, from: 21, to: 29.9}",
            "leaves a gap: no band holds 20.0"
        ),
        ("{label: middle, from: 20, to: 29.9}", "{label: middle, from: 29, to: 28}", "must not be above"),
        ("{label: middle, from: 20, to: 29.9}", "{label: low, from: 20, to: 29.9}", "label low is used twice"),
        ("{label: high, from: 30, to: 40}", "{label: high, from: 30, to: 41}", "outside the range of the score"),
        ("id: halves\n        alternative: true", "id: halves\n        alternative: false", "would both hold"),
        ("id: halves\n", "id: levels\n", "used twice"),
        // Choices
        ("norm_sets: [phq-9-mcid]", "norm_sets: [phq-9-other]", "no norm set phq-9-other; known: phq-9-nhs-tt"),
        ("norm_sets: [phq-9-mcid]", "norm_sets: [phq-9-mcid, phq-9-nhs-tt]", "could both fit the same rater"),
        ("norm_sets: [phq-9-mcid]", "norm_sets: [phq-9-mcid, phq-9-mcid]", "listed twice"),
        ("norm_sets: [phq-9-mcid]", "norm_set: phq-9-mcid", "unknown field norm_set"),
        ("bands: halves", "bands: thirds", "no bands thirds; known: levels, halves"),
        ("at_most: 2, never_impute: [9]", "at_most: 2", "safety item 9 must be listed"),
        (
            "{id: coping, version: \"1\"}\n    norm_sets", "{id: coping, version: \"2\"}\n    norm_sets",
            "not in the catalogue"
        ),
        (
            "{id: coping, version: \"1\"}\n    norm_sets", "{id: phq-9, version: \"2001\"}\n    norm_sets",
            "chosen for twice"
        ),
    ])
    func aFaultIsRefusedWithItsLineAndReason(part: String, fault: String, reason: String) throws {
        try #require(Self.example.contains(part), "\(part)")
        let text = Self.example.replacing(part, with: fault, maxReplacements: 1)
        let error = try #require(throws: CatalogueError.self) { try load(text) }
        #expect(error.reason.contains(reason), "\(error)")
        #expect(error.file.hasSuffix("site.yaml"))
        // The line of the fault, or that of the list or mapping that it stands in.
        let first = try #require(Self.example.split(separator: part, omittingEmptySubsequences: false).first)
        let line = first.count { $0 == "\n" } + 1
        #expect((line - 4...line + 5).contains(error.line ?? 0), "\(error), fault in line \(line)")
    }

    @Test func aGapAtTheEndOfTheBandsIsRefused() throws {
        let text = Self.example.replacing("          - {label: high, from: 30, to: 40}\n", with: "")
        #expect(throws: CatalogueError.self) { try load(text) }
        let error = try #require(throws: CatalogueError.self) {
            try load(Self.example.replacing("{label: high, from: 30, to: 40}", with: "{label: high, from: 30, to: 39}"))
        }
        #expect(error.reason.contains("leaves a gap: no band holds 39.1"))
    }

    @Test func subscalesIDsMustDiffer() throws {
        let error = try #require(throws: CatalogueError.self) {
            try load(Self.example.replacing("- id: crisis\n", with: "- id: daily\n"))
        }
        #expect(error.reason.contains("id daily is used twice"))
    }

    @Test func aMeasureWithoutABetterEndHasNoDirectionAndNoFiguresOfChange() throws {
        let preferences = Self.example.replacing("purpose: outcome", with: "purpose: preferences")
        let directed = try #require(throws: CatalogueError.self) { try load(preferences) }
        #expect(directed.reason.contains("neither pole is better"))
        #expect(directed.line == 6)
        let error = try #require(throws: CatalogueError.self) {
            try load(preferences.replacing("    direction: higher_is_better\n", with: ""))
        }
        #expect(error.reason.contains("norm_sets: needs a direction"))
        let part = try #require(throws: CatalogueError.self) {
            try load(
                preferences.replacing("    direction: higher_is_better\n", with: "")
                    .replacing(
                        "        title: Daily coping\n",
                        with: "        title: Daily\n        direction: lower_is_better\n"))
        }
        #expect(part.reason.contains("subscales[1].direction: does not belong to preferences"))
        let missing = try #require(throws: CatalogueError.self) {
            try load(Self.example.replacing("    direction: higher_is_better\n", with: ""))
        }
        #expect(missing.reason.contains("field direction is missing"))
    }

    @Test func itemsOnSeveralScalesAreScoredEachOnItsOwnAndNeverFilledIn() throws {
        let text = """
            instruments:
              - id: mixed
                version: "1"
                title: Mixed
                purpose: outcome
                direction: lower_is_better
                decimals: 0
                items: {count: 3, minimum: 0, maximum: 4, reversed: [3], ranges: [{items: [3], minimum: 1, maximum: 3}]}
                total: {minimum: 1, maximum: 11}
                total_entry: false
                licence: {wording: site_owned, holder: the site, notice: none}
            """
        let mixed = try #require(try load(text).instrument(Builtin.reference("mixed", "1")))
        #expect(try mixed.total([4, 0, 1]) == 4 + 0 + 3)
        #expect(throws: AnswerProblem.itemOutOfRange(item: 3, value: 0, allowed: 1...3)) { try mixed.total([4, 0, 0]) }
        let filling = text.replacing(
            "    total_entry: false", with: "    total_entry: false\n    missing_items: {at_most: 1}")
        #expect(try #require(throws: CatalogueError.self) { try load(filling) }.reason.contains("items on one scale"))
    }
}
