import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// What operators see of the pipeline.
@Suite struct OperationsPageTests {
    private static func park(_ owner: Connection) throws {
        try owner.script(
            """
            insert into scoring.quarantine (cluster_id, topic, partition, "offset", record_key, headers, state, reason_code, reason)
            values ('k', 'attune.episode-events.v1', 0, 7, '\\x01', '[]', 'failed', 'malformed', 'x'),
                   ('k', 'attune.episode-events.v1', 0, 9, '\\x01', '[]', 'waiting', 'malformed', 'x');
            insert into scoring.consumer_offset (cluster_id, topic, partition, next_offset, epoch, owner)
            values ('k', 'attune.episode-events.v1', 0, 41, 1, 'w'), ('k', 'attune.episode-events.v1', 1, 1, 1, 'w');
            insert into notification.open_circuit values ('ehr', now(), 5);
            insert into alerting.round (site, day) values ('north', current_date)
            """)
    }

    @Test func `What waits, what is set aside and what does not answer is shown, and no client`() async throws {
        let sites = try AuditedSites()
        try Self.park(sites.owner)
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.operator, as: "o-01")
            for path in ["/operations", "/operations/figures"] {
                let page = try await browser.get(path)
                #expect(page.status == 200)
                for text in [
                    "2 events are set aside", "malformed", "attune-scoring", ">42<", "not known here", "ehr",
                    "under way",
                    "not known yet", "Waiting, What happened", "Time between checkpoints",
                ] { #expect(page.text.contains(text), "\(path): \(text)") }
                #expect(
                    !page.text.contains(sites.north.id.description)
                        && !page.text.contains(CodeName.text(of: sites.north.id)))
            }
            // The eight events of the two episodes wait: no relay runs.
            #expect(
                try await browser.get("/operations").text.contains(
                    "<code>episode</code></th><td class=\"number\">8</td>"))
            #expect(try sites.accesses().isEmpty)
            for role in [Role.auditor, .clinician, .siteAdmin] {
                let other = try await server.browser(role, as: "x-01")
                #expect(try await other.get("/operations").status == 403)
                #expect(try await other.get("/operations/figures").status == 403)
            }
        }
    }

    @Test func `Rates follow from what was written and published between two looks`() throws {
        let sites = try AuditedSites()
        let connection = try sites.database.connect(role: "attune_portal")
        let first = try OperationsSample(after: nil, on: connection)
        #expect(OperationsFigures(samples: [first]).lanes.allSatisfy { $0.perMinute == nil })
        let look = AccessEvent(accessedBy: "c-01", reason: "", body: .viewed(.graph, as: "clinician", participant: nil))
        for _ in 0..<4 { try sites.append(look, to: sites.north) }
        let second = try OperationsSample(after: first, on: connection)
        let standing = OperationsFigures(samples: [first, second]).lanes.first { $0.lane == .access }
        #expect(standing?.waiting == 4 && standing?.secondsToDrain == nil, "nothing is published")
        #expect((standing?.perMinute ?? 0) > 0)
        let positions = try sites.events(.access).map(\.position)
        try sites.owner.run(
            "update ledger.lane set cursor = $1 where category = 4", [.int64(positions[2])])
        let third = try OperationsSample(after: second, on: connection)
        let moving = OperationsFigures(samples: [first, second, third])
        #expect(moving.lanes.first { $0.lane == .access }?.waiting == 1)
        #expect((moving.lanes.first { $0.lane == .access }?.secondsToDrain ?? 0) > 0)
        #expect(moving.waiting(in: .access).map(\.value) == [0, 4, 1])
        #expect(second.lanes.first { $0.lane == .access }?.appended == 4)
        #expect(third.lanes.first { $0.lane == .access }?.appended == 0)
        #expect(moving.lanes.first { $0.lane == .episodeBackfill }?.secondsToDrain == 0)
    }

    @Test func `What waits for a consumer takes as long as what went before it`() throws {
        let sites = try AuditedSites()
        let topic = "attune.episode-events.v1"
        func move(to offset: Int64) throws {
            try sites.owner.run(
                """
                insert into scoring.consumer_offset (cluster_id, topic, partition, next_offset, epoch, owner)
                values ('cluster', $1, 0, $2, 1, 'test')
                on conflict (cluster_id, topic, partition) do update set next_offset = excluded.next_offset, updated_at = now()
                """, [.text(topic), .int64(offset)])
        }
        let connection = try sites.database.connect(role: "attune_portal")
        let partition = TopicPartition(topic: topic, partition: 0)
        try move(to: 10)
        let unknown = try OperationsSample(after: nil, on: connection)
        #expect(unknown.partitions == [partition])
        #expect(OperationsFigures(samples: [unknown]).groups.map(\.waiting) == [nil])
        let first = unknown.with(ends: [partition: 100])
        #expect(OperationsFigures(samples: [first]).groups.map(\.waiting) == [90])
        let standing = try OperationsSample(after: first, on: connection).with(ends: [partition: 100])
        #expect(OperationsFigures(samples: [first, standing]).groups.map(\.secondsToDrain) == [nil], "nothing moves")
        try move(to: 55)
        let second = try OperationsSample(after: standing, on: connection).with(ends: [partition: 100])
        let moving = OperationsFigures(samples: [first, standing, second])
        #expect(moving.groups.map(\.waiting) == [45])
        #expect((moving.groups.first?.secondsToDrain ?? 0) > 0)
        #expect(moving.waiting(for: "attune-scoring").map(\.value) == [90, 90, 45])
        // A position ahead of what Kafka says, as after topics were made anew, is nothing that waits.
        #expect(second.with(ends: [partition: 3]).groups.map(\.waiting) == [0])
    }
}
