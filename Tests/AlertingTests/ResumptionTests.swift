import Contracts
import Domain
import Messaging
import Persistence
import ServiceKit
import Testing

@testable import AlertBook
@testable import attune_alerting

@Suite struct ResumptionTests {
    @Test func `Trajectories that waited raise their alerts once, and as if they had come in time`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let consumer = LedgeredConsumer(
            connection: fixture.connection, schema: .alerting, owner: "test", handler: fixture.handler, logger: quiet)
        let partition = TopicPartition(topic: Topic.trajectories.name, partition: 0)
        _ = try consumer.assigned([partition], clusterID: "cluster")
        let events = [
            try treatment.rate(280, session: 1), try treatment.rate(100, session: 2), try treatment.screen(danger: 2, session: 2),
            try treatment.rate(290, session: 3),
        ]
        func record(_ offset: Int, _ event: EventEnvelope, value: [UInt8]) -> ConsumedRecord {
            ConsumedRecord(
                topic: partition.topic, partition: 0, offset: Int64(offset), key: event.episode.bytes,
                headers: CloudEventsBinding.headers(of: event), value: value, timestampMilliseconds: 0)
        }
        let damaged = record(0, events[0], value: [0xFF])
        let waiting = events.dropFirst().enumerated().map { record($0 + 1, $1, value: $1.payload) }
        #expect(try consumer.handle([damaged] + waiting) == .done)
        #expect(try fixture.alerts(of: treatment).isEmpty)
        let discarded = try fixture.database.connect(role: "attune_operator").run(
            "select alerting.discard_quarantined('{1}', 'op-1', 'damaged')")
        #expect(discarded.count == 1)
        try consumer.idle()

        let straight = try AlertingFixture()
        _ = try straight.open()
        try straight.handle(Array(events.dropFirst()))
        let steps = try fixture.steps()
        #expect(!steps.isEmpty)
        #expect(try straight.steps() == steps)
        #expect(try fixture.kinds(of: treatment, .raised).contains(.safety))
        // Kafka may bring all of it again.
        #expect(try consumer.handle(events.dropFirst().enumerated().map { record($0 + 4, $1, value: $1.payload) }) == .done)
        #expect(try fixture.steps() == steps)
    }
}
