import Contracts
import Messaging
import ServiceKit

/// Puts trajectory events on Kafka and returns when Kafka has them.
final class TrajectoryPublisher {
    private let producer: Producer
    private static let deadline: Duration = .seconds(20)

    init(_ producer: Producer) {
        self.producer = producer
    }

    func publish(_ events: [EventEnvelope]) throws(MessagingError) {
        try producer.publish(events.map { OutgoingRecord($0, to: .trajectories) }, deadline: Self.deadline)
    }
}
