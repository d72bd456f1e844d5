import Foundation
import Glibc
import LocalStack
import Persistence
import Testing

/// A parked episode and its way back, with real processes.
@Suite(.serialized) struct QuarantineTests {
    private static let measure = """
        instruments:
          - id: house-measure
            version: "1"
            title: a measure of the house
            purpose: outcome
            direction: higher_is_better
            decimals: 0
            total: {minimum: 0, maximum: 40}
            total_entry: true
            licence: {wording: site_owned, holder: the site, notice: none}
        """

    /// Has a service read its catalogue again, and returns when it has.
    private func reload(_ service: StackService, of system: SystemStack) throws {
        kill(try #require(system.stack.process(service)?.processID), SIGHUP)
        let log = system.folder.appendingPathComponent("log/\(service.executable).log")
        #expect(try system.eventually { try String(contentsOf: log, encoding: .utf8).contains("added: house-measure") })
    }

    private func open(_ system: SystemStack, token: String) throws -> (episode: String, participant: String) {
        let (episode, participant) = (UUID().uuidString.lowercased(), UUID().uuidString.lowercased())
        let answer = try system.call(
            .post, .ingestion, "/v1/episodes", token: token,
            body: """
                {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05", "clinician": "c-1",
                 "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
                """)
        #expect(answer.status == 201)
        return (episode, participant)
    }

    private func rate(
        _ system: SystemStack, _ place: (episode: String, participant: String), token: String, _ instrument: String,
        _ version: String, session: Int, total: Int
    ) throws {
        let answer = try system.call(
            .post, .ingestion, "/v1/episodes/\(place.episode)/ratings", token: token,
            body: """
                {"ratingId": "\(UUID().uuidString.lowercased())", "participantId": "\(place.participant)",
                 "instrument": "\(instrument)", "version": "\(version)", "session": \(session), "day": "2026-02-0\(session)",
                 "total": \(total)}
                """)
        #expect(answer.status == 201)
    }

    @Test func aParkedEpisodeComesBackCompleteAndInOrderThoughScoringIsKilledMeanwhile() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attune-parked-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let system = try SystemStack("quarantine", catalogue: folder)
        let token = try system.token(site: "north", role: "clinician")
        let (parked, other) = (try open(system, token: token), try open(system, token: token))

        // Ingestion knows the measure; scoring does not yet.
        try Self.measure.write(to: folder.appendingPathComponent("house.yaml"), atomically: true, encoding: .utf8)
        try reload(.ingestion, of: system)
        for session in 1...3 {
            try rate(system, parked, token: token, "house-measure", "1", session: session, total: 10 + session)
            try rate(system, parked, token: token, "ors", "2000", session: session, total: 20 + session)
        }
        try rate(system, other, token: token, "ors", "2000", session: 1, total: 20)
        let open = "select count(*) from published.quarantine where settled_at is null"
        #expect(try system.eventually { try system.count(open) == 6 })
        #expect(try system.eventually {
            try system.count("select count(*) from published.trajectory where episode_id = '\(other.episode)'") == 1
        })
        #expect(try system.count("select count(*) from published.trajectory where episode_id = '\(parked.episode)'") == 0)

        // Tried too early it fails again, and the command says so.
        #expect(throws: (any Error).self) {
            try system.stack.runOperator(
                ["quarantine", "retry", "--apply", "--by", "op-1", "--wait", "120"], logTo: "retry-early")
        }
        #expect(try system.count(open) == 6)

        try reload(.scoring, of: system)
        try system.stack.runOperator(["quarantine", "retry", "--apply", "--by", "op-1"], logTo: "retry")
        system.stack.kill(.scoring)
        // What comes while nobody scores is behind what is parked.
        try rate(system, parked, token: token, "ors", "2000", session: 4, total: 24)
        try system.stack.restart(.scoring)
        #expect(try system.eventually { try system.count(open) == 0 })
        _ = try system.drained()
        let courses = try system.database().run(
            "select instrument, point_count from published.trajectory where episode_id = $1 order by instrument",
            [.uuid(try #require(UUID(uuidString: parked.episode)))])
        #expect(try courses.map { try $0.text(0) } == ["house-measure", "ors"])
        #expect(try courses.map { try $0.int32(1) } == [3, 4])
        let leaves = """
            select count(*) from published.audit_leaf where episode_id = '\(parked.episode)'
            and type = 'attune.trajectory.updated.v1'
            """
        #expect(try system.eventually { try system.count(leaves) == 7 })
        #expect(throws: Never.self) {
            try system.stack.runOperator(
                ["audit", "verify", "--key-file", system.stack.keys.auditVerifier.path], logTo: "verify")
        }
    }
}
