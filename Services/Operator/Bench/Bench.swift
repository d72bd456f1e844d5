import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit
import TransparencyLog

/// The measurements, in the order in which they are taken.
struct Bench {
    let stack: LocalStack
    let ratings: Int
    let seconds: Int

    private static let episodes = 500
    static let connections = 16
    private static let oneAlertIn = 10
    private static let behindIngestion = [StackService.audit, .alerting, .notification, .scoring]
    static let patience: Duration = .seconds(300)

    // MARK: - Ingestion

    /// Ingestion and its relay alone: the services behind it would share the processor.
    func ingestion() throws -> [Figure] {
        for service in Self.behindIngestion { stack.stop(service) }
        let floor = try BareInsert(connection: superuser()).rowsPerSecond(rows: ratings, batch: 500)
        let clinic = clinic(seed: 1)
        let count = min(ratings, 4000)
        try post(Self.episodes, "opening episodes") { clinic.opening($0) }
        let single = try seconds(of: { try post(count, "single ratings") { clinic.rating($0) } })
        let batch = try seconds(of: { try sendBatches(count..<count + ratings, of: clinic) })
        for service in Self.behindIngestion { try stack.restart(service) }
        try drain()
        return [
            Figure(name: "ingestion, one rating a request (16 connections)", value: Double(count) / single, unit: "ratings/s", floor: floor),
            Figure(name: "ingestion, batches of 500", value: Double(ratings) / batch, unit: "ratings/s", floor: floor),
        ]
    }

    /// Ratings in batches of 500, one after another.
    func sendBatches(_ numbers: Range<Int>, of clinic: SimulatedClinic) throws {
        try send(numbers, backfill: false) { clinic.rating($0) }
    }

    func send(_ numbers: Range<Int>, backfill: Bool, _ command: (Int) -> SimulatedClinic.Command) throws {
        let sender = try BatchSender(
            url: try url(.ingestion), token: try token("north", "integration"), backfill: backfill, patience: 300)
        for first in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 500) {
            let lines = (first..<min(first + 500, numbers.upperBound)).map { command($0).asLine }
            for answer in try sender.send(lines) where answer != .accepted { throw BenchFailure("a line was \(answer)") }
        }
    }

    // MARK: - Pipeline

    /// Ledger to audited trajectory: everything is accepted and relayed while the others stand still, then they
    /// work it off.
    func pipeline() throws -> [Figure] {
        for service in Self.behindIngestion { stack.stop(service) }
        let clinic = clinic(seed: 2)
        try post(Self.episodes, "opening episodes") { clinic.opening($0) }
        try sendBatches(0..<ratings, of: clinic)
        try until { try count("select count(*) from published.lane where cursor < head") == 0 }
        let alertsBefore = try count("select count(*) from alerting.alert")
        var watch = try LeafWatch(connection: superuser())
        for service in Self.behindIngestion { try stack.restart(service) }
        // From the first trajectory in the log to the last: without the time it takes to join the groups.
        var first: (count: Int, at: ContinuousClock.Instant)?
        try until(lookingEvery: 0.1) {
            let count = try watch.trajectories()
            if count > 0, first == nil { first = (count, .now) }
            return count >= ratings
        }
        guard let first else { throw BenchFailure("no trajectory reached the log") }
        let rate = Double(ratings - first.count) / Self.seconds(first.at.duration(to: .now))
        try drain()
        let alerts = try count("select count(*) from alerting.alert") - alertsBefore
        let floor = try PipelineFloor(
            kafka: stack.endpoints.kafka, database: stack.endpoints.database, records: ratings,
            rows: .pipeline(alertsPerThousand: Double(alerts) / Double(ratings) * 1000)
        ).recordsPerSecond()
        return [Figure(name: "pipeline, ledger to audited trajectory", value: rate, unit: "ratings/s", floor: floor)]
    }

    // MARK: - Latency

    /// Ordinary ratings, and among them one in ten that answers the safety item of a new episode: those lead to an
    /// alert and are timed.
    func latency() throws -> [Figure] {
        let count = 200 * seconds
        let ordinary = clinic(seed: 3)
        let unsafe = clinic(seed: 4, episodes: count / Self.oneAlertIn)
        try post(ordinary.episodes, "opening episodes") { ordinary.opening($0) }
        try post(unsafe.episodes, "opening episodes") { unsafe.opening($0) }
        try drain()
        let watch = AlertWatch(database: stack.endpoints.database)
        watch.start()
        defer { watch.stop() }
        let run = LoadRun(title: "ratings at 200/s", count: count, rate: 200) { number in
            number.isMultiple(of: Self.oneAlertIn)
                ? unsafe.unsafeRating(number / Self.oneAlertIn) : ordinary.rating(number)
        }
        _ = try run.run(
            url: try url(.ingestion), token: try token("north", "integration"), connections: Self.connections,
            patience: Self.patience
        ) { number in
            if number.isMultiple(of: Self.oneAlertIn) { watch.expect(unsafe.episode(number / Self.oneAlertIn)) }
        }
        try until { !watch.isWaiting }
        return watch.delays.figures("accepted POST to readable alert at 200/s")
    }

    // MARK: - Processes

    func memory(_ when: String) throws -> [Figure] {
        StackService.allCases.compactMap { service in
            guard let pid = stack.process(service)?.processID, let memory = ProcessMemory(pid: pid) else { return nil }
            return Figure(name: "resident memory, \(service.executable), \(when)", value: memory.residentMiB, unit: "MiB")
        }
    }

    /// From start to /ready, which for consumers includes joining their group.
    func startUp() throws -> [Figure] {
        try StackService.allCases.map { service in
            stack.stop(service)
            let taken = try seconds(of: { try stack.restart(service) })
            return Figure(name: "start to ready, \(service.executable)", value: taken, unit: "s")
        }
    }

    // MARK: - Verification

    /// The services stand still: the log is filled beside them, and nobody else shall use the processor.
    func verify(entries: Int) throws -> [Figure] {
        for service in StackService.allCases { stack.stop(service) }
        let secret = try String(contentsOf: stack.keys.auditKey, encoding: .utf8)
        return try VerifyBench(
            database: stack.endpoints.database, key: SigningKey(text: String(secret.prefix { !$0.isNewline })),
            entries: entries
        ).figures()
    }

    // MARK: - Parts

    func clinic(seed: UInt64, episodes: Int = Bench.episodes) -> SimulatedClinic {
        SimulatedClinic(
            site: SiteID(unchecked: "north"), seed: seed, episodes: episodes,
            openedOn: CalendarDay(daysSinceEpoch: Timestamp.now.day.daysSinceEpoch - 700))
    }

    /// - Parameters:
    ///   - site: of the access token; `*` for all.
    ///   - rate: commands a second; nil for as fast as they are answered.
    func post(
        _ count: Int, _ title: String, at site: String = "north", rate: Int? = nil,
        _ command: @escaping @Sendable (Int) -> SimulatedClinic.Command
    ) throws {
        let counts = try LoadRun(title: title, count: count, rate: rate, command: command).run(
            url: try url(.ingestion), token: try token(site, "integration"), connections: Self.connections,
            patience: Self.patience)
        if counts.failed > 0 { throw BenchFailure("\(counts.failed) of \(count) requests failed") }
    }

    func drain() throws {
        let connection = try superuser()
        defer { connection.close() }
        try until { try PipelineState.read(connection).missing.isEmpty }
    }

    /// - Parameter pause: seconds between two looks.
    func until(lookingEvery pause: Double = 0.02, _ condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(600)
        while try !condition() {
            guard ContinuousClock.now < deadline else { throw BenchFailure("something did not come about within 600 s") }
            Pause.seconds(pause)
        }
    }

    func count(_ sql: String) throws -> Int {
        let connection = try superuser()
        defer { connection.close() }
        return Int(try connection.run(Statement(sql)).only().int64(0))
    }

    func superuser() throws -> Connection {
        try Connection(DatabaseSettings(url: stack.endpoints.database, applicationName: "attune bench"))
    }

    func url(_ service: StackService) throws -> String {
        guard let url = stack.endpoints.url(service) else { throw BenchFailure("\(service.executable) is not running") }
        return url
    }

    func token(_ site: String, _ role: String) throws -> String {
        let file = stack.keys.folder.appendingPathComponent("bench.token")
        try stack.runOperator(
            ["token", "--key", stack.keys.tokenKey.path, "--site", site, "--role", role, "--output", file.path], logTo: "token")
        return try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func seconds(of work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        return Self.seconds(start.duration(to: .now))
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}

/// Counts the trajectories that enter the audit log, each leaf looked at once.
private struct LeafWatch {
    private let connection: Connection
    private var seen: Int64
    private var count = 0

    /// Begins behind the leaves that are there already.
    init(connection: Connection) throws {
        self.connection = connection
        seen = try connection.run("select size from published.audit_tree").only().int64(0)
    }

    mutating func trajectories() throws -> Int {
        let row = try connection.run(
            """
            select count(*), count(*) filter (where type = 'attune.trajectory.updated.v1')
            from published.audit_leaf where leaf_index >= $1
            """, [.int64(seen)]
        ).only()
        seen += try row.int64(0)
        count += Int(try row.int64(1))
        return count
    }
}

struct BenchFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
