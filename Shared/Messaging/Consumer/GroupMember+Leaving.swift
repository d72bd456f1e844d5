import CRdKafka
import Contracts
import Logging

extension GroupMember {
    /// Leaves the group so that others get the partitions now and not after the session timeout,
    /// then ends the client. Closing is known to hang in librdkafka 2.0.2; when the deadline passes
    /// the client is left as it is, and the process should end.
    func leave(by deadline: ContinuousClock.Instant) {
        isLeaving = true
        mirrorPositions()
        rd_kafka_unsubscribe(client)
        // Closing while partitions are still assigned is what hangs, so wait for the revocation.
        while !assignment.isEmpty, ContinuousClock.now < deadline, !context.hasFatalError {
            control.beat()
            rd_kafka_consumer_poll(client, 100).map(rd_kafka_message_destroy)
        }
        deferred?.close()
        guard close(by: deadline) else {
            logger.error("the consumer could not leave its group in time; its partitions move after the session timeout")
            // The client lives on, and its threads may still call back.
            _ = Unmanaged.passRetained(context)
            return
        }
        rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// - Returns: whether the client can be ended now.
    private func close(by deadline: ContinuousClock.Instant) -> Bool {
        guard let queue = rd_kafka_queue_new(client) else { return false }
        defer { rd_kafka_queue_destroy(queue) }
        if let error = rd_kafka_consumer_close_queue(client, queue) {
            // After a fatal error there is no group to leave: closing is refused and would never be done.
            logger.debug("the consumer is ended without leaving: \(KafkaReason(consuming: error))")
            return true
        }
        while rd_kafka_consumer_closed(client) == 0 {
            guard ContinuousClock.now < deadline else { return false }
            control.beat()
            rd_kafka_queue_poll_callback(queue, 50)
        }
        return true
    }
}
