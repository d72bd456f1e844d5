import Catalogue
import Domain
import Foundation
import ServiceKit
import Testing

@Suite struct ModelCommandTests {
    /// Courses of the simulated network: session and score of each rating, in steps.
    private static func courses(_ count: Int, seed: UInt64) throws -> [[(session: Int, score: Int)]] {
        let ors = try #require(try Catalogue.load().instrument(ModelBench.ors))
        let network = SimulatedNetwork.outcomeScale(ors, try #require(ors.normSet(for: .`self`, .adult)))
        var numbers = SplitMix64(seed: seed)
        return network.courses(count, using: &numbers).map { course in
            [(1, course.intake)] + course.ratings.map { ($0.session, $0.score) }
        }
    }

    private static let fit = [
        "--instrument", "ors@2000", "--version", "2026-1", "--label", "simulated courses", "--id", "ors-north",
    ]

    private static let decision = """
        activations:
          - site: north
            instrument: {id: ors, version: "2000"}
            champion: {id: ors-start, version: "1"}
            challenger: {id: ors-north, version: "2026-1"}
            by: op-17
            at: 2026-03-01T09:30:00Z
        """

    @Test func `Closed courses of a file and of the ledger give the same model, which the catalogue reads`() async throws {
        let bench = try ModelBench()
        let courses = try Self.courses(320, seed: 11)
        try bench.append(courses[..<200].map { ModelBench.episode($0) })
        try bench.append(courses[200...].map { ModelBench.episode($0) }, lane: .episodeBackfill)
        // What must not count: open courses, other sites, other raters, later years.
        let caretaker = Participant(id: ParticipantID(rawValue: UUID()), role: .caretaker, ageBand: .child)
        let noise = [(session: 1, score: 20), (2, 400), (3, 0), (4, 400)]
        try bench.append((0..<20).map { _ in ModelBench.episode(noise, isClosed: false) })
        try bench.append((0..<20).map { _ in ModelBench.episode(noise) }, site: "south")
        try bench.append((0..<20).map { _ in ModelBench.episode(noise, rater: caretaker) })
        try bench.append((0..<20).map { _ in ModelBench.episode(noise, openedOn: "2026-02-02") })

        let path = bench.files.path("model.yaml")
        let written = try await bench.attune(
            arguments: [
                "model", "fit", "--from-ledger", "--site", "north", "--to", "2025-12-31", "--by", "op-17", "--out", path,
            ] + Self.fit)
        #expect(written.status == 0, "\(written.errors)")
        #expect(written.output.contains("Courses from 2025-03-03 to "), "\(written.output)")
        #expect(written.errors.contains("320 closed courses taken; left out: 20 episodes still open, 20 outside the period"))

        let text = try String(contentsOfFile: path, encoding: .utf8)
        let catalogue = try Catalogue.load(siteFolder: bench.catalogue(text))
        let version = try #require(catalogue.registry.versions.first { $0.reference.id.text == "ors-north" })
        #expect(version.status == .candidate)
        guard case .fitted(let record) = version.origin else {
            Issue.record("not fitted")
            return
        }
        #expect(record.by.text == "op-17")
        let hash = version.reference.hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        #expect(written.lines.last == "sha256 \(hash)")

        // The ledger is read in another order than a file: the same likelihood to its last shown figure.
        let rows = courses.enumerated().flatMap { person, ratings in
            ratings.map { "\(person),\($0.session),\($0.score / 10).\($0.score % 10)" }
        }
        let table = try bench.files.write("person,session,score\n" + rows.joined(separator: "\n"), to: "courses.csv")
        let fromFile = try await bench.attune(
            arguments: ["model", "fit", table, "--from", "2025-03-03", "--to", "2025-12-31"] + Self.fit)
        #expect(fromFile.status == 0, "\(fromFile.errors)")
        func line(_ words: String, _ ending: Program.Ending) -> String? { ending.lines.first { $0.hasPrefix(words) } }
        for words in ["level (b0)", "residual variance", "Speaks about intakes"] {
            #expect(line(words, fromFile) != nil && line(words, fromFile) == line(words, written))
        }
        #expect(record.ratings == courses.reduce(0) { $0 + $1.count - 1 })
    }

    @Test func `Too few courses are refused, and so is what cannot be meant`() async throws {
        let bench = try ModelBench()
        try bench.append(try Self.courses(30, seed: 5).map { ModelBench.episode($0) })
        let few = try await bench.attune(arguments: ["model", "fit", "--from-ledger", "--site", "north"] + Self.fit)
        #expect(few.status == 1)
        #expect(few.errors.contains("200 are needed"))
        for arguments in [
            [], ["--from-ledger"], ["courses.csv"], ["courses.csv", "--from-ledger", "--site", "north"],
            ["--from-ledger", "--site", "north", "--out", "model.yaml"], ["--from-ledger", "--site", "North Site"],
        ] {
            let ending = try await bench.attune(arguments: ["model", "fit"] + arguments + Self.fit)
            #expect(ending.status == 64, "\(arguments): \(ending.errors)")
        }
    }

    @Test func `The list names hash, origin, status, and who activated what where`() async throws {
        let bench = try ModelBench()
        let builtIn = try await bench.attune("model", "list")
        #expect(builtIn.status == 0, "\(builtIn.errors)")
        #expect(builtIn.lines.contains("  ors-start@1  approved"))
        #expect(builtIn.lines.contains("    hash 1ff7ffce935bc61eb396b1398436957d04ae0cf124529c2882885fb359abbc8f"))
        #expect(builtIn.lines.contains("    synthetic: rests on nobody's courses"))
        #expect(builtIn.lines.contains("    scores where nobody has decided"))
        #expect(builtIn.lines.last == "no site has decided about models")

        let site = try bench.catalogue(Self.candidate + Self.decision)
        let decided = try await bench.attune("model", "list", catalogue: site)
        #expect(decided.status == 0, "\(decided.errors)")
        for line in [
            "  ors-north@2026-1  candidate", "    loaded by op-16 on 2026-02-01T00:00:00.000000Z: made up for a test",
            "    champion at north, by op-17 on 2026-03-01T09:30:00.000000Z",
            "    challenger at north, by op-17 on 2026-03-01T09:30:00.000000Z",
            "  2026-03-01T09:30:00.000000Z  north  ors@2000  champion ors-start@1, challenger ors-north@2026-1, by op-17",
        ] { #expect(decided.lines.contains(line), "\(line)") }

        let broken = try bench.catalogue(Self.candidate + Self.decision.replacing("\"1\"}", with: "\"7\"}"), "broken")
        let refused = try await bench.attune("model", "list", catalogue: broken)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("site.yaml:19: "))
        #expect(refused.errors.contains("ors-start version 7 is not registered"))
    }

    /// Bounds far narrower than those of the starting model.
    private static let candidate = """
        models:
          - id: ors-north
            version: "2026-1"
            label: made up for a test
            instrument: {id: ors, version: "2000"}
            raters: [self]
            ages: [adult]
            beta: [0, 1, 9, -0.27]
            beta_covariance: [0.04, 0, 0, 0, 0.0001, 0, 0, 0.04, 0, 0.0001]
            person_variance: {level: 0.1, level_slope: 0, slope: 0.1}
            residual_variance: 0.5
            baseline: {minimum: 0, maximum: 32}
            max_session: 16
            origin: {kind: loaded, at: 2026-02-01T00:00:00Z, by: op-16, source: made up for a test}
            status: candidate

        """

    @Test func `Champion and challenger are compared over the ledger in silence, with everything counted`() async throws {
        let bench = try ModelBench()
        let child = Participant(id: ParticipantID(rawValue: UUID()), role: .caretaker, ageBand: .child)
        let site = try bench.catalogue(Self.candidate + Self.decision)
        // Worse than the narrow bound at session 2 alone, on track for both, and reliably worse for both.
        let (differs, agrees, falls) = ([(1, 180), (2, 190)], [(1, 180), (2, 300)], [(1, 180), (2, 120)])
        try bench.append(
            [differs, agrees, falls].map { ModelBench.episode($0) } + [ModelBench.episode(differs, isClosed: false)])
        try bench.append([ModelBench.episode(differs, openedOn: "2024-01-08")], lane: .episodeBackfill)
        try bench.append([ModelBench.episode(agrees, rater: child)])
        try bench.append([ModelBench.episode(differs)], site: "south")
        let before = try bench.events()

        let arguments = ["model", "compare", "--site", "north", "--instrument", "ors@2000", "--since", "2025-01-01"]
        let json = try await bench.attune(arguments: arguments + ["--json"], catalogue: site)
        #expect(json.status == 0, "\(json.errors)")
        let report = try JSON.parse(Array(json.output.utf8))
        #expect(report["episodes"] == 6 && report["episodes_before"] == 1 && report["episodes_closed"] == 4)
        #expect(report["episodes_not_whole"] == 0 && report["courses_without_challenger"] == 1)
        guard case .array(let groups)? = report["groups"], let group = groups.first, groups.count == 1 else {
            Issue.record("\(json.output)")
            return
        }
        #expect(group["rater"] == "self" && group["age"] == "adult" && group["decided_by"] == "op-17")
        #expect(group["champion"]?["id"] == "ors-start" && group["challenger"]?["id"] == "ors-north")
        #expect(group["courses"] == 4 && group["courses_closed"] == 3 && group["ratings"] == 4)
        #expect(group["champion_flags"] == ["count": 1, "of": 4] && group["challenger_flags"] == ["count": 3, "of": 4])
        #expect(group["same_state"] == ["count": 2, "of": 4])
        guard case .array(let differing)? = group["differing_flags"] else {
            Issue.record("\(json.output)")
            return
        }
        #expect(differing.count == 2 && differing.allSatisfy { $0["challenger"] == "not_on_track" })

        let text = try await bench.attune(arguments: arguments, catalogue: site)
        #expect(text.status == 0)
        for line in [
            "Episodes: 6, of which opened before 2025-01-01 and left out: 1",
            "Raters: self, adult; norm set: ors-adult", "Champion: ors-start@1, by decision of op-17 on 2026-03-01T09:30:00.000000Z",
            "Courses: 4, of which closed: 3; ratings after the first: 4",
        ] { #expect(text.lines.contains(line), "\(text.output)") }
        #expect(text.output.contains("Flagged by the challenger: 3 of 4, 0.750 [0.301, 0.954]; by it alone: 2"))
        #expect(try bench.events() == before)
    }

    @Test func `An event that cannot be applied ends its course there and is counted`() async throws {
        let bench = try ModelBench()
        let site = try bench.catalogue(Self.candidate + Self.decision)
        let stranger = RatingWithdrawal(rating: RatingID(rawValue: UUID()), reason: .entryError)
        var broken = ModelBench.episode([(1, 180), (2, 190)], isClosed: false)
        broken.insert(.ratingWithdrawn(stranger), at: 2)
        try bench.append([broken, ModelBench.episode([(1, 180), (2, 190)])])
        let ending = try await bench.attune(
            "model", "compare", "--site", "north", "--instrument", "ors@2000", "--json", catalogue: site)
        let report = try JSON.parse(Array(ending.output.utf8))
        #expect(report["episodes"] == 2 && report["episodes_not_whole"] == 1, "\(ending.errors)")
        guard case .array(let groups)? = report["groups"] else {
            Issue.record("\(ending.output)")
            return
        }
        #expect(groups.first?["courses"] == 2 && groups.first?["ratings"] == 1)
    }

    @Test func `Without a challenger there is nothing to compare, and one can be named`() async throws {
        let bench = try ModelBench()
        try bench.append([ModelBench.episode([(1, 180), (2, 190)])])
        let arguments = ["model", "compare", "--site", "north", "--instrument", "ors@2000"]
        let nobody = try await bench.attune(arguments: arguments)
        #expect(nobody.status == 64)
        #expect(nobody.errors.contains("No activation names a challenger for ors@2000 at north"))
        let itself = try await bench.attune(arguments: arguments + ["--challenger", "ors-start@1"])
        #expect(itself.status == 64 && itself.errors.contains("is the champion at north itself"))
        let unknown = try await bench.attune(arguments: arguments + ["--challenger", "ors-north@7"])
        #expect(unknown.status == 64 && unknown.errors.contains("no model ors-north@7"))
        let site = try bench.catalogue(Self.candidate)
        let named = try await bench.attune(arguments: arguments + ["--challenger", "ors-north@2026-1"], catalogue: site)
        #expect(named.status == 0, "\(named.errors)")
        #expect(named.lines.contains("Champion: ors-start@1, where nobody has decided"))
    }
}
