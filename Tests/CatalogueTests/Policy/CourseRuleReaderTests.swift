import Catalogue
import Domain
import Testing

/// Stalled courses and the alliance over a course, as the catalogue has them and as a site configures them.
@Suite struct CourseRuleReaderTests {
    private func load(_ files: [String: String]) throws -> Catalogue {
        let folder = try SiteFolder(files)
        return try withExtendedLifetime(folder) { try Catalogue.load(siteFolder: folder.path) }
    }

    /// Every outcome measure with a norm set that has both figures counts four ratings; nothing else does.
    @Test func fourRatingsAreStandardWhereTheFiguresExist() throws {
        for instrument in try Builtin.catalogue().instruments {
            let hasFigures = instrument.normSets.contains { $0.cutOff != nil && $0.reliableChange != nil }
            #expect(
                instrument.stalledRule?.ratings == (instrument.purpose == .outcome && hasFigures ? 4 : nil),
                "\(instrument.reference)")
            guard let rule = instrument.stalledRule else { continue }
            #expect(rule.evidence?.source.contains("FIT and ROM practice guides") == true)
        }
        #expect(try Builtin.instrument("ors", "2000").stalledRule != nil)
        #expect(try Builtin.instrument("audit-c", "1998").stalledRule == nil)
    }

    @Test func noAllianceMeasureHasAnUnpublishedRuleByDefault() throws {
        for instrument in try Builtin.catalogue().instruments {
            guard let rule = instrument.allianceRule else { continue }
            #expect(rule.baseline == nil && rule.pattern == nil && rule.guardedStart == nil, "\(instrument.reference)")
        }
    }

    private func choice(_ lines: String...) -> String {
        """
        choices:
          - instrument: {id: srs, version: "2002"}
            alliance:
              cut_off: {value: 36, inclusive: false}
              drop: 1
        \(lines.map { "      " + $0 }.joined(separator: "\n"))
        """
    }

    @Test func aSiteConfiguresTheAllianceOverACourse() throws {
        let text = choice(
            "baseline: {below: 1.5, earlier_ratings: 3, source: a guide of ours, confidence: uncertain}",
            "pattern: {slope: 0.5}", "guarded_first: {}")
        let srs = try #require(try load(["site.yaml": text]).instrument(Builtin.reference("srs", "2002")))
        let rule = try #require(srs.allianceRule)
        #expect(rule.baseline?.margin == .steps(15))
        #expect(rule.baseline?.earlierRatings == 3)
        #expect(rule.baseline?.evidence == Evidence(source: "a guide of ours", confidence: .uncertain))
        #expect(rule.pattern?.slope == 5)
        #expect(rule.guardedStart == GuardedStart())
        #expect(rule.drop == 10)
        let deviations = choice("baseline: {deviations: 1.5}")
        let other = try #require(try load(["site.yaml": deviations]).instrument(Builtin.reference("srs", "2002")))
        #expect(other.allianceRule?.baseline == AllianceBaseline(margin: .hundredthsOfDeviation(150), earlierRatings: 2))
    }

    @Test(arguments: [
        ("baseline: {}", "needs either below or deviations"),
        ("baseline: {below: 1, deviations: 1}", "needs either below or deviations"),
        ("baseline: {below: 0}", "must be above 0"), ("baseline: {below: 41}", "wider than the range"),
        ("baseline: {below: 0.05}", "decimal places"), ("baseline: {deviations: 1.5, earlier_ratings: 1}", "at least 2"),
        ("baseline: {below: 1, earlier_ratings: 0}", "whole number from 1"), ("pattern: {}", "slope is missing"),
        ("pattern: {slope: 0}", "must be above 0"), ("guarded_first: true", "must be a mapping"),
        ("guarded_first: {confidence: sourced}", "needs the field source"), ("below_mean: 1", "unknown field below_mean"),
    ])
    func aFaultInTheAllianceIsRefused(line: String, reason: String) throws {
        let error = try #require(throws: CatalogueError.self) { try load(["site.yaml": choice(line)]) }
        #expect(error.reason.contains(reason), "\(error)")
        #expect(error.line == 6, "\(error)")
    }

    @Test(arguments: [("{ratings: 6}", 6), ("off", nil)] as [(String, Int?)])
    func aSiteChoosesWhenACourseIsStalled(written: String, ratings: Int?) throws {
        let text = "choices:\n  - instrument: {id: ors, version: \"2000\"}\n    stalled: \(written)\n"
        let ors = try #require(try load(["site.yaml": text]).instrument(Builtin.reference("ors", "2000")))
        #expect(ors.stalledRule?.ratings == ratings)
    }

    @Test(arguments: [
        ("ors\", version: \"2000", "{ratings: 1}", "whole number from 2"),
        ("ors\", version: \"2000", "{}", "ratings is missing"),
        ("srs\", version: \"2002", "{ratings: 4}", "only for purpose outcome"),
        ("audit-c\", version: \"1998", "{ratings: 4}", "would never speak"),
    ])
    func aFaultInStalledIsRefused(instrument: String, written: String, reason: String) throws {
        let text = "choices:\n  - instrument: {id: \"\(instrument)\"}\n    stalled: \(written)\n"
        let error = try #require(throws: CatalogueError.self) { try load(["site.yaml": text]) }
        #expect(error.reason.contains(reason), "\(error)")
        #expect(error.line == 3, "\(error)")
    }

    /// A site's own outcome measure says it with its definition.
    @Test func aSitesOwnMeasureMayCountStalled() throws {
        let text = SiteFolder.example.replacing(
            "licence: {wording: licensed, holder: its publisher, notice: The site holds a licence.}",
            with: "stalled: {ratings: 5}\n    licence: {wording: licensed, holder: its publisher, notice: none}")
        let bdi = try #require(try load(["site.yaml": text]).instrument(Builtin.reference("bdi-total", "1996")))
        #expect(bdi.stalledRule == StalledRule(ratings: 5))
    }
}
