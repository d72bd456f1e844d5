import Contracts
import Domain
import Foundation
import LocalStack
import Persistence

/// How long partitions stand still while workers of scoring join, leave and die under load.
struct RebalanceBench {
    private static let ratingsPerSecond = 300
    /// Of each step after the last partition has found its owner.
    private static let seconds = 6.0

    let bench: Bench

    func figures() throws -> [Figure] {
        for service in [StackService.audit, .alerting, .notification] { bench.stack.stop(service) }
        try bench.stack.restart(.scoring)
        let clinic = bench.clinic(seed: 40, episodes: 1200)
        try bench.post(clinic.episodes, "opening episodes") { clinic.opening($0) }
        let load = try SteadyLoad(bench: bench, clinic: clinic, rate: Self.ratingsPerSecond)
        load.start()
        defer { load.stop() }
        let watch = PartitionWatch(DatabaseSettings(url: bench.stack.endpoints.database, applicationName: "attune bench watch"))
        watch.start()
        defer { watch.stop() }
        try bench.until { watch.partitionsSeen == TopicCatalogue.definition(of: .episodeEvents).partitions }
        return try steps(watch)
    }

    private func steps(_ watch: PartitionWatch) throws -> [Figure] {
        var replica: Replica?
        let quiet = try step(watch) {}
        let join = try step(watch, untilOwners: 2) { replica = try bench.stack.addReplica(of: .scoring) }
        let leave = try step(watch, untilOwners: 1) { if let replica { bench.stack.remove(replica) } }
        _ = try step(watch, untilOwners: 2) { replica = try bench.stack.addReplica(of: .scoring) }
        let death = try step(watch, untilOwners: 1) { replica.flatMap { bench.stack.process($0) }?.kill9() }
        if let replica { bench.stack.remove(replica) }
        func figure(_ name: String, _ value: Double, floor: Double) -> Figure {
            Figure(name: "longest pause of a partition, \(name)", value: value * 1000, unit: "ms", floor: floor * 1000)
        }
        // The local Kafka ends every rebalance a second before the session time-out would, and not before, however soon
        // all members are back (rd_kafka_mock_cgrp_rebalance of librdkafka 2.0.2). Apache Kafka waits for nobody else.
        let timeout = Bench.seconds(StackSettings.localSessionTimeout)
        let rebalance = timeout - 1
        return [
            figure("nobody joins or leaves", quiet.stayed, floor: quiet.stayed),
            figure("a worker joins: those that move", join.moved, floor: rebalance),
            figure("a worker joins: those that stay", join.stayed, floor: rebalance),
            figure("a worker leaves: those that move", leave.moved, floor: rebalance),
            figure("a worker leaves: those that stay", leave.stayed, floor: rebalance),
            figure("a worker is killed: its own", death.moved, floor: timeout + rebalance),
            figure("a worker is killed: those of the other", death.stayed, floor: rebalance),
        ]
    }

    private func step(
        _ watch: PartitionWatch, untilOwners owners: Int = 1, _ change: () throws -> Void
    ) throws -> PartitionWatch.Pauses {
        watch.begin()
        try change()
        let start = ContinuousClock.now
        try bench.until { watch.owners.count == owners && watch.allHaveMoved(since: start) }
        Pause.seconds(Self.seconds)
        return watch.end()
    }
}
