import Contracts
import Messaging
import Testing

@Suite struct AdministrationTests {
    @Test func theClusterIsDescribedWithItsTopics() throws {
        let bench = try Bench(partitions: 3)
        try bench.cluster.createTopic("alerts", partitions: 1)
        let administration = try TopicAdministration(bench.settings("looker"), logger: Bench.quiet)
        let description = try administration.describeCluster(timeout: Bench.longEnough)
        #expect(description.brokers.map { "\($0.host):\($0.port)" } == [bench.cluster.bootstrapServers])
        #expect(description.topics.map(\.name) == ["alerts", Bench.topic])
        #expect(description.topics.map(\.partitions) == [1, 3])
    }

    @Test func existingTopicsAreLeftAloneAndOtherPartitionCountsAreReported() throws {
        let bench = try Bench(partitions: 3)
        let administration = try TopicAdministration(bench.settings("looker"), logger: Bench.quiet)
        let same = TopicSpecification(name: Bench.topic, partitions: 3, replicationFactor: 1)
        let other = TopicSpecification(name: Bench.topic, partitions: 12, replicationFactor: 1)
        let result = try administration.create([same, other], timeout: Bench.longEnough)
        #expect(result.map(\.result) == [.exists, .mismatch(partitions: 3)])
        #expect(try administration.describeCluster(timeout: Bench.longEnough).topics.map(\.partitions) == [3])
    }

    @Test func aClusterThatDoesNotCreateTheTopicsSaysSo() throws {
        let bench = try Bench(partitions: 0)
        let administration = try TopicAdministration(bench.settings("looker"), logger: Bench.quiet)
        let missing = TopicSpecification(
            name: "alerts", partitions: 3, replicationFactor: 1, configuration: ["retention.ms": "1000"])
        // The in-memory cluster has no controller, for which the client waits until the time is up.
        #expect(throws: MessagingError.self) { try administration.create([missing], timeout: .seconds(1)) }
    }

    @Test func highWatermarksTellWhereTheNextRecordGoes() throws {
        let bench = try Bench(partitions: 1)
        try bench.producer().publish(Bench.records(7), deadline: Bench.longEnough)
        let partition = TopicPartition(topic: Bench.topic, partition: 0)
        let unknown = TopicPartition(topic: Bench.topic, partition: 9)
        let administration = try TopicAdministration(bench.settings("looker"), logger: Bench.quiet)
        let marks = administration.highWatermarks(of: [partition, unknown], timeout: .seconds(10))
        #expect(marks == [partition: 7])
    }
}
