import Contracts
import CRdKafka
import Contracts
import Logging
import Metrics

extension GroupMember {
    /// Once a second: mirrors positions to Kafka and looks at the lag.
    func observeIfDue() {
        guard ContinuousClock.now >= observationDue else { return }
        observationDue = .now + .seconds(1)
        mirrorPositions()
        refreshStatus()
    }

    /// Tells Kafka how far this group is, for lag tools only; nothing reads it back. Never done
    /// inside a rebalance.
    func mirrorPositions() {
        let news = handled.filter { $0.value > mirrored[$0.key] ?? 0 }
        guard !news.isEmpty else { return }
        let list = PartitionList(news.map { ($0.key, $0.value) })
        let code = rd_kafka_commit(client, list.pointer, 1)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            mirrored.merge(news) { $1 }
        } else {
            mirrorAnswered(code)
        }
    }

    func mirrorAnswered(_ code: rd_kafka_resp_err_t) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR, code != RD_KAFKA_RESP_ERR__NO_OFFSET else { return }
        KafkaMetrics.mirrorCommitFailures.increment()
        logger.debug("Kafka's copy of the positions was not updated: \(KafkaReason(code))")
    }

    func refreshStatus() {
        let partitions = assignment.sorted().map { partition in
            let lag = lag(of: partition)
            if let lag { gauge(for: partition).record(lag) }
            return ConsumerStatus.Partition(id: partition, nextOffset: handled[partition], lag: lag)
        }
        observeDrain(partitions)
        control.update {
            $0.assigned = partitions
            $0.lastProgress = .now
        }
    }

    /// Ends the measures of partitions that went away, lest their last value be shown for ever.
    func dropGauges() {
        for gauge in lagGauges.values { gauge.destroy() }
        for gauge in drainGauges.values { gauge.destroy() }
        lagGauges = [:]
        drainGauges = [:]
        drains.forget()
    }

    private func observeDrain(_ partitions: [ConsumerStatus.Partition]) {
        let observed = partitions.map {
            DrainEstimates.Observation(id: $0.id, next: $0.nextOffset, waiting: $0.lag)
        }
        for (topic, seconds) in drains.observe(observed, at: .now) {
            let gauge = drainGauges[topic] ?? KafkaMetrics.drain(topic)
            drainGauges[topic] = gauge
            gauge.record(seconds)
        }
    }

    private func gauge(for partition: TopicPartition) -> Gauge {
        if let gauge = lagGauges[partition] { return gauge }
        let gauge = KafkaMetrics.lag(partition)
        lagGauges[partition] = gauge
        return gauge
    }

    /// From the watermark the last fetch brought along: no request, no waiting.
    private func lag(of partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_get_watermark_offsets(client, partition.topic, partition.partition, &low, &high)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
        return max(0, high - (handled[partition] ?? max(0, low)))
    }
}
