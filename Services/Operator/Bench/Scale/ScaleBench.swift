import Contracts
import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit

/// What one, two and four workers of scoring do, and what joining, leaving and dying costs meanwhile.
struct ScaleBench {
    static let workers = [1, 2, 4]

    let bench: Bench

    func figures() throws -> [Figure] { try throughput() + hotEpisode() + RebalanceBench(bench: bench).figures() }

    // MARK: - Throughput

    /// Scoring alone works off what lies in Kafka; the processor's time tells who used it.
    private func throughput() throws -> [Figure] {
        stopAllBehindIngestion()
        var figures: [Figure] = []
        let floor = try PipelineFloor(
            kafka: bench.stack.endpoints.kafka, database: bench.stack.endpoints.database,
            records: try backlog(seed: 20, episodes: 500), rows: .scoring
        ).recordsPerSecond()
        for workers in Self.workers {
            let backlog = try backlog(seed: 20 + UInt64(workers), episodes: 500)
            let run = try workOff(backlog, by: workers)
            let name = "scoring, \(workers) worker\(workers == 1 ? "" : "s")"
            figures.append(Figure(name: name, value: run.rate, unit: "ratings/s", floor: floor))
            figures.append(Figure(name: "\(name): processor time, all workers", value: run.scoring, unit: "µs/rating"))
            figures.append(Figure(name: "\(name): processor time, PostgreSQL", value: run.database, unit: "µs/rating"))
        }
        return figures
    }

    /// As many ratings of one episode as of many; one partition has them all, and each rating waits for the one before.
    private func hotEpisode() throws -> [Figure] {
        let count = 1800
        let spread = try workOff(try backlog(seed: 30, episodes: 500, count: count), by: 1)
        let hot = try workOff(try backlog(seed: 31, episodes: 1, count: count), by: 1)
        return [
            Figure(name: "\(count) ratings of one episode beside as many of 500", value: hot.rate, unit: "ratings/s", floor: spread.rate)
        ]
    }

    private func stopAllBehindIngestion() {
        for service in [StackService.audit, .alerting, .notification, .scoring] { bench.stack.stop(service) }
    }

    /// Ratings that lie in Kafka.
    /// - Returns: how many records scoring has to read.
    private func backlog(seed: UInt64, episodes: Int, count: Int? = nil) throws -> Int {
        let count = count ?? bench.ratings
        let clinic = bench.clinic(seed: seed, episodes: episodes)
        try bench.post(episodes, "opening episodes") { clinic.opening($0) }
        try bench.sendBatches(0..<count, of: clinic)
        try bench.until { try bench.count("select count(*) from published.lane where cursor < head") == 0 }
        return episodes + count
    }

    private struct Run {
        let rate: Double
        /// Microseconds a rating.
        let scoring: Double
        let database: Double
    }

    private func workOff(_ records: Int, by workers: Int) throws -> Run {
        let before = try bench.count(Self.positions)
        let server = bench.stack.cluster?.processID
        let databaseBefore = server.map(ProcessTimes.seconds) ?? 0
        // Those that return at once come first, so that all join in one rebalance.
        let replicas = try (1..<workers).map { _ in try bench.stack.addReplica(of: .scoring) }
        try bench.stack.restart(.scoring)
        defer {
            for replica in replicas { bench.stack.remove(replica) }
            bench.stack.stop(.scoring)
        }
        var last: (count: Int, at: ContinuousClock.Instant)?
        var (counted, seconds) = (0, 0.0)
        try bench.until(lookingEvery: 0.02) {
            let done = try bench.count(Self.positions) - before
            guard done > last?.count ?? 0 else { return false }
            let now = ContinuousClock.now
            if let last, last.at.duration(to: now) < Self.longestBatch {
                (counted, seconds) = (counted + done - last.count, seconds + Bench.seconds(last.at.duration(to: now)))
            }
            last = (done, now)
            return done >= records
        }
        let pids = [bench.stack.process(.scoring)?.processID] + replicas.map { bench.stack.process($0)?.processID }
        let scoring = pids.compactMap { $0 }.map(ProcessTimes.seconds).reduce(0, +)
        let database = (server.map(ProcessTimes.seconds) ?? 0) - databaseBefore
        guard counted > 0 else { throw BenchFailure("scoring was done at one look: take more ratings") }
        return Run(
            rate: Double(counted) / seconds,
            scoring: scoring * 1_000_000 / Double(records), database: database * 1_000_000 / Double(records))
    }

    /// Standing still for longer is a worker that joins late: a rebalance, which is measured by itself.
    private static let longestBatch: Duration = .seconds(1)

    /// Records that scoring has read and committed.
    static let positions = "select coalesce(sum(greatest(next_offset, 0)), 0)::bigint from scoring.consumer_offset"
}
