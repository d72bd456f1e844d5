/// When the records read so far are handed over as one batch: as soon as any limit is reached.
public struct BatchLimits: Sendable {
    public var maxRecords: Int
    /// Sum of keys and values, in bytes.
    public var maxBytes: Int
    /// How long the first record of a batch may wait for company, 5 to 20 ms in practice.
    public var maxWait: Duration

    public init(maxRecords: Int = 500, maxBytes: Int = 8 << 20, maxWait: Duration = .milliseconds(5)) {
        self.maxRecords = maxRecords
        self.maxBytes = maxBytes
        self.maxWait = maxWait
    }
}

/// Membership of one consumer group.
public struct ConsumerSettings: Sendable {
    public var group: String
    public var topics: [String]

    /// Those of the topics that give way: their records are read only while none of the others waits. For imports.
    public var deferredTopics: Set<String>

    /// Most records of such topics in a batch, for which a record of another topic may have to wait.
    public var deferredBatch: Int

    /// `group.instance.id`: stable across restarts of one replica and never used by two live
    /// processes. A restart within the session timeout then moves no partitions. Nil for an
    /// ordinary member.
    public var instanceID: String?

    public var batchLimits: BatchLimits

    /// How long a silent member keeps its partitions; 6 s to 30 min on Apache Kafka by default.
    public var sessionTimeout: Duration

    /// The group gives up on a member whose batch takes longer. At least three times the worst batch, and longer than
    /// `stallLimit`; as long may a rebalance wait for a member that does not answer.
    public var maximumPollInterval: Duration

    /// `RecordConsumer.idle` is called at most this often.
    public var idleInterval: Duration

    /// Longest pause between two attempts at the same batch.
    public var maximumRetryDelay: Duration

    /// How long a partition reported as lost stays paused before it is claimed again, if no
    /// rebalance took it away meanwhile.
    public var reclaimDelay: Duration

    /// A loop whose thread shows no sign of life for this long has failed. Must exceed the longest
    /// batch. (librdkafka before 2.1.0 does not always evict such a member by itself.)
    public var stallLimit: Duration

    /// Whether a stalled process ends itself 10 s after `onFailure` was told, because a thread
    /// stuck in a call cannot be stopped. False only in tests.
    public var endsStalledProcess: Bool

    public init(
        group: String, topics: [String], deferredTopics: Set<String> = [], deferredBatch: Int = 100, instanceID: String? = nil, batchLimits: BatchLimits = BatchLimits(),
        sessionTimeout: Duration = .seconds(45), maximumPollInterval: Duration = .seconds(90),
        idleInterval: Duration = .seconds(1), maximumRetryDelay: Duration = .seconds(5),
        reclaimDelay: Duration = .seconds(5), stallLimit: Duration = .seconds(60), endsStalledProcess: Bool = true
    ) {
        self.group = group
        self.topics = topics
        self.deferredTopics = deferredTopics
        self.deferredBatch = deferredBatch
        self.instanceID = instanceID
        self.batchLimits = batchLimits
        self.sessionTimeout = sessionTimeout
        self.maximumPollInterval = maximumPollInterval
        self.idleInterval = idleInterval
        self.maximumRetryDelay = maximumRetryDelay
        self.reclaimDelay = reclaimDelay
        self.stallLimit = stallLimit
        self.endsStalledProcess = endsStalledProcess
    }
}
