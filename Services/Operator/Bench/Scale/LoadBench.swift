import Foundation
import LocalStack
import Persistence
import Synchronization

/// What somebody waits for a warning while much more than usual comes in: a burst, and a bulk import.
struct LoadBench {
    private static let usual = 60
    private static let quietSeconds = 20
    private static let importedEpisodes = 20_000

    let bench: Bench
    let imported: Int

    func figures() throws -> [Figure] {
        for service in StackService.allCases where bench.stack.process(service)?.isRunning != true {
            try bench.stack.restart(service)
        }
        try bench.drain()
        let quiet = try delays(rate: Self.usual, seconds: Self.quietSeconds, seed: 50)
        let burst = try delays(rate: Self.usual * 10, seconds: 10, seed: 51)
        let workedOff = try bench.seconds { try bench.drain() }
        let (beside, taken) = try besideImport()
        try bench.drain()
        // What lies in Kafka and in the tables is still there, and nothing is imported any more: what that alone costs.
        let after = try delays(rate: Self.usual, seconds: Self.quietSeconds, seed: 52)
        let name = "accepted POST to readable alert"
        return quiet.figures("\(name) at \(Self.usual)/s")
            + burst.figures("\(name), burst of \(Self.usual * 10)/s for 10 s", floor: quiet)
            + [Figure(name: "until the burst is worked off, after its last alert", value: workedOff, unit: "s")]
            + beside.figures("\(name) at \(Self.usual)/s beside a bulk import", floor: quiet)
            + after.figures("\(name) at \(Self.usual)/s after a bulk import", floor: quiet)
            + [Figure(name: "bulk import of \(imported) ratings, to the last trajectory", value: Double(imported) / taken, unit: "ratings/s")]
    }

    /// Ordinary ratings, and one in ten that answers the safety item: those are timed, from the answer to the alert.
    private func delays(rate: Int, seconds: Int, seed: UInt64) throws -> Delays {
        let count = rate * seconds
        let ordinary = bench.clinic(seed: seed * 1000)
        let unsafe = bench.clinic(seed: seed * 1000 + 1, episodes: count / 10)
        try bench.post(ordinary.episodes, "opening episodes") { ordinary.opening($0) }
        try bench.post(unsafe.episodes, "opening episodes") { unsafe.opening($0) }
        let watch = AlertWatch(database: bench.stack.endpoints.database)
        watch.start()
        defer { watch.stop() }
        let run = LoadRun(title: "ratings at \(rate)/s", count: count, rate: rate) { number in
            number.isMultiple(of: 10) ? unsafe.unsafeRating(number / 10) : ordinary.rating(number)
        }
        let counts = try run.run(
            url: try bench.url(.ingestion), token: try bench.token("north", "integration"), connections: Bench.connections,
            patience: Bench.patience
        ) { number in
            if number.isMultiple(of: 10) { watch.expect(unsafe.episode(number / 10)) }
        }
        if counts.failed > 0 { throw BenchFailure("\(counts.failed) of \(count) ratings failed") }
        try bench.until { !watch.isWaiting }
        return watch.delays
    }

    /// Live traffic for as long as the import takes, to the last trajectory.
    private func besideImport() throws -> (Delays, seconds: Double) {
        let clinic = bench.clinic(seed: 60, episodes: Self.importedEpisodes)
        let `import` = BulkImport(bench: bench, clinic: clinic, ratings: imported)
        let start = ContinuousClock.now
        `import`.start()
        var delays = Delays()
        var round: UInt64 = 0
        while `import`.outcome == nil {
            round += 1
            delays.add(try self.delays(rate: Self.usual, seconds: 10, seed: 600 + round))
        }
        if case .failure(let error) = `import`.outcome { throw error }
        return (delays, Bench.seconds(start.duration(to: `import`.end ?? .now)))
    }
}

/// Ratings on the backfill lane, as fast as they are taken, on a thread of its own.
private final class BulkImport: Sendable {
    private struct State {
        var outcome: Result<Void, any Error>?
        var end: ContinuousClock.Instant?
    }

    private let bench: Bench
    private let clinic: SimulatedClinic
    private let ratings: Int
    private let state = Mutex(State())

    init(bench: Bench, clinic: SimulatedClinic, ratings: Int) { (self.bench, self.clinic, self.ratings) = (bench, clinic, ratings) }

    var outcome: Result<Void, any Error>? { state.withLock { $0.outcome } }
    var end: ContinuousClock.Instant? { state.withLock { $0.end } }

    func start() {
        let thread = Thread { [self] in
            let outcome = Result { try run() }
            state.withLock { $0 = State(outcome: outcome, end: .now) }
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func run() throws {
        let episodes = clinic.episodes
        try bench.send(0..<episodes, backfill: true) { [clinic] in clinic.opening($0) }
        try bench.send(0..<ratings, backfill: true) { [clinic] in clinic.rating($0) }
        let connection = try bench.superuser()
        defer { connection.close() }
        let goal = Int64(episodes + ratings)
        let deadline = ContinuousClock.now + .seconds(3600)
        while try connection.run(Self.scored).only().int64(0) < goal {
            guard ContinuousClock.now < deadline else { throw BenchFailure("the import was not scored within an hour") }
            Pause.seconds(0.2)
        }
    }

    private static let scored: Statement = """
        select coalesce(sum(greatest(next_offset, 0)), 0)::bigint from scoring.consumer_offset
        where topic = 'attune.episode-events.backfill.v1'
        """
}
