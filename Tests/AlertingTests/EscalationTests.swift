import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import AlertBook
@testable import attune_alerting

@Suite struct EscalationTests {
    private static let batch = 20
    private let escalation = Escalation(policy: { _ in .default }, logger: quiet, batch: batch)

    private struct Step: Equatable {
        let alert: AlertID
        let level: Int
        let wasDueAt: Timestamp
        let dueAt: Timestamp
    }

    private func escalations(_ fixture: AlertingFixture) throws -> [Step] {
        try fixture.ledger().compactMap { event in
            guard case .escalated(let level, let was, let due, _, _) = event.step else { return nil }
            return Step(alert: event.alert, level: level, wasDueAt: was, dueAt: due)
        }
    }

    /// Episodes with one alert each.
    private func endangered(_ count: Int, _ fixture: AlertingFixture) throws -> [Treatment] {
        let treatments = try (0..<count).map { _ in try fixture.open() }
        try fixture.handle(try treatments.map { try $0.screen(danger: 1, session: 1) })
        return treatments
    }

    @Test func `An alert is passed on once for each time nobody answers, one level higher each time`() throws {
        let fixture = try AlertingFixture()
        let treatment = try endangered(1, fixture)[0]
        try escalation.run(on: fixture.connection)
        #expect(try escalations(fixture).isEmpty, "it is not due yet")
        for level in 1...3 {
            try fixture.letTimePass()
            let due = try #require(try fixture.alerts(of: treatment).first?.dueAt)
            try escalation.run(on: fixture.connection)
            try escalation.run(on: fixture.connection)
            let alert = try #require(try fixture.alerts(of: treatment).first)
            #expect(alert.escalationLevel == level)
            #expect(alert.status == .raised)
            let steps = try escalations(fixture)
            #expect(steps.count == level)
            #expect(steps.last == Step(alert: alert.id, level: level, wasDueAt: due, dueAt: alert.dueAt))
            #expect(alert.dueAt > due)
        }
    }

    @Test func `An alert passed on is due again after the time of its kind, a day at the most`() throws {
        let fixture = try AlertingFixture()
        let (safety, alliance) = (try fixture.open(), try fixture.open())
        try fixture.handle([
            try safety.screen(danger: 1, session: 1), try alliance.rate(350, session: 1, on: Treatment.srs),
        ])
        try fixture.letTimePass()
        try fixture.handler.idle(on: fixture.connection)
        // Both in one transaction: what lies between their due times are the times of their kinds.
        let due = try [safety, alliance].map { try #require(try fixture.alerts(of: $0).first?.dueAt) }
        #expect(due[0].advanced(bySeconds: 23 * 3600) == due[1])
    }

    @Test func `What somebody has acknowledged or closed is not passed on`() throws {
        let fixture = try AlertingFixture()
        let treatments = try endangered(3, fixture)
        let caller = Caller(subject: "c-02", sites: .all, roles: [.clinician])
        let ids = try treatments.map { try #require(try fixture.alerts(of: $0).first?.id) }
        try fixture.letTimePass()
        _ = try AlertAnswers.acknowledge(ids[0], by: caller, on: fixture.answering)
        _ = try AlertAnswers.resolve(ids[1], for: "referred", under: { _ in .default }, by: caller, on: fixture.answering)
        try escalation.run(on: fixture.connection)
        #expect(try escalations(fixture).map(\.alert) == [ids[2]])
    }

    @Test func `More alerts than one transaction takes are all passed on`() throws {
        let fixture = try AlertingFixture()
        let treatments = try endangered(2 * Self.batch + 7, fixture)
        try fixture.letTimePass()
        try escalation.run(on: fixture.connection)
        #expect(try escalations(fixture).count == treatments.count)
    }

    @Test func `An alert that another process has in hand is passed over and not waited for`() throws {
        let fixture = try AlertingFixture()
        let treatments = try endangered(2, fixture)
        try fixture.letTimePass()
        let held = try #require(try fixture.alerts(of: treatments[0]).first)
        let other = try fixture.database.connect(role: "attune_alerting")
        try other.transaction { other in
            _ = try AlertStore.locked(held.id, on: other)
            try escalation.run(on: fixture.connection)
        }
        #expect(try escalations(fixture).map(\.alert) == [try #require(try fixture.alerts(of: treatments[1]).first?.id)])
        try escalation.run(on: other)
        #expect(Set(try escalations(fixture).map(\.alert)).count == 2)
    }

    @Test func `Two processes at once pass each alert on once`() async throws {
        let fixture = try AlertingFixture()
        let treatments = try endangered(9 * Self.batch, fixture)
        try fixture.letTimePass()
        var limitless = fixture.database.settings(role: "attune_alerting")
        limitless.lockTimeout = .zero
        let settings = limitless
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<4 {
                tasks.addTask {
                    try await onOwnThread {
                        let connection = try Connection(settings)
                        let escalation = Escalation(policy: { _ in .default }, logger: quiet, batch: Self.batch)
                        while try escalation.run(on: connection) > 0 {}
                    }
                }
            }
            try await tasks.waitForAll()
        }
        // Rows that one of them had in hand were passed over by the others: the next look takes what is left.
        try escalation.run(on: fixture.connection)
        let steps = try escalations(fixture)
        #expect(steps.count == treatments.count)
        #expect(Set(steps.map(\.alert)).count == treatments.count)
        #expect(steps.allSatisfy { $0.level == 1 })
    }
}
