import Contracts
import Foundation
import Logging
import Messaging

/// A cluster of its own for one test, a producer, and consumer loops that keep their effects in one store.
final class Bench {
    let cluster: MockCluster
    let store = MemoryStore()
    static let topic = "ratings"
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(partitions: Int = 4, brokers: Int = 1) throws {
        cluster = try MockCluster(brokers: brokers, logger: Self.quiet)
        if partitions > 0 { try cluster.createTopic(Self.topic, partitions: partitions) }
    }

    func settings(_ clientID: String, debugContexts: [String] = []) -> KafkaSettings {
        KafkaSettings(
            bootstrapServers: cluster.bootstrapServers, clientID: clientID, fetchWait: .milliseconds(10),
            debugContexts: debugContexts)
    }

    func producer() throws -> Producer {
        try Producer(settings("producer"), logger: Self.quiet)
    }

    /// The session timeout also governs how long the mock cluster waits for members in a rebalance.
    func loop(
        _ name: String, behaviour: MemoryConsumer.Behaviour = .init(), logger: Logger = Bench.quiet,
        adjust: (inout ConsumerSettings) -> Void = { _ in }
    ) -> ConsumerLoop {
        var consumer = ConsumerSettings(
            group: "scoring", topics: [Self.topic], sessionTimeout: .seconds(4), idleInterval: .milliseconds(50),
            maximumRetryDelay: .milliseconds(200), reclaimDelay: .milliseconds(300), endsStalledProcess: false)
        adjust(&consumer)
        let store = store
        return ConsumerLoop(
            settings(name, debugContexts: logger.logLevel <= .debug ? ["cgrp", "consumer"] : []), consumer, logger: logger, onFailure: { store.note(.failed("\($0)")) },
            makeConsumer: { MemoryConsumer(store, name: name, behaviour: behaviour) })
    }

    /// Records 0..<count spread over so many keys; the value is `key:number`.
    static func records(_ count: Int, keys: Int = 10, from first: Int = 0) -> [OutgoingRecord] {
        (first..<first + count).map { number in
            let key = "key-\(number % keys)"
            return OutgoingRecord(
                topic: topic, key: Array(key.utf8), headers: [], value: Array("\(key):\(number)".utf8))
        }
    }

    static func values(_ records: [OutgoingRecord]) -> [String] {
        records.map { String(decoding: $0.value, as: UTF8.self) }
    }

    static let longEnough = Duration.seconds(60)
}

extension MemoryStore.State {
    /// Whether every record had its effect exactly once, and those of one key in the order published.
    func appliedOnceInOrder(_ expected: [OutgoingRecord]) -> Bool {
        let applied = Dictionary(grouping: applied, by: \.key).mapValues { $0.map { $0.value ?? [] } }
        return applied == Dictionary(grouping: expected, by: \.key).mapValues { $0.map(\.value) }
    }

    var failures: [String] { history.compactMap { if case .failed(let words) = $0 { words } else { nil } } }
}
