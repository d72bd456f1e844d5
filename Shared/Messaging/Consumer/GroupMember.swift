import Contracts
import CRdKafka
import Contracts
import Logging
import Metrics

/// Lets the C callbacks find the member they belong to.
final class ConsumerContext: ClientContext {
    weak var member: GroupMember?
}

/// One membership of the consumer group: owns the librdkafka consumer and everything read from it.
///
/// All of it happens on the polling thread, rebalance callbacks included, since they are served
/// from within a poll. So no batch is ever being handled while partitions come or go, and nothing
/// here needs a lock. One record is polled at a time: librdkafka's batch call before 2.1.0 can
/// lose or misattribute records around a rebalance, a pause or a seek.
final class GroupMember {
    let settings: ConsumerSettings
    let consumer: any RecordConsumer
    let control: LoopControl
    let context: ConsumerContext
    let client: OpaquePointer
    var logger: Logger { context.log.logger }

    /// What the group gave this member.
    var assignment: Set<TopicPartition> = []
    /// Where reading started in each claimed partition; records below are not ours to handle.
    var starts: [TopicPartition: Int64] = [:]
    /// Partitions found to have another owner, paused until they are revoked or claimed again.
    var lost: Set<TopicPartition> = []
    /// Partitions paused while a batch waits for its next attempt.
    var held: Set<TopicPartition> = []
    /// When the assignment is to be claimed again; nil when the claim stands.
    var claimDue: ContinuousClock.Instant?
    var claimBackoff: Backoff

    /// What is read only while nothing else waits; nil where no topic gives way.
    let deferred: DeferredReading?

    var batch = PendingBatch()
    /// When the batch at hand is tried again; nil when it was not tried yet.
    var retryDue: ContinuousClock.Instant?
    var retryBackoff: Backoff

    /// The offset after the last record handled, by partition.
    var handled: [TopicPartition: Int64] = [:]
    var mirrored: [TopicPartition: Int64] = [:]
    var lagGauges: [TopicPartition: Gauge] = [:]
    var drainGauges: [String: Gauge] = [:]
    var drains = DrainEstimates()
    var observationDue: ContinuousClock.Instant = .now
    var idleDue: ContinuousClock.Instant

    /// A failure that arose inside a C callback, through which nothing can be thrown.
    var callbackFailure: ConsumerFailure?
    var isLeaving = false
    private var securityFiles: FileWatch

    init(
        _ kafka: KafkaSettings, settings: ConsumerSettings, consumer: any RecordConsumer, control: LoopControl,
        log: ClientLog
    ) throws(MessagingError) {
        self.settings = settings
        self.consumer = consumer
        self.control = control
        claimBackoff = Backoff(ceiling: settings.maximumRetryDelay)
        retryBackoff = Backoff(ceiling: settings.maximumRetryDelay)
        idleDue = .now + settings.idleInterval
        securityFiles = FileWatch(kafka.security)
        context = ConsumerContext(log: log)
        client = try Self.makeClient(kafka, settings, context)
        deferred = DeferredReading(settings.deferredTopics, of: client)
        context.member = self
        // From here on one queue serves records, rebalances and errors alike.
        rd_kafka_poll_set_consumer(client)
    }

    /// Waits until the topics exist, so that a service may be started before its topics. (A
    /// subscription to an unknown topic would be looked at again only every five minutes.)
    func awaitTopics() throws(ConsumerFailure) {
        var announced = false
        while !control.isStopping {
            control.beat()
            let known = try? ClusterMetadata.fetch(client, timeout: .seconds(2)).topics.map(\.name)
            let missing = known.map { Set(settings.topics).subtracting($0) }
            if let missing, missing.isEmpty { return }
            if let missing, !announced {
                logger.warning("waiting for topics that do not exist yet: \(missing.sorted().joined(separator: ", "))")
                announced = true
            }
            // Not rd_kafka_poll, which must not be used once the queues are one.
            try serve(.milliseconds(500))
        }
    }

    /// Why a member no longer reads.
    enum Ending {
        case stopped
        /// Another client has to take its place.
        case securityChanged
    }

    /// Joins the group.
    func subscribe() throws(ConsumerFailure) {
        let topics = PartitionList(settings.topics.map { TopicPartition(topic: $0, partition: -1) })
        let code = rd_kafka_subscribe(client, topics.pointer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw .setup(.requestFailed(KafkaReason(code))) }
    }

    /// Reads and handles batches until asked to stop, or until how it shows who it is has changed.
    func run() throws(ConsumerFailure) -> Ending {
        while !control.isStopping {
            try step()
            if securityFiles.hasChanged() { return .securityChanged }
        }
        return .stopped
    }

    private func step() throws(ConsumerFailure) {
        try claimIfDue()
        try idleIfDue()
        observeIfDue()
        if let retryDue {
            let remaining = ContinuousClock.now.duration(to: retryDue)
            if remaining > .zero { return try serve(min(remaining, Self.pollSlice)) }
        } else {
            try collect()
        }
        if !batch.isEmpty { try handleBatch() }
    }

    /// Reads until the batch is full or its first record has waited long enough.
    private func collect() throws(ConsumerFailure) {
        try serve(Self.pollSlice)
        guard !batch.isEmpty else { return }
        let deadline = ContinuousClock.now + settings.batchLimits.maxWait
        while !batch.isFull(settings.batchLimits), !isFullOfDeferred, !control.isStopping {
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { return }
            try serve(remaining)
        }
    }

    /// One poll: at most one record joins the batch, and whatever callbacks are due are run.
    func serve(_ timeout: Duration) throws(ConsumerFailure) {
        control.beat()
        let message = poll(timeout)
        defer { message.map(rd_kafka_message_destroy) }
        if let callbackFailure { throw callbackFailure }
        if context.hasFatalError { try throwFatal() }
        guard let message else { return }
        guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else { return try judge(message) }
        let record = ConsumedRecord(copying: message)
        // librdkafka withdraws prefetched records of partitions that were taken away or claimed
        // anew; this makes sure.
        guard let start = starts[record.topicPartition], record.offset >= start, !lost.contains(record.topicPartition)
        else { return }
        batch.append(record)
    }

    /// What is next: a record of a topic that gives way only when there is no other, and none of another is being
    /// gathered, which would have to wait for it.
    private func poll(_ timeout: Duration) -> UnsafeMutablePointer<rd_kafka_message_t>? {
        guard let deferred, mayTakeDeferred else { return rd_kafka_consumer_poll(client, timeout.milliseconds) }
        return rd_kafka_consumer_poll(client, 0) ?? deferred.next()
            ?? rd_kafka_consumer_poll(client, min(timeout, Self.deferredSlice).milliseconds)
    }

    private var mayTakeDeferred: Bool { batch.records.last.map { deferred?.contains($0.topicPartition) == true } ?? true }

    /// A record of another topic that comes now would wait for the whole batch.
    private var isFullOfDeferred: Bool { batch.records.count >= settings.deferredBatch && mayTakeDeferred && deferred != nil }

    /// An error in place of a record.
    private func judge(_ message: UnsafeMutablePointer<rd_kafka_message_t>) throws(ConsumerFailure) {
        let text = rd_kafka_message_errstr(message).map(String.init(cString:))
        let reason = KafkaReason(message.pointee.err, explanation: text)
        switch message.pointee.err {
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            let topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
            throw .positionOutOfRange(TopicPartition(topic: topic, partition: message.pointee.partition), reason)
        case RD_KAFKA_RESP_ERR__FATAL: try throwFatal()
        default: context.log.error(reason)
        }
    }

    private func throwFatal() throws(ConsumerFailure) {
        throw .fatal(KafkaReason.fatal(of: client) ?? KafkaReason(RD_KAFKA_RESP_ERR__FATAL))
    }

    private func idleIfDue() throws(ConsumerFailure) {
        guard ContinuousClock.now >= idleDue else { return }
        do {
            try consumer.idle()
        } catch {
            guard error.isTransient else { throw .consumer("\(error)") }
            logger.warning("the consumer's timers failed and will be served again: \(error)")
        }
        idleDue = .now + settings.idleInterval
    }

    /// Longest wait inside one poll, so that a request to stop is noticed soon.
    static let pollSlice = Duration.milliseconds(100)
    /// Longest wait for other records before those that give way are looked at again.
    private static let deferredSlice = Duration.milliseconds(20)
}

extension Error {
    /// Whether doing the same again can help; unknown errors are taken as lasting.
    var isTransient: Bool { (self as? any RetryableFailure)?.isTransient ?? false }
}
