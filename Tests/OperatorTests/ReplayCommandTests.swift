import Catalogue
import Contracts
import Crypto
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import attune

/// `attune replay` as auditors call it.
@Suite struct ReplayCommandTests {
    private static let falling = ModelBench.episode([(1, 300), (2, 200), (3, 150)], isClosed: false)

    private func answered() throws -> (RecordedEpisode, AlertID) {
        var episode = try RecordedEpisode(Self.falling, catalogue: try Catalogue.load())
        let alert = try episode.raise(after: 2)
        try episode.notify(alert)
        try episode.step(AlertEvent(alert: alert, kind: .deteriorating, step: .acknowledged(actor: "c-02")))
        return (episode, alert)
    }

    /// Leaves of what scoring said of an episode, as a bundle has them.
    private func leaves(_ episode: RecordedEpisode) throws -> [String] {
        let sayings = Sayings(EpisodeContents(episode.record.events), ReplayBases(episode.catalogue))
        return try sayings.said.map { saying in
            let cause = try EventEnvelope(episode.record.events[saying.place])
            let follows = try TrajectoryEvents.following(cause, saying.update)
            let digest = Data(SHA256.hash(data: follows.payload)).base64EncodedString()
            return """
                {"topic":"\(Topic.trajectories.name)","event":"\(follows.id)","type":"\(follows.type.rawValue)",\
                "episode":"\(follows.episode)","sequence":\(follows.sequence),"site":"\(follows.site)",\
                "time":"\(follows.time)","source":"\(follows.source)","payloadDigest":"\(digest)"}

                """
        }
    }

    @Test func anEpisodeIsShownAsItStoodAtATime() async throws {
        let files = try TestFolder()
        let (episode, alert) = try answered()
        let folder = try RecordedEpisode.bundle([episode.record], in: files)
        let stream = "\(episode.record.stream)"
        func show(_ arguments: String...) async throws -> Program.Ending {
            try await Program.attune(["replay", "--bundle", folder, "--episode", stream] + arguments)
        }
        let now = try await show()
        #expect(now.status == 0, "\(now.errors)")
        for line in [
            "Episode \(stream), site north", "As recorded so far", "Opened on 2025-03-03, service outpatient, clinician c-01",
            "  session 1, 2025-03-03: 30.0, expected 30.000 (68 % 24.888 to 35.112, 80 % 23.449 to 36.551), insufficient_data",
            "  \(alert)  deteriorating, acknowledged, due \(episode.record.events[3].recordedAt.advanced(bySeconds: 3600))",
        ] { #expect(now.lines.contains(line), "\(line)\n\(now.output)") }
        #expect(now.output.contains("acknowledged by c-02"))
        #expect(now.output.contains("alert \(alert) to team-a by email: delivered at attempt 1"))
        #expect(now.output.contains("deteriorating, rules: rci.worse"))

        // Before the alert, and before the rating that led to it.
        let before = try await show("--as-of", "\(episode.record.events[2].recordedAt)")
        #expect(before.output.contains("rules: rci.worse") && before.output.contains("Alerts\n  none"), "\(before.output)")
        let first = try await show("--as-of", "\(episode.record.events[1].recordedAt)", "--json")
        let json = try JSON.parse(Array(first.output.utf8))
        guard case .array(let courses)? = json["courses"], case .array(let points)? = courses.first?["points"] else {
            Issue.record("\(first.output)")
            return
        }
        #expect(points.count == 1 && points.first?["score"] == 300 && json["alerts"] == [])

        let never = try await show("--as-of", "2020-01-01T00:00:00Z")
        #expect(never.status == 1 && never.errors.contains("nothing was recorded"))
        let unknown = try await show("--model", "ors-none@1")
        #expect(unknown.status == 64 && unknown.errors.contains("no model ors-none@1"))
    }

    @Test func aBundleWithLeavesProvesEverySayingByteForByte() async throws {
        let files = try TestFolder()
        let (episode, _) = try answered()
        let leaves = try leaves(episode)
        func replay(_ leaves: [String]) async throws -> Program.Ending {
            let folder = try RecordedEpisode.bundle([episode.record], in: files, leaves: leaves.joined())
            return try await Program.attune(["replay", "--all", "--diff", "--json", "--bundle", folder])
        }
        let whole = try await replay(leaves)
        #expect(whole.status == 0, "\(whole.output)\(whole.errors)")
        #expect(try JSON.parse(Array(whole.output.utf8))["trajectories_proven"] == 3)

        let changed = try await replay(leaves.map { $0.replacing("\"payloadDigest\":\"", with: "\"payloadDigest\":\"00") })
        #expect(changed.status == 2 && changed.errors.contains("leaves.ndjson line 1"))
        var other = leaves
        let start = try #require(other[1].range(of: "payloadDigest\":\"")).upperBound
        let digit = other[1][start] == "A" ? "B" : "A"
        other[1].replaceSubrange(start...start, with: digit)
        let differs = try await replay(other)
        #expect(differs.status == 1)
        #expect(try JSON.parse(Array(differs.output.utf8))["differences"]?["trajectory_differs"] == 1)
        // The first saying is long settled; the newest event's may still be on its way.
        let missing = try await replay(Array(leaves.dropFirst()))
        #expect(try JSON.parse(Array(missing.output.utf8))["differences"]?["trajectory_not_in_log"] == 1)
        let strange = leaves[0].replacing(/"event":"[^"]*"/, with: "\"event\":\"\(UUID().uuidString.lowercased())\"")
        let invented = try await replay(leaves + [strange])
        #expect(try JSON.parse(Array(invented.output.utf8))["differences"]?["trajectory_not_reproduced"] == 1)
    }

    @Test func aChangedByteInTheLedgerIsFoundByTheLeaves() async throws {
        let files = try TestFolder()
        let (episode, _) = try answered()
        var events = episode.record.events
        let old = events[1]
        let lower = ModelBench.episode([(1, 299), (2, 200)], isClosed: false)[1]
        guard case .ratingRecorded(let wrong) = lower,
            case .ratingRecorded(let right) = try EpisodeEventCodec.decode(old.payload, type: .ratingRecorded).event
        else { return }
        let forged = Rating(
            id: right.id, participant: right.participant, instrument: right.instrument, session: right.session, day: right.day,
            answers: wrong.answers)
        events[1] = LedgerEvent(
            position: old.position, lane: old.lane, id: old.id, stream: old.stream, version: old.version, site: old.site,
            type: old.type, recordedAt: old.recordedAt, traceparent: nil,
            payload: try EpisodeEventCodec.encode(.ratingRecorded(forged), actor: "c-01"))
        var record = episode.record
        record.events = events
        let folder = try RecordedEpisode.bundle([record], in: files, leaves: try leaves(episode).joined())
        let ending = try await Program.attune(["replay", "--all", "--diff", "--bundle", folder])
        #expect(ending.status == 1 && ending.output.contains("trajectory_differs: 3"), "\(ending.output)")
    }

    @Test func theLedgerIsReplayedInSilenceAndTheFilesHoldEveryDifference() async throws {
        let bench = try ModelBench()
        try bench.append((0..<3).map { _ in Self.falling })
        try bench.append([Self.falling], site: "south")
        let out = bench.files.path("out")
        // Nothing was ever alerted here: what the rules call for is missing once its time has passed.
        try bench.age()
        let before = try bench.events()
        let ending = try await bench.attune("replay", "--all", "--diff", "--site", "north", "--out", out)
        #expect(ending.status == 1, "\(ending.errors)")
        #expect(ending.output.contains("alert_missing: 6"), "\(ending.output)")
        let lines = try String(contentsOfFile: out + "/differences.ndjson", encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 6)
        for line in lines {
            let json = try JSON.parse(Array(line.utf8))
            #expect(json["kind"] == "alert_missing" && json["site"] == "north" && json["replayed"] == "rci.worse")
        }
        let summary = try JSON.parse(Array(try Data(contentsOf: URL(fileURLWithPath: out + "/summary.json"))).dropLast())
        #expect(summary["episodes"] == 3 && summary["differences"]?["alert_missing"] == 6)
        #expect(try bench.events() == before)
        let again = try await bench.attune("replay", "--all", "--diff", "--out", out)
        #expect(again.status == 2 && again.errors.contains("is there already"))
    }

    @Test func whatCannotBeMeantIsRefused() async throws {
        for arguments in [
            [], ["--all"], ["--diff"], ["--episode", "x"], ["--episode", "\(UUID())", "--all"],
            ["--all", "--diff", "--as-of", "2026-01-01T00:00:00Z"], ["--episode", "\(UUID())", "--as-of", "yesterday"],
        ] {
            let ending = try await Program.attune(["replay"] + arguments)
            #expect(ending.status == 64, "\(arguments): \(ending.errors)")
        }
        let nowhere = try await Program.attune(["replay", "--all", "--diff", "--bundle", "/nonexistent"])
        #expect(nowhere.status == 2 && nowhere.errors.contains("cannot be read"))
    }
}

extension ModelBench {
    /// Appends an event long after all others, in an episode of its own at another site, so that theirs are settled.
    func age() throws {
        let id = UUID()
        // The ledger's own clock cannot be set; its owner may insert what a test needs.
        try database.connect().run(
            """
            insert into ledger.event select nextval('ledger.event_position'), 1, false, $1, $1, 1, 'south', type,
                recorded_at + interval '1 hour', null, payload from ledger.event where version = 1 limit 1
            """, [.uuid(id)])
    }
}
