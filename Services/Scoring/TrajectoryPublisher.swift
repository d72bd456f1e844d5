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

    /// - Parameter work: done while Kafka writes; the first failure of the two comes out.
    func publish(_ events: [EventEnvelope], meanwhile work: () throws -> Void = {}) throws {
        let records = events.map { OutgoingRecord($0, to: .trajectories) }
        var outcome = Result<Void, any Error>.success(())
        try producer.publish(records, deadline: Self.deadline) { outcome = Result(catching: work) }
        try outcome.get()
    }
}
