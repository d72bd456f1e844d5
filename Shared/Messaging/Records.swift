public import Contracts

/// A record on its way to Kafka. Its partition follows from its key alone.
public struct OutgoingRecord: Hashable, Sendable {
    public let topic: String
    public let key: [UInt8]
    public let headers: [RecordHeader]
    public let value: [UInt8]

    public init(topic: String, key: [UInt8], headers: [RecordHeader], value: [UInt8]) {
        self.topic = topic
        self.key = key
        self.headers = headers
        self.value = value
    }
}

/// A record as read from one partition.
public struct ConsumedRecord: Hashable, Sendable {
    public let topic: String
    public let partition: Int32
    /// Position within the partition. Offsets rise, but not always by one: transaction markers and
    /// compaction leave gaps, which are legal.
    public let offset: Int64
    public let key: [UInt8]
    public let headers: [RecordHeader]
    /// Nil for a tombstone.
    public let value: [UInt8]?
    /// Milliseconds since 1970, as set by the producer or broker; -1 when the record carries none.
    public let timestampMilliseconds: Int64

    public init(
        topic: String, partition: Int32, offset: Int64, key: [UInt8], headers: [RecordHeader], value: [UInt8]?,
        timestampMilliseconds: Int64
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.key = key
        self.headers = headers
        self.value = value
        self.timestampMilliseconds = timestampMilliseconds
    }

    public var topicPartition: TopicPartition { TopicPartition(topic: topic, partition: partition) }
}
