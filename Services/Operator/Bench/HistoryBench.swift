import Catalogue
import Contracts
import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit
import Synchronization

/// What an event costs at each step when the history behind it is short, and when it is long: the real services, one
/// after the other, work off the same number of ratings of episodes from all over the history.
struct HistoryBench {
    let stack: LocalStack
    let sizes: [Int]
    let catalogue: Catalogue

    /// Ratings at each size; enough for some seconds of work, and for pages that are not in memory from the last one.
    private static let ratings = 10_000
    private static let batch = 500

    /// One line for each step and size, with the smallest size as the floor.
    func figures() throws -> [Figure] {
        let connection = try open()
        for service in StackService.allCases { stack.stop(service) }
        var history = MadeHistory(catalogue, seed: 7)
        var pool: [MadeHistory.Episode] = []
        var steps: [(size: Int, costs: [(step: String, microseconds: Double)])] = []
        for size in sizes {
            try grow(&history, to: size, keeping: &pool, connection)
            steps.append((size, try costs(size, &pool, connection)))
        }
        return steps.flatMap { size, costs in
            costs.enumerated().map { index, cost in
                Figure(
                    name: "\(cost.step) behind \(size) events", value: cost.microseconds, unit: "µs/event",
                    floor: steps[0].costs[index].microseconds)
            }
        }
    }

    private func open() throws -> Connection {
        var settings = DatabaseSettings(url: stack.endpoints.database, applicationName: "attune bench")
        settings.statementTimeout = DatabaseOptions.statementLimit
        return try Connection(settings)
    }

    // MARK: - Growing

    private func grow(
        _ history: inout MadeHistory, to size: Int, keeping pool: inout [MadeHistory.Episode], _ connection: Connection
    ) throws {
        let fill = HistoryFill(connection: connection)
        var tree = try fill.storedTree()
        var bar = ProgressBar("a history of \(size) events", total: size / MadeHistory.eventsOfEpisode)
        while history.made * MadeHistory.eventsOfEpisode < size {
            let left = size / MadeHistory.eventsOfEpisode + 1 - history.made
            let episodes = try history.episodes(min(250, left))
            try connection.transaction { _ in
                try fill.writeLedger(episodes)
                try fill.writeStates(episodes)
                try fill.writeLog(episodes, &tree)
            }
            pool += episodes
            // Episodes from all over the history, not only its newest, so that their rows are cold.
            if pool.count > 4000 { pool = pool.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element) }
            bar.advance(to: history.made)
        }
        bar.end()
        try fill.markRelayed()
        // Each by itself: together they would be one transaction, in which neither may run.
        for command in ["vacuum analyze", "checkpoint"] { try connection.script(command) }
    }

    // MARK: - Measuring

    private func costs(
        _ size: Int, _ pool: inout [MadeHistory.Episode], _ connection: Connection
    ) throws -> [(step: String, microseconds: Double)] {
        let events = try ratings(&pool, size)
        let before = try lastPosition(connection)
        let append = try microseconds {
            for start in stride(from: 0, to: events.count, by: Self.batch) {
                let batch = Array(events[start..<min(start + Self.batch, events.count)])
                _ = try connection.transaction { try Ledger.append(batch, to: .episode, on: $0) }
            }
        }
        let page = try microseconds {
            var position = before
            while let last = try Ledger.page(of: .episode, after: position, limit: Self.batch, on: connection).last {
                position = last.position
            }
        }
        let relay = try working(.ingestion, "select cursor from ledger.lane where category = 1 and not backfill", connection) { _ in
            try lastPosition(connection)
        }
        let scoring = try working(.scoring, Self.positions("scoring"), connection) { $0 + Int64(events.count) }
        // Beside each rating its trajectory.
        let audit = try working(.audit, "select size from published.audit_tree", connection) { $0 + Int64(2 * events.count) }
        return [("append", append), ("relay page", page), ("relay", relay), ("scoring", scoring), ("audit", audit / 2)]
    }

    private static func positions(_ schema: String) -> String {
        "select coalesce(sum(greatest(next_offset, 0)), 0)::bigint from \(schema).consumer_offset"
    }

    private func lastPosition(_ connection: Connection) throws -> Int64 {
        try connection.run("select head from published.lane where category = 1 and not backfill").only().int64(0)
    }

    /// Ratings that call for no alert, one session further on for each episode taken.
    private func ratings(_ pool: inout [MadeHistory.Episode], _ size: Int) throws -> [NewEvent] {
        let instrument = InstrumentReference(id: InstrumentID(unchecked: "srs"), version: "2002")
        var events: [NewEvent] = []
        let taken = max(1, min(pool.count, Self.ratings / 4))
        let step = max(1, pool.count / taken)
        for number in 0..<Self.ratings {
            let episode = pool[number % taken * step]
            guard let rater = episode.rater, let last = episode.record.events.last else { continue }
            let session = 10 + number / taken + size.trailingZeroBitCount
            let rating = Rating(
                id: TimeOrderedIdentity.make(at: .now), participant: rater.id, instrument: instrument, session: session,
                day: last.recordedAt.day, answers: .total(390))
            events.append(
                NewEvent(
                    id: TimeOrderedIdentity.make(at: .now), stream: episode.record.stream, site: MadeHistory.site,
                    type: EventType.ratingRecorded.rawValue, traceparent: TraceContext.root().description,
                    payload: try EpisodeEventCodec.encode(.ratingRecorded(rating), actor: "simulated")))
        }
        return events
    }

    private func microseconds(_ work: () throws -> Void) throws -> Double {
        let start = ContinuousClock.now
        try work()
        return Bench.seconds(start.duration(to: .now)) * 1_000_000 / Double(Self.ratings)
    }

    /// Starts a service and times it from its first progress to its last: without the time it takes to start.
    /// - Parameters:
    ///   - progress: a number that rises as it works.
    ///   - goal: where it stands when all is done, from where it stands now.
    /// - Returns: microseconds a rating.
    private func working(
        _ service: StackService, _ progress: String, _ connection: Connection, _ goal: (Int64) throws -> Int64
    ) throws -> Double {
        func reached() throws -> Int64 { try connection.run(Statement(progress)).only().int64(0) }
        let start = try reached()
        let goal = try goal(start)
        let watch = ProgressWatch(settings: connection.settings, progress, from: start, to: goal)
        watch.start()
        try stack.restart(service)
        let deadline = ContinuousClock.now + .seconds(600)
        while !watch.isDone {
            guard ContinuousClock.now < deadline else { throw BenchFailure("\(service.executable) did not come to its end") }
            Pause.seconds(0.01)
        }
        stack.stop(service)
        guard let share = watch.secondsOfShare else { throw BenchFailure("\(service.executable) was done at one look") }
        return share.seconds / share.share / Double(Self.ratings) * 1_000_000
    }
}

/// Looks at a number as it rises, from a thread and a session of its own.
private final class ProgressWatch: Sendable {
    private struct Look {
        let value: Int64
        let at: ContinuousClock.Instant
    }

    private let settings: DatabaseSettings
    private let sql: String
    private let from: Int64
    private let goal: Int64
    private let looks = Mutex<[Look]>([])
    private let ended = Atomic(false)

    init(settings: DatabaseSettings, _ sql: String, from: Int64, to goal: Int64) {
        (self.settings, self.sql, self.from, self.goal) = (settings, sql, from, goal)
    }

    var isDone: Bool { ended.load(ordering: .acquiring) }

    func start() {
        let thread = Thread { [self] in
            guard let connection = try? Connection(settings) else { return }
            var last = from
            while last < goal, let value = try? connection.run(Statement(sql)).only().int64(0) {
                if value > last {
                    last = value
                    looks.withLock { $0.append(Look(value: value, at: .now)) }
                }
                Pause.seconds(0.005)
            }
            ended.store(true, ordering: .releasing)
        }
        thread.start()
    }

    /// How long it took from the first look that saw progress to the last, and for what share of the whole.
    var secondsOfShare: (seconds: Double, share: Double)? {
        let looks = looks.withLock { $0 }
        guard let first = looks.first, let last = looks.last, last.value > first.value else { return nil }
        return (
            Bench.seconds(first.at.duration(to: last.at)), Double(last.value - first.value) / Double(goal - from)
        )
    }
}
