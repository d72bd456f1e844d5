import Contracts
import CRdKafka
import Contracts
import Dispatch
import Foundation
import Synchronization

/// Asks brokers for high watermarks on a thread of its own, because librdkafka before 2.3.0 may
/// never return from that call, whatever timeout it is given.
final class WatermarkQuery: Sendable {
    private let client: AdministrationClient
    private let partitions: [TopicPartition]
    private let found = Mutex<[TopicPartition: Int64]>([:])
    private let done = DispatchSemaphore(value: 0)

    init(_ client: AdministrationClient, _ partitions: [TopicPartition]) {
        self.client = client
        self.partitions = partitions
    }

    /// What was found until the time was up. A thread that hangs keeps the client alive.
    func run(timeout: Duration) -> [TopicPartition: Int64] {
        let deadline = ContinuousClock.now + timeout
        Thread.detachNewThread { [self] in
            query(until: deadline)
            done.signal()
        }
        _ = done.wait(timeout: .now() + .milliseconds(Int(timeout.milliseconds)))
        return found.withLock { $0 }
    }

    private func query(until deadline: ContinuousClock.Instant) {
        for partition in partitions {
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { return }
            var low: Int64 = 0
            var high: Int64 = 0
            let code = rd_kafka_query_watermark_offsets(
                client.pointer, partition.topic, partition.partition, &low, &high, remaining.milliseconds)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { found.withLock { $0[partition] = high } }
        }
    }
}
