public import Contracts
import CRdKafka
public import Logging

/// Reads the records of one key around a time, for operators' commands: as no member of any group, without moving any
/// position. Every function blocks. Belongs to one thread.
public final class RecordSearch {
    private let client: OpaquePointer
    private let context: ClientContext
    /// Records read so far of a key from a time on: several questions about one episode read its partition once.
    private var read: [Question: [ConsumedRecord]] = [:]

    private struct Question: Hashable {
        let topic: String
        let key: [UInt8]
        let start: Int64
        let limit: Int
    }

    /// Does not wait for a connection.
    public init(_ settings: KafkaSettings, logger: Logger) throws(MessagingError) {
        context = ClientContext(log: ClientLog(logger))
        let configuration = try ClientConfiguration(settings)
        try configuration.set("allow.auto.create.topics", "false")
        try configuration.set("auto.offset.reset", "earliest")
        try configuration.set("enable.partition.eof", "true")
        try configuration.set("fetch.wait.max.ms", settings.fetchWait)
        client = try configuration.makeClient(RD_KAFKA_CONSUMER, context: context)
    }

    deinit { withExtendedLifetime(context) { rd_kafka_destroy(client) } }

    /// The cluster's identity, by which stored positions are told apart.
    public func clusterID(timeout: Duration) throws(MessagingError) -> String {
        guard let id = clusterIdentity(of: client, timeout: timeout) else {
            throw .unreachable(KafkaReason(RD_KAFKA_RESP_ERR__TIMED_OUT))
        }
        return id
    }

    /// The records of a key, in their order, that were sent from a time on: of the partition that the key goes to, at most
    /// `limit` records are looked through. Where the broker knows of no record from that time on, the last ones are.
    ///
    /// - Throws: ``MessagingError/unknownTopic(_:)``, or when the cluster does not answer within the time.
    public func records(
        of key: [UInt8], in topic: String, fromMilliseconds start: Int64, limit: Int, timeout: Duration
    ) throws(MessagingError) -> [ConsumedRecord] {
        let question = Question(topic: topic, key: key, start: start, limit: limit)
        if let known = read[question] { return known }
        let deadline = ContinuousClock.now + timeout
        let metadata = try ClusterMetadata.fetch(client, timeout: timeout)
        guard let count = metadata.topics.first(where: { $0.name == topic })?.partitions,
            let handle = rd_kafka_topic_new(client, topic, nil)
        else { throw .unknownTopic(topic) }
        defer { rd_kafka_topic_destroy(handle) }
        let number = key.withUnsafeBytes {
            rd_kafka_msg_partitioner_murmur2(handle, $0.baseAddress, $0.count, Int32(clamping: count), nil, nil)
        }
        let first = firstOffset(of: TopicPartition(topic: topic, partition: number), from: start, until: deadline)
        // A negative offset counts from the end; one before the beginning is the beginning, see auto.offset.reset.
        guard rd_kafka_consume_start(handle, number, first ?? Int64(RD_KAFKA_OFFSET_TAIL_BASE) - Int64(limit)) == 0 else {
            throw .requestFailed(KafkaReason(rd_kafka_last_error()))
        }
        defer { rd_kafka_consume_stop(handle, number) }
        let found = try collect(key, from: handle, number, limit: limit, until: deadline)
        read[question] = found
        return found
    }

    private func collect(
        _ key: [UInt8], from handle: OpaquePointer, _ partition: Int32, limit: Int, until deadline: ContinuousClock.Instant
    ) throws(MessagingError) -> [ConsumedRecord] {
        var found: [ConsumedRecord] = []
        var looked = 0
        while looked < limit {
            guard ContinuousClock.now < deadline else {
                throw .unreachable(KafkaReason(RD_KAFKA_RESP_ERR__TIMED_OUT))
            }
            guard let message = rd_kafka_consume(handle, partition, 200) else { continue }
            defer { rd_kafka_message_destroy(message) }
            switch message.pointee.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR: break
            case RD_KAFKA_RESP_ERR__PARTITION_EOF: return found
            default: throw .requestFailed(KafkaReason(message.pointee.err))
            }
            looked += 1
            let own = UnsafeRawBufferPointer(start: message.pointee.key, count: message.pointee.key_len)
            if own.elementsEqual(key) { found.append(ConsumedRecord(copying: message)) }
        }
        return found
    }

    /// The first record of that time or later; nil where the broker knows of none. (Watermarks are not asked for:
    /// librdkafka before 2.3.0 may never return from that.)
    private func firstOffset(
        of partition: TopicPartition, from start: Int64, until deadline: ContinuousClock.Instant
    ) -> Int64? {
        let list = PartitionList([(partition, start)])
        let remaining = ContinuousClock.now.duration(to: deadline)
        guard rd_kafka_offsets_for_times(client, list.pointer, remaining.milliseconds) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let offset = list.pointer.pointee.elems?.pointee.offset, offset >= 0
        else { return nil }
        return offset
    }
}
