import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune

@Suite struct DoctorAlertTests {
    @Test func `Alerts raised, answered, passed on, superseded and closed follow from the ledger`() throws {
        let (bench, _) = try DoctorBench.settled()
        let steps = try bench.admin.run("select distinct type from ledger.event where category = 2").map { try $0.text(0) }
        // The example is worth something only if everything occurs in it.
        #expect(steps.count == 9, "\(steps)")
        let result = try bench.examine(try bench.alerts())
        #expect(result.findings == [])
        #expect((result.pending, result.undecidable) == (0, 0))
    }

    @Test(arguments: [
        ("update alerting.alert set status = 'acknowledged' where status = 'resolved'", "is stored otherwise than its events say: status"),
        ("update alerting.alert set due_at = due_at + interval '1 s'", "due time"),
        ("update alerting.alert set escalation_level = 7", "level"),
        ("update alerting.alert set closed_as = 'referred' where status = 'resolved'", "how it was closed"),
        ("update alerting.alert set clinician = 'c-01' where assignments > 0", "clinician"),
        ("update alerting.alert set opened_by = 'nobody' where opened_by is not null", "who opened it"),
        ("update alerting.alert set ladder_ended = not ladder_ended", "end of the ladder"),
        ("update alerting.alert set first_due_at = now()", "first due time"),
        ("update alerting.alert set review_entries = 1 where review_entries > 0", "review"),
        ("update alerting.alert set rating_id = gen_random_uuid()", "rating"),
        ("delete from alerting.alert where status = 'resolved'", "was raised, and is not stored"),
        ("update alerting.alert set alert_id = gen_random_uuid() where status = 'resolved'", "is stored, and was never raised"),
        (
            "delete from ledger.event where type = 'attune.alert.raised.v1'",
            "which was never raised"
        ),
        ("delete from ledger.event where type = 'attune.alert.superseded.v1'", "recorded is"),
        ("update ledger.event set event_id = gen_random_uuid() where category = 2", "the event's id does not follow from its cause"),
        ("delete from alerting.course where instrument = 'ors'", "is not kept as the newest of its course"),
        ("delete from alerting.consideration", "was not considered"),
        ("update alerting.consideration set open_alerts = '{}'", "recorded is"),
        ("update alerting.consideration set followed = false", "was passed over"),
        ("update alerting.consideration set episode_open = not episode_open", "as of a closed episode, which is open"),
        ("update alerting.consideration set event_id = gen_random_uuid()", "was considered, and does not follow from the ledger"),
        ("update alerting.course set version = version + 1", "which does not follow from the ledger"),
    ])
    func `Damage is named`(damage: String, words: String) throws {
        let (bench, _) = try DoctorBench.settled()
        try bench.damage(damage)
        let result = try bench.examine(try bench.alerts())
        #expect(result.findings.contains { $0.contains(words) }, "\(result.findings)")
    }

    /// The alert, its row, its events, its notifications: as if it had never been.
    @Test func `An alert that the rules call for and nobody raised is named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage(
            """
            delete from ledger.event where category = 2 and stream_id = '\(episodes[0])';
            delete from alerting.alert where episode_id = '\(episodes[0])'
            """)
        let result = try bench.examine(try bench.alerts())
        #expect(
            result.findings.first
                == "episode \(episodes[0]): version 3 calls for raising deteriorating (rci.worse); recorded is nothing more")
    }

    @Test func `An alert that is missing in an episode closed at once is named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage(
            """
            delete from ledger.event where category = 2 and stream_id = '\(episodes[1])';
            delete from alerting.alert where episode_id = '\(episodes[1])'
            """)
        #expect(try bench.examine(try bench.alerts()).differences > 0)
    }

    @Test func `Considerations by a policy of other kinds are said to be so`() throws {
        let (bench, _) = try DoctorBench.settled()
        try bench.damage("update alerting.consideration set raised_kinds = raised_kinds | (1 << 6)")
        let result = try bench.examine(try bench.alerts())
        #expect(result.undecidable > 0)
        #expect(result.findings.contains { $0.contains("by a policy that raises other kinds than attune-3") })
    }

    @Test func `An alert that the rules do not call for is named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let cause = DerivedIdentity.trajectory(
            following: try bench.event(episodes[2], version: 3),
            on: try #require(bench.catalogue.basis(for: DoctorBench.ors, role: .`self`, ageBand: .adult, site: DoctorBench.north)))
        let raising = AlertRaising(
            cause: cause, rule: .reliablyWorse, rating: RatingID(rawValue: UUID()),
            course: CourseKey(participant: bench.client.id, instrument: DoctorBench.ors),
            provenance: Provenance(normSet: nil, model: nil), clinician: "c-01", dueAt: .init(microseconds: 0))
        let alert = DerivedIdentity.alert(raisedBy: cause, .deteriorating)
        let step = AlertStep.raised(raising)
        let event = NewEvent(
            id: DerivedIdentity.event(step, of: alert, following: cause), stream: episodes[2], site: DoctorBench.north,
            type: EventType.alertRaised.rawValue, traceparent: nil,
            payload: try AlertEventCodec.encode(AlertEvent(alert: alert, kind: .deteriorating, step: step)))
        _ = try bench.admin.transaction { try Ledger.append([event], to: .alert, on: $0) }
        let findings = try bench.examine(try bench.alerts()).findings
        #expect(findings.contains { $0.contains("no event calls for what is recorded: attune.alert.raised.v1 deteriorating") })
        #expect(findings.contains { $0.hasSuffix("alert \(alert) was raised, and is not stored") })
    }

    @Test func `What alerting has not taken in is pending, and a difference after a drain`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.rate(episodes[2], 100, session: 5)
        try bench.score()
        let behind = try bench.examine(try bench.alerts(), isSettled: false)
        #expect((behind.pending, behind.differences) == (1, 0))
        #expect(try bench.examine(try bench.alerts()).differences == 1)
        try bench.alert()
        #expect(try bench.examine(try bench.alerts()).findings == [])
    }

    @Test func `An alert that did not go with its episode is pending, and a difference after a drain`() throws {
        let (bench, _) = try DoctorBench.settled()
        let moved = try bench.open()
        try bench.rate(moved, 180, session: 1)
        try bench.rate(moved, 110, session: 2)
        try bench.settle()
        try bench.transfer(moved, to: "c-09")
        let behind = try bench.examine(try bench.alerts(), isSettled: false)
        #expect((behind.pending, behind.differences) == (1, 0))
        try bench.settle()
        #expect(try bench.examine(try bench.alerts()).findings == [])
        try bench.damage(
            """
            update alerting.alert set clinician = 'c-01', assignments = 0 where episode_id = '\(moved)';
            delete from ledger.event where type = 'attune.alert.assigned.v1' and stream_id = '\(moved)'
            """)
        let lost = try bench.examine(try bench.alerts()).findings
        #expect(lost.count == 1 && lost[0].hasSuffix("and was not given to the new clinician"), "\(lost)")
    }

    @Test func `An alert that was given away with no transfer is named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage("delete from ledger.event where type = 'attune.episode.transferred.v1'")
        let findings = try bench.examine(try bench.alerts()).findings
        let words = "episode \(episodes[1]): attune.alert.assigned.v1"
        #expect(findings.contains { $0.hasPrefix(words) && $0.hasSuffix("follows from no transfer of the episode to c-09") })
    }

    @Test func `Answers that a clinician noted are looked up, and those that are missing are named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        func alert(_ kind: AlertKind, of episode: EpisodeID) throws -> AlertID {
            try bench.admin.run(
                "select alert_id from alerting.alert where episode_id = $1 and kind = $2",
                [.id(episode), .int16(kind.number)]
            ).only().id(0)
        }
        let (safe, worse) = (try alert(.safety, of: episodes[0]), try alert(.deteriorating, of: episodes[0]))
        let lost = AlertID(rawValue: UUID())
        let files = try TestFolder()
        let file = try files.write(
            """
            {"kind": "resolution", "id": "\(safe)"}
            {"kind": "acknowledgement", "id": "\(safe)"}
            {"kind": "acknowledgement", "id": "\(worse)"}
            {"kind": "resolution", "id": "\(worse)"}
            {"kind": "acknowledgement", "id": "\(lost)"}
            """, to: "accepted.ndjson")
        #expect(
            try bench.examine(AcceptedCheck(site: nil, file: file)).findings == [
                "resolution \(worse) was accepted, and the ledger does not have it",
                "acknowledgement \(lost) was accepted, and there is no such alert",
            ])
    }

    @Test func `A closing that alerting has not taken in is pending, and a difference after a drain`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.rate(episodes[2], 100, session: 5)
        try bench.settle()
        try bench.close(episodes[2])
        let behind = try bench.examine(try bench.alerts(), isSettled: false)
        #expect((behind.pending, behind.differences) == (1, 0))
        #expect(
            try bench.examine(try bench.alerts()).findings
                == ["episode \(episodes[2]): alerting has not taken in that the episode was closed"])
        try bench.settle()
        #expect(try bench.examine(try bench.alerts()).findings == [])
    }
}
