import Contracts
import Domain
import Messaging
import Persistence
import ServiceKit

/// Publishes events of the ledger again, as a relay does that has lost its memory, and in any order, as none does.
struct RepeatedDeliveries {
    let kafka: String
    /// Decides the order.
    let seed: UInt64

    func publish(_ count: Int, on connection: Connection) throws {
        let producer = try Producer(
            KafkaSettings(bootstrapServers: kafka, clientID: "attune-chaos"), logger: OperatorEnvironment.logger("chaos"))
        defer { producer.close(deadline: .seconds(1)) }
        let events = try Lane.all.flatMap { lane in
            let head = try connection.run(
                "select cursor from published.lane where category = $1 and backfill = $2",
                [.int16(lane.category.rawValue), .bool(lane.backfill)]
            ).only().int64(0)
            // Only what has been published before: an event's first delivery is the relay's.
            return try Ledger.page(of: lane, after: max(0, head - Int64(count)), limit: count, on: connection)
                .filter { $0.position <= head }
        }
        var random = SplitMix64(seed: seed)
        let records = try events.shuffled(using: &random).map { OutgoingRecord(try EventEnvelope($0), to: $0.lane.topic) }
        try producer.publish(records, deadline: .seconds(10))
    }
}
