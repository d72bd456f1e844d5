import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune

/// Courses, and the leaves of trajectory events.
@Suite struct DoctorTrajectoryTests {
    @Test func `What was scored event by event equals a fresh scoring`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let courses = try bench.examine(bench.courses)
        #expect(courses.findings == [])
        #expect(courses.examined == episodes.count)
        let log = try bench.examine(bench.log)
        #expect(log.findings == [])
        #expect(log.pending == 0)
    }

    @Test(arguments: [
        ("update scoring.trajectory set point_count = point_count + 1", "point count"),
        ("update scoring.trajectory set state = 0", "state"),
        ("update scoring.trajectory set version = version - 1", "version"),
        ("update scoring.trajectory set site = 'south'", "site"),
        // The last byte: of the columns of a course.
        ("update scoring.trajectory set body = set_byte(body, length(body) - 1, get_byte(body, length(body) - 1) # 1)", "body"),
    ])
    func `A course that was changed is named, with what differs`(damage: String, part: String) throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage("\(damage) where episode_id = '\(episodes[2])'")
        let findings = try bench.examine(bench.courses).findings
        #expect(findings.count == 1)
        #expect(findings[0].hasPrefix("episode \(episodes[2]), course of \(bench.client.id) on \(DoctorBench.ors)"))
        #expect(findings[0].contains(part) || findings[0].contains("cannot be read"))
    }

    @Test func `A course that is missing, one too many, and one nobody calls for are named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let stranger = UUID().uuidString.lowercased()
        try bench.damage(
            """
            delete from scoring.trajectory where episode_id = '\(episodes[2])';
            insert into scoring.trajectory
            select '\(episodes[1])', participant_id, 'gad-7', '2006', site, point_count, state, version, body
            from scoring.trajectory where episode_id = '\(episodes[1])';
            insert into scoring.episode select '\(stranger)', site, version, participants from scoring.episode limit 1
            """)
        let findings = Set(try bench.examine(bench.courses).findings)
        let course = "course of \(bench.client.id) on"
        let gad = InstrumentReference(id: InstrumentID("gad-7")!, version: "2006")
        #expect(
            findings == [
                "episode \(episodes[2]), \(course) \(DoctorBench.ors) is not stored",
                "episode \(episodes[1]), \(course) \(gad) is stored, and no event calls for it",
                "episode \(stranger) is scored, and not in the ledger",
            ])
    }

    @Test func `Participants that differ and a version beyond the ledger are named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage(
            """
            update scoring.episode set participants = '' where episode_id = '\(episodes[0])';
            update scoring.episode set version = version + 1 where episode_id = '\(episodes[1])'
            """)
        #expect(
            Set(try bench.examine(bench.courses).findings) == [
                "episode \(episodes[0]): the stored participants are not those of the ledger",
                "episode \(episodes[1]): scored to version 6, the ledger ends at 5",
            ])
    }

    @Test func `Scoring that is behind is pending, compared as far as it has come`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.rate(episodes[0], 150, session: 4)
        let live = try bench.examine(bench.courses, isSettled: false)
        #expect((live.pending, live.differences) == (1, 0))
        #expect(try bench.examine(bench.courses).differences == 1)
        try bench.damage("update scoring.trajectory set point_count = 9 where episode_id = '\(episodes[0])'")
        #expect(try bench.examine(bench.courses, isSettled: false).differences == 3)
    }

    @Test func `What waits behind a record in quarantine is pending also after a drain, and listed`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.rate(episodes[0], 150, session: 4)
        try bench.damage(
            """
            insert into scoring.quarantine (cluster_id, topic, partition, "offset", record_key, headers, state,
                reason_code, reason)
            values ('c', 't', 3, 17, uuid_send('\(episodes[0])'), '[]', 'failed', 'unscorable', 'why')
            """)
        let result = try bench.examine(bench.courses)
        #expect((result.pending, result.differences) == (1, 0))
        let quarantine = try bench.examine(QuarantineCheck())
        #expect(quarantine.findings == ["waits: attune-scoring, t [3] at 17: failed, unscorable: why"])
        #expect((quarantine.examined, quarantine.differences, quarantine.waiting) == (1, 0, 1))
    }

    @Test func `A course scored by figures that the catalogue does not hold cannot be decided`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let body: [UInt8] = try bench.admin.run(
            "select body from scoring.trajectory where episode_id = $1", [.id(episodes[2])]
        ).only().bytes(0)
        let stored = try CourseCodec.decode(body)
        let other = Trajectory(points: stored.points, provenance: Provenance(normSet: stored.provenance.normSet, model: nil))
        try bench.admin.run(
            "update scoring.trajectory set body = $2 where episode_id = $1",
            [.id(episodes[2]), .bytes(try CourseCodec.encode(other))])
        let result = try bench.examine(bench.courses)
        #expect((result.undecidable, result.differences) == (1, 0))
        #expect(result.findings.first?.hasPrefix("undecidable: episode \(episodes[2])") == true)
    }

    @Test func `A trajectory leaf that is missing, changed or foreign is named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage(
            """
            update audit.leaf set payload_digest = sha256('') where episode_id = '\(episodes[2])' and sequence = 2
                and type = 'attune.trajectory.updated.v1';
            update audit.leaf set sequence = 1 where episode_id = '\(episodes[2])' and sequence = 3
                and type = 'attune.trajectory.updated.v1'
            """)
        let findings = try bench.examine(bench.log).findings
        func names(_ end: String) -> Bool { findings.contains { $0.contains("episode \(episodes[2])") && $0.hasSuffix(end) } }
        #expect(names("does not say what follows from version 2"))
        #expect(names("is a trajectory event that does not follow from version 1"))
        #expect(names("the trajectory event of version 3 is not in the log"))
    }

    @Test func `A trajectory that is the newest of its episode may still be on its way`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.rate(episodes[0], 150, session: 4)
        try bench.score()
        try bench.relay()
        let patient = LogCheck(site: nil, catalogue: bench.catalogue, keys: nil, patience: .seconds(3600))
        let live = try bench.examine(patient, isSettled: false)
        #expect((live.pending, live.differences) == (2, 0))
        #expect(try bench.examine(bench.log).differences == 2)
    }

    @Test func `Without a key signatures are not checked, and leaves are`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let unsigned = LogCheck(site: nil, catalogue: bench.catalogue, keys: nil, patience: .zero)
        #expect(try bench.examine(unsigned).findings == [])
        try bench.damage("update audit.leaf set site = 'south' where episode_id = '\(episodes[2])' and sequence = 1")
        #expect(try bench.examine(unsigned).differences > 0)
    }
}
