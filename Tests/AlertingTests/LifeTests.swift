import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import AlertBook
@testable import attune_alerting

/// What becomes of an alert between its raising and its end, over HTTP.
@Suite struct LifeTests {
    /// An episode that has got reliably worse, with its alert.
    private func worse(_ fixture: AlertingFixture) throws -> (Treatment, Alert) {
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1), try treatment.rate(120, session: 2)])
        return (treatment, try #require(try fixture.alerts(of: treatment).first))
    }

    private static let policy = AlertPolicy(
        version: "t", safetyDueSeconds: 3600, deterioratingDueSeconds: 7200, notOnTrackDueSeconds: 7200,
        allianceDueSeconds: 7200, escalationSeconds: 3600,
        handling: AlertHandling(
            urgencies: [.deteriorating: .now],
            reasons: [
                AlertReason(id: AlertReasonID("talked")!, title: "Talked about", outcome: .discussedWithClient),
                AlertReason(id: AlertReasonID("new-plan")!, title: "Another plan", outcome: .planChanged),
            ], reviewedKinds: [.deteriorating]))

    @Test func `Opening is recorded once, leads into the support tool, and is no answer`() async throws {
        let fixture = try AlertingFixture(policy: Self.policy)
        let (treatment, alert) = try worse(fixture)
        #expect(alert.urgency == .now)
        try await AlertServer.run(fixture) { (server) async throws in
            let first = try await server.send(.post, "/\(alert.id)/opening")
            #expect(first["status"] == "opened")
            #expect(first["openedBy"] == "c-02")
            #expect(first["review"]?["nextQuestion"]?["id"] == "alliance.bond")
            let second = try await server.send(.post, "/\(alert.id)/opening", as: "c-03")
            #expect((second.status, second["openedBy"]) == (200, "c-02"))
        }
        #expect(try fixture.steps() == [.alertRaised, .alertOpened])
        try fixture.letTimePass()
        try fixture.handler.idle(on: fixture.connection)
        #expect(try fixture.alerts(of: treatment).map(\.audience) == [.supervisor])
    }

    @Test func `An alert shows when somebody was first to be told, and when a message first arrived`() async throws {
        let fixture = try AlertingFixture()
        let (_, alert) = try worse(fixture)
        let admin = try fixture.database.connect()
        func shown() async throws -> [JSON?] {
            var found: [JSON?] = []
            try await AlertServer.run(fixture) { (server) async throws in
                let answer = try await server.send(.get, "/\(alert.id)")
                found = [answer["notifiedAt"], answer["deliveredAt"]]
            }
            return found
        }
        func keep(_ status: String, _ minute: Int, finishedAfter: Int? = nil, bounced: Bool = false) throws {
            try admin.run(
                """
                insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
                    escalation_level, due_at, recipient, channel, status, next_attempt_at, created_at, finished_at, bounced_at)
                select gen_random_uuid(), alert_id, episode_id, site, cause_event_id, kind, 1, 0, now(), 'desk', 'email', $2,
                       now(), '2026-03-02T09:00:00Z'::timestamptz + $3 * interval '1 minute',
                       '2026-03-02T09:00:00Z'::timestamptz + $4 * interval '1 minute', case when $5 then now() end
                from alerting.alert where alert_id = $1
                """,
                [
                    .id(alert.id), .text(status), .int32(Int32(minute)), .optional(finishedAfter.map { Int32($0) }),
                    .bool(bounced),
                ])
        }
        #expect(try await shown() == [.null, .null])
        try keep("withheld", 1, finishedAfter: 1)
        #expect(try await shown() == [.null, .null])
        try keep("failed", 3, finishedAfter: 4)
        try keep("delivered", 4, finishedAfter: 5, bounced: true)
        #expect(try await shown() == ["2026-03-02T09:03:00.000000Z", .null])
        try keep("delivered", 6, finishedAfter: 9)
        try keep("delivered", 5, finishedAfter: 10)
        #expect(try await shown() == ["2026-03-02T09:03:00.000000Z", "2026-03-02T09:09:00.000000Z"])
    }

    @Test func `An alert is closed as handled only after its review and for one of the site's reasons`() async throws {
        let fixture = try AlertingFixture(policy: Self.policy)
        let (_, alert) = try worse(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            func enter(_ body: String) async throws -> AlertServer.Answer {
                try await server.send(.post, "/\(alert.id)/review", body: body)
            }
            let early = try await server.resolve(alert.id, "talked")
            #expect((early.status, early["type"]) == (409, "urn:attune:problem:review-required"))
            let begun = try await enter(#"{"answer": {"question": "alliance.bond", "answer": "no"}}"#)
            #expect(begun.status == 200)
            #expect(begun["review"]?["needAttention"] == ["alliance"])
            #expect(begun["review"]?["nextQuestion"]?["id"] == "motivation.wish")
            let skipped = try await enter(#"{"answer": {"question": "care.more", "answer": "no"}}"#)
            #expect((skipped.status, skipped["type"]) == (409, "urn:attune:problem:review-refused"))
            #expect(try await enter(#"{"completed": true}"#).status == 409)
            #expect(try await enter(#"{"action": "alliance.talk"}"#).status == 200)
            #expect(try await enter(#"{"discussedOn": "2199-01-01"}"#).status == 422)
            #expect(try await enter(#"{"discussedOn": "2026-03-09"}"#).status == 200)
            #expect(try await server.resolve(alert.id, "talked").status == 409)
            let done = try await enter(#"{"completed": true}"#)
            #expect(done["review"]?["completedAt"] != .null)
            #expect(done["review"]?["discussedOn"] == "2026-03-09")
            #expect(try await server.send(.get, "/\(alert.id)/review").document == done.document)
            let unknown = try await server.resolve(alert.id, "plan_changed")
            #expect(unknown.status == 422)
            let resolved = try await server.resolve(alert.id, "new-plan")
            #expect((resolved.status, resolved["closedAs"], resolved["closedFor"]) == (200, "plan_changed", "new-plan"))
            #expect(resolved["acknowledgedBy"] == "c-02")
            #expect(try await server.resolve(alert.id, "new-plan").status == 200)
            #expect(try await enter(#"{"action": "alliance.goals"}"#).status == 409)
        }
        let reviewed = Array(repeating: EventType.alertReviewEntered, count: 5)
        #expect(try fixture.steps() == [.alertRaised] + reviewed + [.alertResolved])
    }

    @Test(arguments: [
        #"{}"#, #"{"completed": false}"#, #"{"action": "alliance.talk", "completed": true}"#, #"{"action": ""}"#,
        #"{"answer": {"question": "alliance.bond"}}"#, #"{"answer": {"question": "alliance.bond", "answer": "perhaps"}}"#,
        #"{"note": "he said"}"#, #"{"discussedOn": "yesterday"}"#,
    ])
    func `An entry that is none is refused with its field and changes nothing`(body: String) async throws {
        let fixture = try AlertingFixture()
        let (_, alert) = try worse(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            let answer = try await server.send(.post, "/\(alert.id)/review", body: body)
            #expect(answer.status == 422)
            let untouched = try await server.send(.get, "/\(alert.id)/review")
            #expect((untouched["entries"], untouched["review"]?["startedBy"]) == (0, nil))
        }
        #expect(try fixture.steps() == [.alertRaised])
    }

    @Test func `An alert goes to another clinician, one by one or all of a clinician, and its due time stands`() async throws {
        let fixture = try AlertingFixture()
        let ids = try (0..<3).map { _ in try worse(fixture).1 }
        try await AlertServer.run(fixture) { (server) async throws in
            let given = try await server.send(.post, "/\(ids[0].id)/assignment", body: #"{"clinician": "c-07"}"#)
            #expect((given.status, given["clinician"]) == (200, "c-07"))
            #expect(given["dueAt"] == .text(ids[0].dueAt))
            #expect(try await server.send(.get, "?clinician=c-07").listed == [ids[0].id.description])
            let all = #"{"site": "north", "from": "c-01", "to": "c-08"}"#
            func bulk(_ body: String, _ role: Role, _ sites: SiteAccess = .some([north])) async throws -> AlertServer.Answer {
                try await server.send(.post, "/assignments", body: body, as: "s-01", roles: [role], sites: sites)
            }
            #expect(try await bulk(all, .clinician).status == 403)
            #expect(try await bulk(all, .supervisor, .some([SiteID("south")!])).status == 403)
            #expect(try await bulk(#"{"site": "north", "from": "c-08", "to": "c-08"}"#, .supervisor).status == 422)
            let moved = try await bulk(all, .supervisor)
            #expect((moved.status, moved["assigned"]) == (200, 2))
            #expect(try await bulk(all, .supervisor)["assigned"] == 0)
            #expect(try await server.send(.get, "?clinician=c-08").listed.count == 2)
        }
        #expect(try fixture.steps().filter { $0 == .alertAssigned }.count == 3)
    }

    @Test func `A supervisor takes back what should never have been raised`() async throws {
        let fixture = try AlertingFixture()
        let (treatment, alert) = try worse(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            func withdraw(_ role: Role, _ reason: String) async throws -> AlertServer.Answer {
                try await server.send(.post, "/\(alert.id)/withdrawal", body: #"{"reason": "\#(reason)"}"#, roles: [role])
            }
            #expect(try await withdraw(.clinician, "wrong_client").status == 403)
            #expect(try await withdraw(.supervisor, "because").status == 422)
            #expect(try await withdraw(.supervisor, "wrong_client")["status"] == "withdrawn")
            #expect(try await withdraw(.supervisor, "wrong_client").status == 200)
            #expect(try await withdraw(.supervisor, "entered_as_test").status == 409)
            #expect(try await server.resolve(alert.id, "referred").status == 409)
            #expect(try await server.acknowledge(alert.id).status == 409)
        }
        #expect(try fixture.steps() == [.alertRaised, .alertWithdrawn])
        #expect(try fixture.kinds(of: treatment, .withdrawn) == [.deteriorating])
    }

    @Test func `An answer to an alert that another has replaced names that one`() async throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        // A stretch without progress first, then worse: the graver alert takes the place of the milder one.
        try fixture.handle(try (1...8).map { try treatment.rate(200 + $0, session: $0) })
        let milder = try #require(try fixture.alerts(of: treatment).first)
        try fixture.handle([try treatment.rate(100, session: 9)])
        let graver = try #require(try fixture.alerts(of: treatment).first { $0.status.isOpen })
        #expect(milder.kind != graver.kind)
        try await AlertServer.run(fixture) { (server) async throws in
            for answer in [try await server.acknowledge(milder.id), try await server.send(.post, "/\(milder.id)/opening")] {
                #expect(answer.status == 409)
                #expect(answer["type"] == "urn:attune:problem:alert-superseded")
                #expect(answer["currentAlertId"] == .text(graver.id))
            }
        }
    }

    @Test func `What is overdue is listed longest first, though it was passed on`() async throws {
        let fixture = try AlertingFixture()
        let alerts = try (0..<3).map { _ in try worse(fixture).1 }
        let admin = try fixture.database.connect()
        for (hours, alert) in zip([1, 3], alerts) {
            try admin.run(
                "update alerting.alert set first_due_at = now() - $2 * interval '1 hour', due_at = now() where alert_id = $1",
                [.id(alert.id), .int32(Int32(hours))])
        }
        try fixture.handler.idle(on: fixture.connection)
        try await AlertServer.run(fixture) { (server) async throws in
            #expect(try await server.send(.get, "?overdue=true").listed == [alerts[1], alerts[0]].map(\.id.description))
            #expect(try await server.send(.get, "?overdue=true&limit=1").listed == [alerts[1].id.description])
            #expect(try await server.acknowledge(alerts[1].id).status == 200)
            #expect(try await server.send(.get, "?overdue=true").listed == [alerts[0].id.description])
            #expect(try await server.send(.get, "?overdue=no").status == 400)
        }
    }

    @Test func `A ladder is gone up once, and what is left is overdue and not told again`() throws {
        let fixture = try AlertingFixture()
        let (treatment, _) = try worse(fixture)
        for _ in 0..<4 {
            try fixture.letTimePass()
            try fixture.handler.idle(on: fixture.connection)
        }
        let told = try fixture.ledger().compactMap { event -> AlertAudience? in
            guard case .escalated(_, _, _, let audience, _) = event.step else { return nil }
            return audience
        }
        #expect(told == [.supervisor, .dutyDesk])
        #expect(try fixture.alerts(of: treatment).map(\.isLadderEnded) == [true])
    }

    @Test func `With its episode an alert goes to another clinician, once for each transfer`() throws {
        let fixture = try AlertingFixture()
        let (treatment, alert) = try worse(fixture)
        let transfer = try treatment.transfer(to: "c-09")
        try fixture.handle([transfer])
        #expect(try fixture.alerts(of: treatment).map(\.clinician) == ["c-09"])
        let caller = Caller(subject: "s-01", sites: .all, roles: [.supervisor])
        _ = try AlertAnswers.assign(alert.id, to: "c-10", by: caller, on: fixture.answering)
        // As after a change of Kafka clusters: what people decided since stands.
        try fixture.handle([transfer])
        #expect(try fixture.alerts(of: treatment).map(\.clinician) == ["c-10"])
        #expect(try fixture.steps() == [.alertRaised, .alertAssigned, .alertAssigned])
        try fixture.handle([try treatment.transfer(to: "c-11"), try treatment.rate(90, session: 3)])
        #expect(try fixture.alerts(of: treatment).map(\.clinician) == ["c-11"])
    }
}
