import Contracts
import Foundation
import Messaging
import Persistence
import ServiceKit
import Testing

@testable import attune

@Suite struct StatusCommandTests {
    /// A cluster with Attune's topics, and its identity.
    private struct Kafka {
        let cluster: MockCluster
        let id: String

        /// With so many records on the first partition of the episode topic.
        init(records: Int) throws {
            cluster = try MockCluster(logger: quiet)
            for definition in TopicCatalogue.all {
                // One partition of the first topic, so that all records come to lie there.
                try cluster.createTopic(
                    definition.topic.name, partitions: definition.topic == .episodeEvents ? 1 : definition.partitions)
            }
            let producer = try Producer(
                KafkaSettings(bootstrapServers: cluster.bootstrapServers, clientID: "test"), logger: quiet)
            try producer.publish(
                (0..<records).map { OutgoingRecord(topic: Topic.episodeEvents.name, key: [UInt8($0)], headers: [], value: []) },
                deadline: .seconds(60))
            id = try producer.clusterID(timeout: .seconds(60))
        }
    }

    private func status(_ bench: StatusBench, kafka: String, _ more: String...) async throws -> Program.Ending {
        try await Program.attune(
            ["status", "--seconds", "1", "--role", "attune_operator", "--kafka", kafka] + more,
            environment: ["ATTUNE_DATABASE_URL": bench.database.url])
    }

    @Test func `With nothing waiting all is well, and the status is 0`() async throws {
        let (bench, kafka) = (try StatusBench(), try Kafka(records: 5))
        try bench.setPosition(5, of: .scoring, cluster: kafka.id)
        let ending = try await status(bench, kafka: kafka.cluster.bootstrapServers)
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.output.contains("quarantine: empty"))
        #expect(ending.output.contains("checkpoint: none yet"))
    }

    @Test func `Figures of a system that stands still come out as JSON, with status 1`() async throws {
        let (bench, kafka) = (try StatusBench(), try Kafka(records: 5))
        try bench.setPosition(2, of: .scoring, cluster: kafka.id)
        try bench.setPosition(4, of: .audit, cluster: kafka.id)
        try bench.setPosition(1, of: .alerting, cluster: "another")
        try bench.park(2, in: .scoring, state: "failed", code: "unknown_instrument")
        try bench.append(6, to: .episode)
        try bench.relay(5, of: .episode)
        try bench.sign([3], treeSize: 4)
        let ending = try await status(bench, kafka: kafka.cluster.bootstrapServers, "--json")
        #expect(ending.status == 1, "\(ending.errors)")
        let report = try JSON.parse(Array(ending.output.utf8))
        let topic = JSON.string(Topic.episodeEvents.name)
        #expect(
            report["groups"] == [
                ["group": "attune-audit", "topic": topic, "lag_events": 1, "lag_seconds_to_drain": .null],
                ["group": "attune-scoring", "topic": topic, "lag_events": 3, "lag_seconds_to_drain": .null],
            ])
        #expect(report["quarantine"] == [["group": "attune-scoring", "reason_code": "unknown_instrument", "events": 2]])
        guard case .array(let relay)? = report["relay"] else {
            Issue.record("a report without the relay")
            return
        }
        #expect(relay.first == ["lane": "episode", "waiting_events": 1])
        #expect(report["checkpoint_size"] == "3")
        #expect(report["well"] == false)
    }

    @Test func `A service that does not answer is not well`() async throws {
        let (bench, kafka) = (try StatusBench(), try Kafka(records: 0))
        // Port 9 of the loopback: nobody listens there.
        let ending = try await status(
            bench, kafka: kafka.cluster.bootstrapServers, "--service", "scoring=http://127.0.0.1:9")
        #expect(ending.status == 1, "\(ending.errors)")
        #expect(ending.output.contains("scoring                 does not answer"))
    }

    @Test func `Without a database there is no status: 2`() async throws {
        let unset = try await Program.attune(["status", "--seconds", "1", "--kafka", "127.0.0.1:9"])
        #expect(unset.status == 2)
        #expect(unset.errors.contains("ATTUNE_DATABASE_URL"))
        let secret = "a-password-nobody-may-see"
        let away = try await Program.attune(
            ["status", "--seconds", "1", "--kafka", "127.0.0.1:9"],
            environment: ["ATTUNE_DATABASE_URL": "postgresql://attune:\(secret)@127.0.0.1:9/attune"])
        #expect(away.status == 2)
        #expect(!away.errors.contains(secret))
        #expect(away.output.isEmpty)
    }
}
