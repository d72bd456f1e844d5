import Contracts
import Foundation
import Logging
import Messaging

/// A cluster with the trajectory topic alone, in one partition so that it has one order.
final class TrajectoryTopic {
    let cluster: MockCluster
    private let arrivals = Arrivals()
    private var loop: ConsumerLoop?
    private let partition = TopicPartition(topic: Topic.trajectories.name, partition: 0)

    init() throws {
        cluster = try MockCluster(logger: .quiet)
        try cluster.createTopic(partition.topic, partitions: 1)
    }

    func producer() throws -> Producer {
        try Producer(settings("producer"), options: ProducerOptions(linger: .zero), logger: .quiet)
    }

    private func settings(_ clientID: String) -> KafkaSettings {
        KafkaSettings(bootstrapServers: cluster.bootstrapServers, clientID: clientID, fetchWait: .milliseconds(10))
    }

    /// How many records the topic holds: publishing returns only when they are there.
    func count() throws -> Int {
        let administration = try TopicAdministration(settings("looker"), logger: .quiet)
        let heads = administration.highWatermarks(of: [partition], timeout: .seconds(60))
        guard let head = heads[partition] else { throw TopicUnread() }
        return Int(head)
    }

    /// Everything published until now, in order.
    func events() async throws -> [EventEnvelope] {
        let count = try count()
        if loop == nil {
            let arrivals = arrivals
            let loop = ConsumerLoop(
                settings("reader"),
                ConsumerSettings(
                    group: "reader", topics: [partition.topic], sessionTimeout: .seconds(4), endsStalledProcess: false),
                logger: .quiet, onFailure: { _ in arrivals.end() }
            ) { Collector(arrivals) }
            loop.start()
            self.loop = loop
        }
        guard let records = await arrivals.first(count) else { throw TopicUnread() }
        return try records.map { record in
            try CloudEventsBinding.event(
                key: record.key, headers: record.headers, value: record.value)
        }
    }

    func close() async {
        _ = await loop?.stop(within: .seconds(30))
        loop = nil
    }
}

struct TopicUnread: Error {}

/// Records as they come in.
private final class Arrivals: @unchecked Sendable {
    // Safe to share: everything is only touched with `condition` locked.
    private let condition = NSCondition()
    private var records: [ConsumedRecord] = []
    private var hasEnded = false

    func add(_ batch: [ConsumedRecord]) {
        condition.lock()
        records += batch
        condition.broadcast()
        condition.unlock()
    }

    func end() {
        condition.lock()
        hasEnded = true
        condition.broadcast()
        condition.unlock()
    }

    /// Nil when the reader failed, or they did not come within two minutes.
    func first(_ count: Int) async -> [ConsumedRecord]? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                let limit = Date(timeIntervalSinceNow: 120)
                condition.lock()
                while records.count < count, !hasEnded, condition.wait(until: limit) {}
                let found = records.count < count ? nil : Array(records.prefix(count))
                condition.unlock()
                continuation.resume(returning: found)
            }
        }
    }
}

private final class Collector: RecordConsumer {
    private let arrivals: Arrivals

    init(_ arrivals: Arrivals) { self.arrivals = arrivals }

    func assigned(_ partitions: [TopicPartition], clusterID: String) -> [StartPosition] {
        partitions.map { StartPosition($0, .beginning) }
    }

    func handle(_ batch: [ConsumedRecord]) -> BatchOutcome {
        arrivals.add(batch)
        return .done
    }
}
