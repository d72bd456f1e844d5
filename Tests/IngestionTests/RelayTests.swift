import Contracts
import Domain
import Foundation
import Logging
import Messaging
import Persistence
import ServiceKit
import Testing

@testable import Intake
@testable import attune_ingestion

@Suite struct RelayTests {
    @Test func aLedgerEventBecomesARecordThatReadersUnderstand() async throws {
        let fixture = try IngestionFixture()
        let (episode, participant) = try await fixture.openEpisode()
        let rating = RatingDraft.sample(of: participant)
        _ = try await fixture.send(.rating(rating), in: episode, actor: "anna")
        let stored = try #require(try await fixture.events(of: episode).last)
        let record = try RelayRecord.record(of: stored)
        #expect(record.topic == "attune.episode-events.v1")
        let envelope = try CloudEventsBinding.event(
            key: record.key, headers: record.headers, value: record.value)
        #expect(envelope.id == stored.id)
        #expect(envelope.source == "/attune/ingestion")
        #expect(envelope.episode == episode)
        #expect(envelope.sequence == 2)
        #expect(envelope.site == IngestionFixture.site)
        #expect(envelope.time == stored.recordedAt)
        #expect(envelope.trace?.description == stored.traceparent)
        let (event, actor) = try EpisodeEventCodec.decode(envelope.payload, type: envelope.type)
        #expect(event == .ratingRecorded(rating.rating(at: IngestionFixture.site)))
        #expect(actor == "anna")
    }

    @Test func everyLaneHasATopicOfItsOwn() {
        #expect(Set(Lane.all.map { $0.topic }).count == Lane.all.count)
        #expect(Lane.episodeBackfill.topic == .episodeBackfill)
        #expect(Lane.alert.topic == .alerts)
    }

    @Test func whatWasAcceptedWhileKafkaWasAwayArrivesOnceItIsBack() async throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let cluster = try MockCluster(logger: quiet)
        for topic in Topic.allCases { try cluster.createTopic(topic.name, partitions: 2) }
        try cluster.takeDown()
        let kafka = KafkaSettings(
            bootstrapServers: cluster.bootstrapServers, clientID: "relay-test", fetchWait: .milliseconds(20))
        let fixture = try IngestionFixture()
        let relay = Relay(
            fixture.database.settings(role: "attune_ingestion"),
            publisher: KafkaRelayPublisher(kafka, logger: quiet), onNewCluster: .halt, logger: quiet)
        relay.start()
        let (episode, participant) = try await fixture.openEpisode()
        for _ in 0..<20 {
            #expect(try await fixture.send(.rating(.sample(of: participant)), in: episode).receipt != nil)
        }
        let health = Health()
        IngestionHealth.register(in: health, intake: fixture.intake, relay: relay)
        // The relay finds out with its first try, whenever that comes.
        var unready = await health.report(.ready)
        for _ in 0..<6000 where unready.findings[0].finding == .healthy {
            try await Task.sleep(for: .milliseconds(10))
            unready = await health.report(.ready)
        }
        #expect(unready.findings.map(\.name) == ["relay", "schema"])
        #expect(unready.findings[0].finding != .healthy)
        #expect(unready.findings[1].finding == .healthy)
        #expect(await health.report(.live).isHealthy)
        try cluster.bringUp()
        let (arrivals, arrival) = AsyncStream.makeStream(of: ConsumedRecord.self)
        let loop = ConsumerLoop(
            kafka, ConsumerSettings(group: "test", topics: [Topic.episodeEvents.name]), logger: quiet,
            onFailure: { _ in arrival.finish() }
        ) { Collector(arrival) }
        loop.start()
        var versions: [Int64] = []
        for await record in arrivals {
            let event = try CloudEventsBinding.event(
                key: record.key, headers: record.headers, value: record.value)
            versions.append(event.sequence)
            if versions.count == 21 { break }
        }
        #expect(versions == Array(1...21))
        _ = await loop.stop(within: .seconds(10))
        #expect(await relay.stop(within: .seconds(10)))
    }
}

/// Hands on every record it reads, from the beginning of each partition.
private final class Collector: RecordConsumer {
    private let arrival: AsyncStream<ConsumedRecord>.Continuation

    init(_ arrival: AsyncStream<ConsumedRecord>.Continuation) { self.arrival = arrival }

    func assigned(_ partitions: [TopicPartition], clusterID: String) -> [StartPosition] {
        partitions.map { StartPosition($0, .beginning) }
    }

    func handle(_ batch: [ConsumedRecord]) -> BatchOutcome {
        for record in batch { arrival.yield(record) }
        return .done
    }
}
