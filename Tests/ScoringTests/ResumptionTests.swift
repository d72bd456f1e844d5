import Contracts
import Domain
import Messaging
import Persistence
import ServiceKit
import TestSupport
import Testing

@Suite struct ResumptionTests {
    @Test func `Once the catalogue has the instrument the parked course comes back complete, in order and once`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let house = InstrumentReference(id: InstrumentID("house-measure")!, version: "1")
        let events = try fixture.append(
            [
                episode.opened, episode.rating(20, session: 1, on: house), episode.rating(200, session: 1),
                episode.rating(25, session: 2, on: house), episode.rating(210, session: 2),
            ], to: episode.id)
        let partition = TopicPartition(topic: Topic.episodeEvents.name, partition: 2)
        let consumer = LedgeredConsumer(
            connection: fixture.connection, schema: .scoring, owner: "test", handler: fixture.handler, logger: .quiet)
        _ = try consumer.assigned([partition], clusterID: "cluster")
        let records = events.enumerated().map { offset, event in
            ConsumedRecord(
                topic: partition.topic, partition: partition.partition, offset: Int64(offset), key: event.episode.bytes,
                headers: CloudEventsBinding.headers(of: event), value: event.payload, timestampMilliseconds: 0)
        }
        #expect(try consumer.handle(Array(records[0...2])) == .done)
        #expect(try consumer.handle(Array(records[3...4])) == .done)
        #expect(try fixture.appliedVersion(of: episode.id) == 1)
        #expect(try fixture.courses(of: episode.id).isEmpty)

        try fixture.reload(HouseMeasure.yaml)
        let asked = try fixture.database.connect(role: "attune_operator").run("select scoring.request_retry('{1}', 'op-1')")
        #expect(asked.count == 1)
        try consumer.idle()
        #expect(try fixture.appliedVersion(of: episode.id) == 5)
        let courses = try fixture.courses(of: episode.id)
        #expect(courses.map(\.key.instrument) == [house, ScoringFixture.ors])
        #expect(courses.map(\.scores) == [[20, 25], [200, 210]])
        let published = try await fixture.topic.events()
        #expect(published.map(\.sequence) == [2, 3, 4, 5])
        #expect(Set(published.map(\.id)).count == 4)
        await fixture.topic.close()
    }
}
