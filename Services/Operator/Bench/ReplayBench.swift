import Catalogue
import Contracts
import Domain
import EvidenceBundle
import Foundation
import LocalStack
import Persistence

/// The whole history replayed on one core, from the ledger and from a bundle, beside reading and decoding the same events
/// without scoring them.
struct ReplayBench {
    let events: Int
    let folder: URL

    func figures() throws -> [Figure] {
        let cluster = PostgresCluster(folder: folder.appendingPathComponent("postgres"), durability: .durable)
        try cluster.start()
        defer { cluster.stop() }
        try cluster.createDatabase("attune")
        guard let url = cluster.url(database: "attune") else { throw BenchFailure("PostgreSQL did not start") }
        var settings = DatabaseSettings(url: url, applicationName: "attune bench")
        settings.statementTimeout = DatabaseOptions.statementLimit
        let connection = try Connection(settings)
        try Migrations.apply(on: connection)
        let catalogue = try Catalogue.load()
        try fill(HistoryFill(connection: connection), MadeHistory(catalogue, seed: 1))
        try connection.script("vacuum analyze ledger.event")
        let bundle = folder.appendingPathComponent("bundle")
        try export(to: bundle, connection)
        let ledger = try measure("ledger", catalogue) { LedgerSource(connection: connection) }
        return ledger + (try measure("a bundle", catalogue) { try BundleSource(folder: bundle.path) })
    }

    private func fill(_ fill: HistoryFill, _ history: MadeHistory) throws {
        var history = history
        var bar = ProgressBar("making a history", total: events)
        defer { bar.end() }
        let episodes = (events + MadeHistory.eventsOfEpisode - 1) / MadeHistory.eventsOfEpisode
        while history.made < episodes {
            try fill.writeLedger(try history.episodes(min(500, episodes - history.made)))
            bar.advance(to: history.made * MadeHistory.eventsOfEpisode)
        }
    }

    /// The ledger as a bundle has it: by lane and position.
    private func export(to folder: URL, _ connection: Connection) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("events.ndjson")
        try Data().write(to: path)
        let file = try FileHandle(forWritingTo: path)
        defer { try? file.close() }
        for lane in Lane.all {
            var position: Int64 = 0
            var page = try Ledger.page(of: lane, after: position, limit: 5000, on: connection)
            while let last = page.last {
                try file.write(contentsOf: page.flatMap { LedgerLine.encode($0) + [0x0A] })
                position = last.position
                page = try Ledger.page(of: lane, after: position, limit: 5000, on: connection)
            }
        }
    }

    private func measure(_ name: String, _ catalogue: Catalogue, _ source: () throws -> any EventSource) throws -> [Figure] {
        var count = 0
        let floor = try OneCore.measure {
            count = 0
            try source().forEachEpisode { _, _ in } _: { record in
                let contents = EpisodeContents(record.events)
                count += contents.contents.count + (try RecordedStep.read(record.alerts)).count
            }
        }
        guard count >= events else { throw BenchFailure("\(count) of \(events) events were read") }
        var report = ReplayReport()
        let replayed = try OneCore.measure {
            var replay = HistoryReplay(
                held: ReplayBases(catalogue), chosen: nil, raisedKinds: { _ in AlertPolicy.usuallyRaised }, site: nil,
                settled: Timestamp(microseconds: .max), onDifference: { _ in })
            try source().forEachEpisode { _, _ in } _: { try replay.add($0) }
            report = replay.report
        }
        guard !report.hasDifferences, report.events == count, report.alertsRecorded > 0 else {
            throw BenchFailure("the replay differs from the history that was made:\n\(report.text)")
        }
        return [
            Figure(
                name: "replay from \(name), by the clock", value: Double(count) / replayed.seconds, unit: "events/s",
                floor: Double(count) / floor.seconds),
            Figure(
                name: "replay from \(name), by processor time of the process", value: Double(count) / replayed.processor,
                unit: "events/s", floor: Double(count) / floor.processor),
        ]
    }
}

/// Time by the clock and on the processor: what a single thread and its system calls use.
struct OneCore {
    let seconds: Double
    /// User and system time of this process; PostgreSQL's is its own.
    let processor: Double

    static func measure(_ work: () throws -> Void) rethrows -> OneCore {
        let (start, before) = (ContinuousClock.now, used())
        try work()
        return OneCore(seconds: Bench.seconds(start.duration(to: .now)), processor: used() - before)
    }

    private static func used() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
