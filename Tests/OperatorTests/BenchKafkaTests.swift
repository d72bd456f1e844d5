import ArgumentParser
import Contracts
import Messaging
import Testing

@testable import attune

/// A bench with another Kafka than the local one.
@Suite struct BenchKafkaTests {
    @Test func `A cluster that has a topic of Attune's is refused by its name, any other is taken`() throws {
        let cluster = try MockCluster(logger: quiet)
        try cluster.createTopic("laboratory.results", partitions: 3, replicationFactor: 1)
        try BenchKafka.checkUnused(cluster.bootstrapServers)
        try cluster.createTopic(Topic.alerts.name, partitions: 3, replicationFactor: 1)
        let refusal = #expect(throws: BenchFailure.self) { try BenchKafka.checkUnused(cluster.bootstrapServers) }
        #expect(refusal?.description.contains("has topic attune.alerts.v1 already") == true)
    }

    @Test func `Parts with a database each are refused, since their records would meet in the same topics`() throws {
        _ = try BenchCommand.parse(["--kafka", "broker:9092", "--only", "scale", "--only", "load", "--only", "costs"])
        #expect(throws: (any Error).self) { try BenchCommand.parse(["--kafka", "broker:9092"]) }
        #expect(throws: (any Error).self) {
            try BenchCommand.parse(["--kafka", "broker:9092", "--only", "load", "--only", "latency"])
        }
    }
}
