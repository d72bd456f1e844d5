import Contracts
import Foundation
import Logging
import Messaging

/// Everything that stands in all topics.
enum TopicDump {
    /// Keys, headers and values.
    static func bytes(kafka: String) throws -> Data {
        var data = Data()
        for record in try records(kafka: kafka) {
            data += record.key
            for header in record.headers { data += Array(header.name.utf8) + header.value }
            data += record.value ?? []
        }
        return data
    }

    /// Every record of every topic.
    static func records(kafka: String) throws -> [ConsumedRecord] {
        let settings = KafkaSettings(bootstrapServers: kafka, clientID: "dump", fetchWait: .milliseconds(10))
        let quiet = Logger(label: "dump") { _ in SwiftLogNoOpLogHandler() }
        let partitions = TopicCatalogue.all.flatMap { definition in
            (0..<definition.partitions).map { TopicPartition(topic: definition.topic.name, partition: Int32($0)) }
        }
        let heads = try TopicAdministration(settings, logger: quiet).highWatermarks(of: partitions, timeout: .seconds(60))
        let store = Store(missing: Int(heads.values.reduce(0, +)))
        let loop = ConsumerLoop(
            settings,
            ConsumerSettings(
                group: "dump", topics: Topic.allCases.map(\.name), sessionTimeout: .seconds(6), endsStalledProcess: false),
            logger: quiet, onFailure: { _ in store.end() }
        ) { Reader(store) }
        loop.start()
        defer { loop.stop(within: .seconds(30)) }
        guard let records = store.whole() else { throw TopicsUnread() }
        return records
    }

    struct TopicsUnread: Error {}

    private final class Store: @unchecked Sendable {
        // Safe to share: everything is only touched with `condition` locked.
        private let condition = NSCondition()
        private var records: [ConsumedRecord] = []
        private var missing: Int
        private var hasEnded = false

        init(missing: Int) { self.missing = missing }

        func add(_ batch: [ConsumedRecord]) {
            condition.lock()
            records += batch
            missing -= batch.count
            condition.broadcast()
            condition.unlock()
        }

        func end() {
            condition.lock()
            hasEnded = true
            condition.broadcast()
            condition.unlock()
        }

        /// Nil when the reader failed, or not everything came within two minutes.
        func whole() -> [ConsumedRecord]? {
            let limit = Date(timeIntervalSinceNow: 120)
            condition.lock()
            defer { condition.unlock() }
            while missing > 0, !hasEnded, condition.wait(until: limit) {}
            return missing > 0 ? nil : records
        }
    }

    private final class Reader: RecordConsumer {
        private let store: Store
        init(_ store: Store) { self.store = store }

        func assigned(_ partitions: [TopicPartition], clusterID: String) -> [StartPosition] {
            partitions.map { StartPosition($0, .beginning) }
        }

        func handle(_ batch: [ConsumedRecord]) -> BatchOutcome {
            store.add(batch)
            return .done
        }
    }
}
