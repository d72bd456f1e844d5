import Contracts
import Dispatch
import Logging
import Messaging

/// Asks Kafka how far each partition has been written: the other half of what the database knows about consumers.
struct TopicEnds: Sendable {
    private static let patience: Duration = .seconds(3)

    let kafka: KafkaSettings
    let logger: Logger

    /// The offset that the next record of each partition will get. Partitions that do not answer in time are left out.
    func read(_ partitions: [TopicPartition]) async -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        // The client blocks, so it gets a thread of its own for the moment.
        return await withCheckedContinuation { continuation in
            DispatchQueue(label: "attune.portal.topic-ends").async {
                do {
                    let administration = try TopicAdministration(kafka, logger: logger)
                    continuation.resume(returning: administration.highWatermarks(of: partitions, timeout: Self.patience))
                } catch {
                    logger.warning("Kafka could not be asked how far its topics are", metadata: ["reason": "\(error)"])
                    continuation.resume(returning: [:])
                }
            }
        }
    }
}
