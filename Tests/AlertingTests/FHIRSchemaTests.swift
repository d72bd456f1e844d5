import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import AlertBook
@testable import attune_alerting

/// Everything that is served, validated by an implementation of FHIR R4 (4.0.1) that is not ours.
@Suite struct FHIRSchemaTests {
    @Test(.enabled(if: FHIRValidator.isAvailable, "fhir.resources 6.1.0 cannot be installed from PyPI here"))
    func `Every resource is valid FHIR R4`() async throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([
            treatment.rate(240, session: 1), treatment.rate(120, session: 2), treatment.screen(danger: 2, session: 2),
        ])
        let alerts = try fixture.alerts(of: treatment)
        try fixture.database.connect().script(
            """
            insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
                escalation_level, due_at, recipient, channel, status, next_attempt_at, created_at, finished_at, held_for)
            select gen_random_uuid(), alert_id, episode_id, site, cause_event_id, kind, 1, 0, now(), r, c, s, now(), now(),
                   case when s in ('delivered', 'failed', 'withdrawn') then now() end, case when h then 'quiet' end
            from alerting.alert, unnest(array['person:c-01', 'desk']) r, unnest(array['email', 'webhook', 'inbox']) c,
                 unnest(array['pending', 'sending', 'delivered', 'failed', 'withdrawn', 'withheld']) s, unnest(array[true, false]) h
            """)
        var documents: [JSON] = []
        try await AlertServer.run(fixture) { server in
            func get(_ path: String) async throws -> JSON {
                try #require(try await server.send(.get, path, below: "/fhir/R4").document)
            }
            let searches = ["/Flag?_count=1", "/Task", "/Communication", "/Flag?status=open", "/Flag?date=lt2020"]
            for path in ["/metadata"] + searches { documents.append(try await get(path)) }
            for step in [false, true] {
                for alert in alerts {
                    _ = try await step ? server.resolve(alert.id, "referred") : server.acknowledge(alert.id)
                    documents += [try await get("/Flag/\(alert.id)"), try await get("/Task/\(alert.id)")]
                }
            }
        }
        let verdict = try FHIRValidator.judge(documents)
        #expect(verdict.status == 0, "\(verdict.output)")
        let broken: JSON = ["resourceType": "Flag", "status": "active", "subject": ["display": "x"], "colour": "red"]
        #expect(try FHIRValidator.judge([broken]).status == 1, "the validator must be able to refuse")
    }
}
