public import Contracts
import CRdKafka
import Dispatch
import Foundation
public import Logging

/// Looks at a cluster and creates topics. For operators' commands; every function blocks.
public final class TopicAdministration {
    private let client: AdministrationClient

    /// Does not wait for a connection.
    public init(_ settings: KafkaSettings, logger: Logger) throws(MessagingError) {
        client = try AdministrationClient(settings, log: ClientLog(logger))
    }

    /// The cluster's identity, brokers and topics. Waits for a broker until the time is up.
    public func describeCluster(timeout: Duration) throws(MessagingError) -> ClusterDescription {
        let deadline = ContinuousClock.now + timeout
        let metadata = try fetchMetadata(until: deadline)
        guard let id = clusterIdentity(of: client.pointer, timeout: ContinuousClock.now.duration(to: deadline)) else {
            throw .unreachable(KafkaReason(RD_KAFKA_RESP_ERR__TIMED_OUT))
        }
        return ClusterDescription(
            clusterID: id, brokers: metadata.brokers, topics: metadata.topics.sorted { $0.name < $1.name })
    }

    /// Creates the topics that are missing, and says for each what it found or did. Topics that exist are left alone.
    public func create(_ topics: [TopicSpecification], timeout: Duration) throws(MessagingError) -> [TopicCreation] {
        let deadline = ContinuousClock.now + timeout
        let existing = try fetchMetadata(until: deadline).topics
        let partitions = Dictionary(existing.map { ($0.name, $0.partitions) }) { first, _ in first }
        let missing = topics.filter { partitions[$0.name] == nil }
        let created = try client.create(missing, timeout: ContinuousClock.now.duration(to: deadline))
        return topics.map { topic in
            let result: TopicCreation.Result =
                switch partitions[topic.name] {
                case topic.partitions: .exists
                case let other?: .mismatch(partitions: other)
                case nil: created[topic.name] ?? .failed(KafkaReason(RD_KAFKA_RESP_ERR_UNKNOWN))
                }
            return TopicCreation(topic: topic.name, result: result)
        }
    }

    /// The offset the next record of each partition will get; partitions that did not answer in
    /// time are left out.
    public func highWatermarks(of partitions: [TopicPartition], timeout: Duration) -> [TopicPartition: Int64] {
        WatermarkQuery(client, partitions).run(timeout: timeout)
    }

    private func fetchMetadata(until deadline: ContinuousClock.Instant) throws(MessagingError) -> ClusterMetadata {
        while true {
            let remaining = ContinuousClock.now.duration(to: deadline)
            do throws(MessagingError) {
                return try ClusterMetadata.fetch(client.pointer, timeout: min(remaining, .seconds(2)))
            } catch {
                guard remaining > .zero else { throw error }
                rd_kafka_poll(client.pointer, 100)
            }
        }
    }
}
