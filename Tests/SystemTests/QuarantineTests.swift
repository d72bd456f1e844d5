import Foundation
import LocalStack
import Persistence
import TestSupport
import Testing

/// A parked episode and its way back, with real processes.
@Suite(.serialized) struct QuarantineTests {
    private func rate(_ clinic: Clinic, _ instrument: String, _ version: String, session: Int, total: Int) throws {
        let answer = try clinic.rate(
            session: session, instrument: instrument, version: version, answers: "\"total\": \(total)")
        #expect(answer.status == 201)
    }

    @Test func aParkedEpisodeComesBackCompleteAndInOrderThoughScoringIsKilledMeanwhile() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attune-parked-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let system = try SystemStack("quarantine", catalogue: folder)
        let token = try system.token(site: "north", role: "clinician")
        let (parked, other) = (try Clinic(system, token: token), try Clinic(system, token: token))

        // Ingestion knows the measure; scoring does not yet.
        try HouseMeasure.write(into: folder)
        #expect(try system.reload(.ingestion, until: "added: house-measure"))
        for session in 1...3 {
            try rate(parked, "house-measure", "1", session: session, total: 10 + session)
            try rate(parked, "ors", "2000", session: session, total: 20 + session)
        }
        try rate(other, "ors", "2000", session: 1, total: 20)
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

        #expect(try system.reload(.scoring, until: "added: house-measure"))
        try system.stack.runOperator(["quarantine", "retry", "--apply", "--by", "op-1"], logTo: "retry")
        system.stack.kill(.scoring)
        // What comes while nobody scores is behind what is parked.
        try rate(parked, "ors", "2000", session: 4, total: 24)
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
