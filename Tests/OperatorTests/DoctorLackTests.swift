import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune

/// Alerts that the daily round raised follow from no trajectory: the doctor asks the same rule as of their day.
@Suite struct DoctorLackTests {
    /// A session without any measure, told of on the third day; and another one, measured in time.
    private func missed() throws -> (DoctorBench, [EpisodeID]) {
        let bench = try DoctorBench()
        let episodes = try (0..<2).map { _ in try bench.open() }
        for episode in episodes { try bench.hold(episode, session: 1) }
        try bench.rate(episodes[1], 300, session: 1)
        try bench.rate(episodes[1], 390, session: 1, on: DoctorBench.srs)
        try bench.settle()
        try bench.round(2)
        return (bench, episodes)
    }

    @Test func `What the round raised and what fell away is explained, and rebuilt to the same rows`() throws {
        let (bench, episodes) = try missed()
        let raised = try bench.admin.run("select episode_id from alerting.alert").map { try $0.id(0, as: EpisodeID.self) }
        #expect(raised == [episodes[0]])
        #expect(try bench.examine(try bench.alerts()).findings == [])
        try bench.rate(episodes[0], 300, session: 1)
        try bench.settle()
        try bench.round(3)
        #expect(try bench.admin.run("select count(*) from alerting.alert").only().int64(0) == 2)
        #expect(try bench.admin.run("select count(*) from alerting.alert where status = 'superseded'").only().int64(0) == 1)
        let result = try bench.examine(try bench.alerts())
        #expect(result.findings == [])
        #expect(result.undecidable == 0)
        let rows = AlertRows()
        let operators = try bench.database.connect()
        let differences = try operators.transaction { connection in
            let unfolded = try rows.fold(episodes, on: connection)
            #expect(unfolded.isEmpty)
            return try rows.tables.flatMap { try $0.differences(of: episodes, on: connection) }
        }
        #expect(differences.map(\.columns) == [])
    }

    @Test func `What the round raised is explained in words and replayed without a difference`() throws {
        let (bench, episodes) = try missed()
        let operators = try bench.database.connect(role: "attune_operator")
        let alert: AlertID = try bench.admin.run("select alert_id from alerting.alert").only().id(0)
        let text = ChainText(chain: try AlertChain(alert, catalogue: bench.catalogue, on: operators)).lines
        #expect(text.contains { $0.contains("missing.outcome: session") && $0.contains("no outcome measure belongs to it") })
        #expect(text.contains { $0.contains("attune.alert.raised.v1") })
        var record = EpisodeRecord(stream: episodes[0])
        for event in try Ledger.events(stream: episodes[0], category: .episode, on: bench.admin)
            + Ledger.events(stream: episodes[0], category: .alert, on: bench.admin)
        {
            record.add(event)
        }
        let standing = try EpisodeStanding(record, asOf: nil, held: ReplayBases(bench.catalogue), chosen: nil)
        #expect(standing.alerts.map(\.life.raising.subject.rule) == ["missing.outcome"])
        var check = AlertCheck(standing.replay, raisedKinds: AlertPolicy.usuallyRaised, settled: .now)
        var trajectories = standing.replay.trajectories
        check.run(&trajectories)
        #expect(check.findings.isEmpty)
    }

    @Test func `An alert about something that was not missing is named`() throws {
        let (bench, episodes) = try missed()
        let cause = try bench.event(episodes[1], version: 2)
        let session = try #require(
            try Ledger.events(stream: episodes[1], category: .episode, on: bench.admin).compactMap { event -> SessionID? in
                let content = try? EpisodeEventCodec.decode(event.payload, type: .sessionHeld).event
                guard case .sessionHeld(let held) = content else { return nil }
                return held.id
            }.first)
        let subject = AlertSubject.session(
            UnmeasuredSession(
                session: session, purpose: .outcome, participant: bench.client.id,
                asOf: DoctorBench.firstDay.advanced(byDays: 2)))
        let alert = DerivedIdentity.alert(aboutLack: subject.rule, of: cause)
        let step = AlertStep.raised(AlertRaising(cause: cause, subject: subject, clinician: "c-01", dueAt: .now))
        let event = NewEvent(
            id: DerivedIdentity.event(step, of: alert, following: cause), stream: episodes[1], site: DoctorBench.north,
            type: EventType.alertRaised.rawValue, traceparent: nil,
            // Long behind the rating: what was recorded about then may not have been readable.
            payload: try AlertEventCodec.encode(
                AlertEvent(alert: alert, kind: .missedMeasure, step: step, at: Timestamp.now.advanced(bySeconds: 120))))
        _ = try bench.admin.transaction { try Ledger.append([event], to: .alert, on: $0) }
        let findings = try bench.examine(try bench.alerts()).findings
        #expect(findings.contains { $0.contains("nothing of the kind was missing") }, "\(findings)")
    }

    @Test(arguments: [
        ("update alerting.alert set session_id = gen_random_uuid()", "session"),
        ("update ledger.event set event_id = gen_random_uuid() where type = 'attune.session.held.v1'", "not the event of what"),
    ])
    func `Damage to it is named`(damage: String, words: String) throws {
        let (bench, _) = try missed()
        try bench.damage(damage)
        let findings = try bench.examine(try bench.alerts()).findings
        #expect(findings.contains { $0.contains(words) }, "\(findings)")
    }
}
