@testable import Channels
import Contracts
import Domain
import Foundation
import Messaging
import Persistence
import ServiceKit
import Testing

@testable import attune_notification

@Suite struct ResumptionTests {
    @Test func `Alerts that waited are delivered once, and not those that were superseded meanwhile`() throws {
        let fixture = try Fixture()
        let handler = NotificationHandler(routes: fixture.routes, logger: quiet, wakeUp: {})
        let consumer = LedgeredConsumer(
            connection: fixture.connection, schema: .notification, owner: "test", handler: handler, logger: quiet)
        let partition = TopicPartition(topic: Topic.alerts.name, partition: 0)
        _ = try consumer.assigned([partition], clusterID: "cluster")
        let (standing, superseded) = (Example(), Example())
        func records(_ example: Example, _ events: [EventEnvelope], from offset: Int) -> [ConsumedRecord] {
            events.enumerated().map { index, event in
                ConsumedRecord(
                    topic: partition.topic, partition: 0, offset: Int64(offset + index), key: example.episode.bytes,
                    headers: CloudEventsBinding.headers(of: event), value: event.payload, timestampMilliseconds: 0)
            }
        }
        func damaged(_ example: Example, _ offset: Int) -> ConsumedRecord {
            ConsumedRecord(
                topic: partition.topic, partition: 0, offset: Int64(offset), key: example.episode.bytes, headers: [],
                value: nil, timestampMilliseconds: 0)
        }
        let told = try standing.raised()
        let batch = try [damaged(standing, 0), damaged(superseded, 1)] + records(standing, [told], from: 2)
            + records(superseded, [superseded.raised(), superseded.superseded()], from: 3)
        #expect(try consumer.handle(batch) == .done)
        #expect(try fixture.deliveries().isEmpty)
        let discarded = try fixture.database.connect(role: "attune_operator").run(
            "select notification.discard_quarantined('{1, 2}', 'op-1', 'damaged')")
        #expect(discarded.count == 2)
        try consumer.idle()
        while try fixture.deliverNext() {}
        #expect(try Set(fixture.deliveries().map(\.status)) == ["delivered", "withdrawn"])
        #expect(fixture.mails.all.count == 1)
        #expect(try consumer.handle(records(standing, [told], from: 5)) == .done)
        #expect(try !fixture.deliverNext())
    }
}
