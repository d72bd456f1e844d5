import Contracts
import Domain
import FHIR
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import AlertBook
@testable import attune_alerting

/// Alerts and notifications as an EHR fetches them, over a real socket and in the service's own role.
@Suite struct FHIRRoutesTests {
    private let fixture: AlertingFixture
    private let admin: Connection
    /// Of north: its client has a deteriorating and a safety alert.
    private let treatment: Treatment

    init() throws {
        fixture = try AlertingFixture()
        admin = try fixture.database.connect()
        treatment = try fixture.open()
        try fixture.handle([
            treatment.rate(240, session: 1), treatment.rate(120, session: 2), treatment.screen(danger: 2, session: 2),
        ])
    }

    private func notify(
        _ alert: Alert, to recipient: String, by channel: String = "email", status: String = "delivered",
        heldFor: String? = nil
    ) throws {
        try admin.run(
            """
            insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
                escalation_level, due_at, recipient, channel, status, next_attempt_at, created_at, finished_at, held_for)
            values (gen_random_uuid(), $1, $2, $3, $4, $5, 1, 0, now(), $6, $7, $8, now(), now(), now(), $9)
            """,
            [
                .id(alert.id), .id(alert.episode), .text(alert.site.text), .id(alert.cause), .int16(alert.kind.number),
                .text(recipient), .text(channel), .text(status), .optional(heldFor),
            ])
    }

    private func get(
        _ path: String, on server: AlertServer, roles: Set<Role> = [.integration], sites: SiteAccess = .some([north]),
        withToken: Bool = true
    ) async throws -> AlertServer.Answer {
        try await server.send(.get, path, roles: roles, sites: sites, withToken: withToken, below: "/fhir/R4")
    }

    @Test func `An alert is a flag and a task, and changes with its answers`() async throws {
        let alerts = try fixture.alerts(of: treatment)
        let danger = try #require(alerts.first { $0.kind == .safety })
        try await AlertServer.run(fixture) { server in
            let flags = try await get("/Flag?patient=\(treatment.client)&status=active", on: server)
            #expect(flags.status == 200)
            #expect(Set(flags.resources.compactMap { $0.text("id") }) == Set(alerts.map { "\($0.id)" }))
            let flag = try #require(flags.resources.first { $0.text("id") == "\(danger.id)" })
            #expect(flag.text("code", "coding", "code") == "safety")
            #expect(flag.text("subject", "identifier", "value") == "\(treatment.client)")
            #expect(flag.text("extension", "valueCode") == "safety.item.9")
            let worse = try #require(flags.resources.first { $0.text("id") != "\(danger.id)" })
            #expect(worse.text("extension", "valueCode") != nil)

            let task = try #require(try await get("/Task/\(danger.id)", on: server).document)
            #expect(task.text("status") == "requested" && task.text("priority") == "stat")
            #expect(task.text("focus", "reference") == "Flag/\(danger.id)")
            #expect(task.text("owner", "identifier", "value") == "c-01")
            #expect(task.text("restriction", "period", "end") == "\(danger.dueAt)")

            _ = try await server.acknowledge(danger.id)
            _ = try await server.resolve(danger.id, "discussed_with_client")
            let done = try #require(try await get("/Task?status=completed", on: server).resources.first)
            #expect(done.text("businessStatus", "coding", "code") == "resolved")
            #expect(done.text("statusReason", "coding", "code") == "discussed_with_client")
            #expect(try await get("/Flag?status=inactive", on: server).resources.map { $0.text("id") } == ["\(danger.id)"])
            let before = try #require(flag.text("meta", "lastUpdated"))
            let after = try #require(done.text("meta", "lastUpdated"))
            #expect(after > before)
            let newer = try await get("/Flag?_lastUpdated=gt\(before)", on: server).resources.map { $0.text("id") }
            #expect(newer == ["\(danger.id)"])
        }
    }

    @Test func `A notification is a communication without content`() async throws {
        let alert = try #require(try fixture.alerts(of: treatment).first)
        try notify(alert, to: "person:s-01")
        try notify(alert, to: "desk", status: "failed")
        try await AlertServer.run(fixture) { server in
            let all = try await get("/Communication?patient=Patient/\(treatment.client)", on: server).resources
            #expect(Set(all.map { $0.text("status") }) == ["completed", "stopped"])
            let sent = try #require(all.first { $0.text("status") == "completed" })
            #expect(sent.text("recipient", "identifier", "value") == "s-01")
            #expect(sent.text("recipient", "type") == "Practitioner")
            #expect(sent.text("about", "reference") == "Flag/\(alert.id)")
            #expect(sent.text("sent") != nil && sent["payload"] == nil)
            let one = try await get("/Communication/\(sent.text("id") ?? "")", on: server)
            #expect(one.document == sent)
            #expect(try await get("/Communication?status=stopped", on: server).resources.count == 1)
            #expect(try await get("/Communication?date=lt2020", on: server).resources.isEmpty)
        }
    }

    @Test func `A notification that waits is on hold, and one in an inbox is written online`() async throws {
        let alert = try #require(try fixture.alerts(of: treatment).first)
        try notify(alert, to: "desk", status: "pending", heldFor: "quiet")
        try notify(alert, to: "anna", by: "inbox")
        try await AlertServer.run(fixture) { server in
            let held = try await get("/Communication?status=on-hold", on: server).resources
            #expect(held.map { $0.text("recipient", "identifier", "value") } == ["desk"])
            #expect(held.first?.text("statusReason", "coding", "code") == "held")
            #expect(try await get("/Communication?status=preparation", on: server).resources.isEmpty)
            let kept = try #require(try await get("/Communication?status=completed", on: server).resources.first)
            #expect(kept.text("medium", "coding", "code") == "ONLINEWRIT")
        }
    }

    @Test func `A task belongs to whoever answers for the alert, and every state of an alert is a state of a task`()
        async throws
    {
        #expect(FHIRAlertState.allCases.map(\.rawValue) == AlertLife.Status.allCases.map(\.rawValue))
        let alert = try #require(try fixture.alerts(of: treatment).first)
        try await AlertServer.run(fixture) { server in
            let given = try await server.send(.post, "/\(alert.id)/assignment", body: #"{"clinician": "c-07"}"#)
            #expect(given.status == 200)
            let task = try #require(try await get("/Task/\(alert.id)", on: server).document)
            #expect(task.text("owner", "identifier", "value") == "c-07")
        }
    }

    @Test func `Pages follow each other, and hold everything once`() async throws {
        for _ in 0..<4 {
            let other = try fixture.open()
            try fixture.handle([other.rate(240, session: 1), other.rate(120, session: 2)])
        }
        let expected = try admin.run("select alert_id::text from alerting.alert order by changed_at, alert_id")
            .map { try $0.text(0) }
        try await AlertServer.run(fixture) { server in
            for sites in [SiteAccess.some([north]), .all] {
                var next: String? = "/Task?_count=2&date=ge2020"
                var seen: [String] = []
                var pages = 0
                while let path = next, pages < 20 {
                    let page = try await get(path, on: server, sites: sites)
                    seen += page.resources.compactMap { $0.text("id") }
                    next = page.link("next").map { String($0.dropFirst("https://attune.example/fhir/R4".count)) }
                    pages += 1
                }
                #expect(seen == expected && pages == (expected.count + 1) / 2)
            }
        }
    }

    @Test func `Another site's token finds nothing, and nobody gets in without a role`() async throws {
        let alert = try #require(try fixture.alerts(of: treatment).first)
        try notify(alert, to: "desk")
        let delivery = try admin.run("select delivery_id::text from notification.delivery").only().text(0)
        let south = SiteAccess.some([SiteID("south")!])
        try await AlertServer.run(fixture) { server in
            for type in ["Flag", "Task", "Communication"] {
                for query in ["", "?patient=\(treatment.client)"] {
                    let found = try await get("/\(type)\(query)", on: server, sites: south)
                    #expect(found.status == 200 && found.resources.isEmpty)
                    #expect(try await !get("/\(type)\(query)", on: server).resources.isEmpty)
                }
                let id = type == "Communication" ? delivery : "\(alert.id)"
                let hidden = try await get("/\(type)/\(id)", on: server, sites: south)
                #expect(hidden.status == 404 && hidden.document?.text("resourceType") == "OperationOutcome")
                #expect(hidden.document?.text("issue", "code") == "not-found")
                #expect(try await get("/\(type)/\(id)", on: server).status == 200)
            }
            let stranger = try await get("/Flag", on: server, withToken: false)
            #expect(stranger.status == 401 && stranger.document?.text("issue", "code") == "login")
            let client = try await get("/Flag", on: server, roles: [.client])
            #expect(client.status == 403 && client.document?.text("issue", "code") == "forbidden")
        }
    }

    @Test func `What a search cannot understand is refused as an OperationOutcome`() async throws {
        try await AlertServer.run(fixture) { server in
            for query in [
                "patient=nobody", "status=open", "date=yesterday", "_lastUpdated=ne2026", "_count=0", "_cursor=1",
                "clinician=c-01", "_format=xml", "patient=&patient=",
            ] {
                let refused = try await get("/Flag?\(query)", on: server)
                #expect(refused.status == 400, "\(query)")
                #expect(refused.document?.text("resourceType") == "OperationOutcome")
                #expect(refused.document?.text("issue", "code") == "invalid")
            }
        }
    }

    @Test func `Every search finds its rows by index`() throws {
        // Enough of them that the planner has a choice to make.
        try admin.script(
            """
            insert into alerting.alert select a.* from generate_series(1, 5000) n, jsonb_populate_record(
                (select t from alerting.alert t limit 1), jsonb_build_object(
                    'alert_id', gen_random_uuid(), 'episode_id', gen_random_uuid(), 'participant_id', gen_random_uuid(),
                    'status', case n % 2 when 0 then 'raised' else 'resolved' end,
                    'closed_at', case n % 2 when 0 then null else now() end)) a;
            insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
                escalation_level, due_at, recipient, channel, status, next_attempt_at, created_at)
            select gen_random_uuid(), alert_id, episode_id, site, cause_event_id, 1, 1, 0, now(), 'desk', 'email', 'pending',
                now(), now()
            from alerting.alert;
            analyze alerting.alert; analyze notification.delivery;
            set enable_seqscan = off; set jit = off; set plan_cache_mode = force_generic_plan
            """)
        let texts = [
            FHIRSearchText(
                view: "published.fhir_alert", key: "alert_id", made: "raised_at", columns: FHIRAlert.columns, condition: ""),
            FHIRSearchText(
                view: "published.fhir_alert", key: "alert_id", made: "raised_at", columns: FHIRAlert.columns,
                condition: " and r.closed_at is null"),
            FHIRSearchText(
                view: "published.fhir_notification", key: "delivery_id", made: "created_at",
                columns: FHIRNotification.columns, condition: ""),
        ]
        for (text, index) in zip(texts, ["alert_changed", "alert_changed_open", "delivery_changed"]) {
            for isByPatient in [false, true] {
                let sql = text.sql(byPatient: isByPatient)
                let search = FHIRSearch(
                    sites: [north], patients: isByPatient ? [treatment.client] : nil, statuses: ["raised"],
                    cursor: .init(changedAt: Timestamp(microseconds: 0), id: UUID()), count: 50)
                let plan = try admin.run(Statement("explain \(sql)"), search.parameters).map { try $0.text(0) }
                    .joined(separator: "\n")
                #expect(!plan.contains("Seq Scan"), "\(plan)")
                #expect(plan.contains(isByPatient ? "alert_participant" : "\(index) "), "\(plan)")
            }
        }
    }
}

extension AlertServer.Answer {
    /// Of a searchset.
    var resources: [JSON] {
        guard case .array(let entries)? = document?["entry"] else { return [] }
        return entries.compactMap { $0["resource"] }
    }

    func link(_ relation: String) -> String? {
        guard case .array(let links)? = document?["link"] else { return nil }
        return links.first { $0.text("relation") == relation }?.text("url")
    }
}

extension JSON {
    /// Text at a path; of an array the first element that has it.
    func text(_ path: String...) -> String? { text(path[...]) }

    private func text(_ path: ArraySlice<String>) -> String? {
        switch self {
        case .string(let text): return path.isEmpty ? text : nil
        case .array(let elements): return elements.lazy.compactMap { $0.text(path) }.first
        default: return path.first.flatMap { self[$0]?.text(path.dropFirst()) }
        }
    }
}
