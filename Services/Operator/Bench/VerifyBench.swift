import AuditLog
import Contracts
import Crypto
import Domain
import Foundation
import Persistence
import ServiceKit
import TransparencyLog

/// A log of a million entries, half of them trajectories, verified as an auditor does it. Beside it, what it costs to read
/// the same rows and to hash as many leaves, and nothing else.
struct VerifyBench {
    private static let batch = 2500
    private static let streams = 5000
    private static let signedEvery = 20

    let database: String
    let key: SigningKey
    let entries: Int

    func figures() throws -> [Figure] {
        let connection = try Connection(settings)
        defer { connection.close() }
        let before = try StoredLog.head(on: connection).size
        try fill(connection)
        for table in ["ledger.event", "audit.leaf"] { try connection.script("vacuum analyze \(table)") }
        let floor = try seconds { try readAndHash(connection) }
        Self.resetPeakMemory()
        var report: VerificationReport?
        let taken = try seconds {
            report = try LogVerification(keys: LogKeys(key.verifierKey)).run(on: Connection(settings), progress: progress())
        }
        guard let report, report.isVerified, report.size >= before + entries else {
            throw BenchFailure("the log did not verify: \(report.map { "\($0.differences.prefix(3))" } ?? "nothing was read")")
        }
        return [
            Figure(
                name: "verifying \(report.size) entries, \(report.ledgerEvents) of them in the ledger", value: taken, unit: "s",
                floor: floor),
            Figure(name: "verifying, a second", value: Double(report.size) / taken, unit: "entries/s"),
            Figure(name: "verifying, peak memory", value: Self.peakMemory(), unit: "MiB"),
        ]
    }

    private var settings: DatabaseSettings {
        var settings = DatabaseSettings(url: database, applicationName: "attune bench")
        settings.statementTimeout = DatabaseOptions.statementLimit
        settings.idleInTransactionTimeout = DatabaseOptions.statementLimit
        return settings
    }

    private func fill(_ connection: Connection) throws {
        var writer = LogWriter()
        let signer = CheckpointSigner(key: key)
        let streams: [EpisodeID] = (0..<Self.streams).map { _ in TimeOrderedIdentity.make(at: .now) }
        let payload = [UInt8](repeating: 7, count: 96)
        var bar = ProgressBar("filling the log", total: entries)
        defer { bar.end() }
        for (turn, done) in stride(from: 0, to: entries, by: 2 * Self.batch).enumerated() {
            let count = min(Self.batch, (entries - done + 1) / 2)
            let events = (0..<count).map { number in
                NewEvent(
                    id: TimeOrderedIdentity.make(at: .now), stream: streams[(done + number) % Self.streams],
                    site: SiteID(unchecked: "north"), type: EventType.ratingRecorded.rawValue, traceparent: nil,
                    payload: payload)
            }
            try connection.transaction { connection in
                let appended = try Ledger.append(events, to: .episode, on: connection)
                let entries = zip(events, appended).flatMap(Self.entries)
                _ = try writer.append(entries, on: connection)
            }
            if turn % Self.signedEvery == 0 { _ = try signer.sign(at: .now, on: connection) }
            bar.advance(to: done + 2 * count)
        }
        _ = try signer.sign(at: .now, on: connection)
        try connection.script("update ledger.lane set cursor = (select coalesce(max(position), 0) from ledger.event)")
    }

    private static func entries(_ event: NewEvent, _ place: AppendedEvent) -> [AuditEntry] {
        let own = AuditEntry(
            topic: Topic.episodeEvents.name, event: event.id, type: event.type, episode: event.stream,
            sequence: place.version, site: event.site, time: place.recordedAt, source: LedgerCategory.episode.source,
            payloadDigest: Array(SHA256.hash(data: event.payload)))
        let trajectory = AuditEntry(
            topic: Topic.trajectories.name, event: DerivedIdentity.following(event.id, rule: "bench"),
            type: EventType.trajectoryUpdated.rawValue, episode: event.stream, sequence: place.version, site: event.site,
            time: place.recordedAt, source: "/attune/scoring", payloadDigest: own.payloadDigest)
        return [own, trajectory]
    }

    /// The least that any verification has to do.
    private func readAndHash(_ connection: Connection) throws {
        var tree = CompactRange()
        while true {
            let page = try StoredLog.leaves(from: tree.size, limit: 4096, on: connection)
            if page.isEmpty { break }
            for leaf in page { tree.append(leaf.entry.leafHash) }
        }
        guard try StoredLog.head(on: connection).root == tree.root else { throw BenchFailure("the tree is another") }
    }

    private func progress() -> (LogVerification.Stage, Int, Int) -> Void {
        var stage: LogVerification.Stage?
        var start = ContinuousClock.now
        return { current, _, _ in
            if stage == current { return }
            if let stage { note("bench: verified \(stage.rawValue) in \(start.duration(to: .now))") }
            stage = current
            start = .now
        }
    }

    private func seconds(_ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        return Bench.seconds(start.duration(to: .now))
    }

    // MARK: - Memory of this process

    private static func resetPeakMemory() { try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs")) }

    private static func peakMemory() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(separator: " ").compactMap { Double($0) }.first ?? 0) / 1024
    }
}
