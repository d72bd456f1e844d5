import Contracts
import Logging
import Metrics

extension GroupMember {
    /// One attempt at the batch at hand.
    func handleBatch() throws(ConsumerFailure) {
        let start = ContinuousClock.now
        control.beat()
        let outcome: BatchOutcome
        do {
            outcome = try consumer.handle(batch.records)
        } catch {
            MessagingConvention.processed(
                batch.records, by: settings.group, since: start, error: "\(type(of: error))")
            guard error.isTransient else { throw .consumer("\(error)") }
            return postponeBatch(error)
        }
        control.beat()
        switch outcome {
        case .done:
            MessagingConvention.processed(batch.records, by: settings.group, since: start)
            KafkaMetrics.batchTime.record(since: start)
            KafkaMetrics.batches.increment()
            KafkaMetrics.consumed.increment(by: batch.records.count)
            handled.merge(batch.nextOffsets) { $1 }
            batch.removeAll()
        case .lostPartitions(let partitions):
            MessagingConvention.processed(batch.records, by: settings.group, since: start, error: "lost_partitions")
            guard batch.drop(Set(partitions)) > 0 else {
                throw .consumer("reported partitions as lost that have no record in the batch")
            }
            lose(Set(partitions))
        }
        continueReading()
    }

    /// Keeps the batch for another attempt. Reading stops meanwhile, but polling goes on, so that
    /// the member stays in the group and learns of a rebalance at once.
    private func postponeBatch(_ error: any Error) {
        let wait = retryBackoff.next()
        logger.warning("a batch of \(batch.records.count) records failed, trying again in \(wait): \(error)")
        KafkaMetrics.batchRetries.increment()
        retryDue = .now + wait
        control.update { $0.retryingSince = $0.retryingSince ?? .now }
        let reading = assignment.subtracting(lost).subtracting(held)
        pause(reading)
        held.formUnion(reading)
    }

    private func continueReading() {
        guard retryDue != nil else { return }
        retryDue = nil
        retryBackoff.reset()
        resume(held)
        held = []
        control.update { $0.retryingSince = nil }
    }
}
