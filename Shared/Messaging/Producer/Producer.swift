import CRdKafka
public import Logging
import Metrics

/// Publishes records and returns only when Kafka has them durably: idempotent, all replicas in sync.
///
/// Confined to the thread that made it. After a failed `publish` the librdkafka client underneath is
/// thrown away and replaced by the next call: it may have failed for good, may still hold records that
/// were given up, or may remember for minutes that a topic was refused. Records given up may have
/// reached the topic all the same, so readers recognise events by their id.
public final class Producer {
    private let settings: KafkaSettings
    private let options: ProducerOptions
    private let log: ClientLog
    private(set) var client: ProducerClient?
    private var isClosed = false
    private var securityFiles: FileWatch

    /// How often the client was replaced.
    public private(set) var recreations = 0

    /// Does not wait for a connection.
    public init(_ settings: KafkaSettings, options: ProducerOptions = ProducerOptions(), logger: Logger)
        throws(MessagingError)
    {
        self.settings = settings
        self.options = options
        log = ClientLog(logger)
        securityFiles = FileWatch(settings.security)
        client = try ProducerClient(settings, options: options, log: log)
    }

    /// Publishes all records, keeping the order given among records of one key, and returns after
    /// every one was reported as delivered.
    ///
    /// After an error nothing is known of the records but what the error says: publish them all again.
    public func publish(_ records: [OutgoingRecord], deadline: Duration) throws(MessagingError) {
        try publish(records, deadline: deadline, meanwhile: {})
    }

    /// Publishes all records and does other work while Kafka writes them. Returns when both have been done.
    ///
    /// - Parameter work: must not use this producer. What it returns or keeps of its errors is the caller's affair.
    public func publish(
        _ records: [OutgoingRecord], deadline: Duration, meanwhile work: () -> Void
    ) throws(MessagingError) {
        guard !records.isEmpty else { return work() }
        let start = ContinuousClock.now
        do throws(MessagingError) {
            try deliver(records, until: start + deadline, meanwhile: work)
        } catch {
            KafkaMetrics.deliveryFailures.increment()
            MessagingConvention.sent(records, since: start, error)
            throw error
        }
        MessagingConvention.sent(records, since: start, nil)
        KafkaMetrics.produced.increment(by: records.count)
        KafkaMetrics.publishTime.record(since: start)
    }

    /// The cluster's identity, by which stored positions are told apart.
    public func clusterID(timeout: Duration) throws(MessagingError) -> String {
        guard let id = clusterIdentity(of: try usableClient().pointer, timeout: timeout) else {
            throw .unreachable(KafkaReason(RD_KAFKA_RESP_ERR__TIMED_OUT))
        }
        return id
    }

    /// Ends the client. `publish` leaves nothing behind, so there is nothing to wait for but, for at
    /// most `deadline`, requests already under way.
    public func close(deadline: Duration) {
        guard !isClosed else { return }
        isClosed = true
        if let client { rd_kafka_flush(client.pointer, deadline.milliseconds) }
        client = nil
    }

    private func deliver(
        _ records: [OutgoingRecord], until deadline: ContinuousClock.Instant, meanwhile work: () -> Void
    ) throws(MessagingError) {
        let client = try usableClient()
        try client.open(Set(records.map(\.topic)), until: deadline)
        client.context.tally = DeliveryTally()
        enqueue(records, on: client, until: deadline)
        work()
        awaitReports(on: client, until: deadline)
        try settle(records.count, client)
    }

    /// Hands records over until one is rejected, the client has failed or the deadline has passed.
    private func enqueue(_ records: [OutgoingRecord], on client: ProducerClient, until deadline: ContinuousClock.Instant) {
        for (index, record) in records.enumerated() {
            while let reason = client.enqueue(record, index: index) {
                guard reason.code == RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue else {
                    return client.context.tally.reject(index: index, reason: reason)
                }
                // Serving reports makes room.
                rd_kafka_poll(client.pointer, 50)
                if client.context.hasFatalError || ContinuousClock.now >= deadline { return }
            }
            client.context.tally.accept()
        }
    }

    private func awaitReports(on client: ProducerClient, until deadline: ContinuousClock.Instant) {
        while client.context.tally.outstanding > 0, !client.context.hasFatalError {
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { return }
            // A flush, unlike a poll, sends at once instead of lingering.
            rd_kafka_flush(client.pointer, min(remaining, .milliseconds(100)).milliseconds)
        }
    }

    /// Turns the tally into success or an error.
    private func settle(_ count: Int, _ client: ProducerClient) throws(MessagingError) {
        let tally = client.context.tally
        let undelivered = count - tally.delivered
        let fatal = KafkaReason.fatal(of: client.pointer)
        guard undelivered > 0 || fatal != nil else { return }
        let error: MessagingError =
            if let fatal {
                .fatal(fatal)
            } else if let refusal = tally.firstRefusal {
                .deliveryFailed(undelivered: undelivered, firstIndex: refusal.index, reason: refusal.reason)
            } else {
                .timedOut(undelivered: undelivered)
            }
        discardClient(error)
        if undelivered > 0 { throw error }
    }

    private func usableClient() throws(MessagingError) -> ProducerClient {
        guard !isClosed else { throw .closed }
        if let client {
            guard securityFiles.hasChanged() else { return client }
            renewClient()
            return self.client ?? client
        }
        let fresh = try ProducerClient(settings, options: options, log: log)
        client = fresh
        return fresh
    }

    /// Between two calls of `publish` a client holds nothing, so that another can take its place.
    private func renewClient() {
        do throws(MessagingError) {
            client = try ProducerClient(settings, options: options, log: log)
            log.logger.notice("certificates or passwords have changed; the Kafka producer was made anew")
        } catch {
            log.logger.error("certificates or passwords have changed and cannot be used; the old ones stay: \(error)")
        }
    }

    private func discardClient(_ error: MessagingError) {
        client = nil
        recreations += 1
        KafkaMetrics.producersRecreated.increment()
        log.logger.warning("the Kafka producer will be replaced: \(error)")
    }
}
