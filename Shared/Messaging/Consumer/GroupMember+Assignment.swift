import Contracts
import CRdKafka
import Contracts
import Logging
import Metrics

extension GroupMember {
    /// The rebalance callback, served from within a poll.
    func rebalance(_ event: rd_kafka_resp_err_t, _ partitions: [TopicPartition]) {
        switch event {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS where !isLeaving:
            logger.info("assigned: \(partitions.sorted().map(\.description).joined(separator: ", "))")
            KafkaMetrics.rebalances.increment()
            assignment = Set(partitions)
            claimBackoff.reset()
            control.update { if case .starting = $0.state { $0.state = .running } }
            do throws(ConsumerFailure) { try claim() } catch { callbackFailure = callbackFailure ?? error }
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            release(partitions)
        default:
            if !isLeaving { logger.warning("rebalance failed: \(KafkaReason(event))") }
            release(Array(assignment))
        }
    }

    /// Gives everything up. With range assignment a revocation always covers the whole assignment.
    private func release(_ partitions: [TopicPartition]) {
        let wasLost = rd_kafka_assignment_lost(client) != 0
        logger.info("\(wasLost ? "lost" : "revoked"): \(partitions.sorted().map(\.description).joined(separator: ", "))")
        if !partitions.isEmpty { consumer.revoked(partitions) }
        forgetReading()
        assignment = []
        dropGauges()
        claimDue = nil
        deferred?.end()
        rd_kafka_assign(client, nil)
        refreshStatus()
    }

    /// Lets the consumer fence earlier owners, and starts reading where it says. When that fails
    /// for a passing reason nothing is read until a later attempt succeeds; meanwhile the group
    /// is served as usual.
    func claim() throws(ConsumerFailure) {
        forgetReading()
        claimDue = nil
        guard !assignment.isEmpty else { return assign([:]) }
        guard let clusterID = clusterIdentity(of: client, timeout: .seconds(2)) else {
            return postponeClaim("the cluster's identity is not known yet")
        }
        let partitions = assignment.sorted()
        do {
            try begin(consumer.assigned(partitions, clusterID: clusterID))
        } catch where error.isTransient {
            postponeClaim("\(error)")
        } catch {
            // librdkafka waits for an answer to every rebalance, and would not let the member leave without.
            assign([:])
            throw error as? ConsumerFailure ?? .consumer("\(error)")
        }
    }

    func claimIfDue() throws(ConsumerFailure) {
        guard let claimDue, ContinuousClock.now >= claimDue else { return }
        try claim()
    }

    /// Stops reading partitions that have another owner. A rebalance normally follows; if none
    /// does, the other claim was a late one and everything is claimed again.
    func lose(_ reported: Set<TopicPartition>) {
        let partitions = reported.intersection(assignment)
        logger.warning("another consumer has claimed \(partitions.sorted().map(\.description).joined(separator: ", "))")
        KafkaMetrics.lostPartitions.increment(by: partitions.count)
        pause(partitions.subtracting(held))
        held.subtract(partitions)
        lost.formUnion(partitions)
        claimDue = claimDue ?? .now + settings.reclaimDelay
    }

    private func begin(_ positions: [StartPosition]) throws(ConsumerFailure) {
        var offsets: [TopicPartition: Int64] = [:]
        for position in positions {
            switch position.offset {
            case .beginning: offsets[position.partition] = Int64(RD_KAFKA_OFFSET_BEGINNING)
            // Negative offsets have special meanings; -1 would skip to the end.
            case .offset(let offset) where offset >= 0: offsets[position.partition] = offset
            case .offset(let offset): throw .consumer("start position \(offset) of \(position.partition) is negative")
            }
        }
        guard Set(offsets.keys) == assignment, positions.count == assignment.count else {
            throw .consumer("start positions do not match the assigned partitions")
        }
        starts = offsets.mapValues { max(0, $0) }
        handled = offsets.filter { $0.value >= 0 }
        mirrored = [:]
        claimBackoff.reset()
        control.update { $0.retryingSince = nil }
        assign(offsets)
        refreshStatus()
    }

    private func postponeClaim(_ why: String) {
        let pause = claimBackoff.next()
        logger.warning("partitions could not be claimed, trying again in \(pause): \(why)")
        claimDue = .now + pause
        control.update { $0.retryingSince = $0.retryingSince ?? .now }
        // An empty list keeps the membership without reading; none at all would rejoin at once.
        assign([:])
    }

    private func assign(_ offsets: [TopicPartition: Int64]) {
        deferred?.begin(offsets.keys)
        let list = PartitionList(offsets.map { ($0.key, $0.value) })
        let code = rd_kafka_assign(client, list.pointer)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            callbackFailure = callbackFailure ?? .fatal(KafkaReason(code))
        }
    }

    /// Drops what was read, and undoes pauses: a partition that goes away paused may come back paused.
    private func forgetReading() {
        resume(held.union(lost))
        batch.removeAll()
        starts = [:]
        handled = [:]
        mirrored = [:]
        held = []
        lost = []
        retryDue = nil
        retryBackoff.reset()
        control.update { $0.retryingSince = nil }
    }

    func pause(_ partitions: Set<TopicPartition>) {
        guard !partitions.isEmpty else { return }
        let list = PartitionList(partitions)
        rd_kafka_pause_partitions(client, list.pointer)
    }

    /// Only for partitions that are paused: resuming others can restart them from an old position
    /// before librdkafka 2.4.0.
    func resume(_ partitions: Set<TopicPartition>) {
        guard !partitions.isEmpty else { return }
        let list = PartitionList(partitions)
        rd_kafka_resume_partitions(client, list.pointer)
    }
}
