import CRdKafka
import Contracts

/// The records of topics that give way: read only while nothing waits of the others.
///
/// librdkafka puts what it fetches of all partitions into one queue, in the order of arrival, and fetches far ahead: a
/// record of today would wait behind every record of an import that was fetched before it. So the partitions of these
/// topics get a queue of their own.
///
/// Used on the polling thread alone, like everything of a ``GroupMember``.
final class DeferredReading {
    private let topics: Set<String>
    private let client: OpaquePointer
    private let queue: OpaquePointer
    private var partitionQueues: [OpaquePointer] = []

    /// Nil where no topic gives way.
    init?(_ topics: Set<String>, of client: OpaquePointer) {
        guard !topics.isEmpty, let queue = rd_kafka_queue_new(client) else { return nil }
        self.topics = topics
        self.client = client
        self.queue = queue
    }

    func contains(_ partition: TopicPartition) -> Bool { topics.contains(partition.topic) }

    /// Leads aside those of the partitions that give way. Before they are assigned: fetching would otherwise lead them
    /// into the common queue first.
    func begin(_ partitions: some Sequence<TopicPartition>) {
        end()
        for partition in partitions where contains(partition) {
            guard let aside = rd_kafka_queue_get_partition(client, partition.topic, partition.partition) else { continue }
            rd_kafka_queue_forward(aside, queue)
            partitionQueues.append(aside)
        }
    }

    /// Lets go of the partitions, before they are given back.
    func end() {
        for aside in partitionQueues {
            rd_kafka_queue_forward(aside, nil)
            rd_kafka_queue_destroy(aside)
        }
        partitionQueues = []
    }

    /// A record that has been fetched, if there is one.
    func next() -> UnsafeMutablePointer<rd_kafka_message_t>? { rd_kafka_consume_queue(queue, 0) }

    /// Before the client is closed.
    func close() {
        end()
        rd_kafka_queue_destroy(queue)
    }
}
