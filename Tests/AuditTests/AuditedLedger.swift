import AuditLog
import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import TransparencyLog

@testable import attune_audit

/// A database with a ledger and its audit log, written as the services write them.
final class AuditedLedger {
    let database: TestDatabase
    /// A superuser's.
    let admin: Connection
    let key: SigningKey
    private let auditor: Connection
    private var writer = LogWriter()
    private let episodes: [EpisodeID] = (0..<7).map { _ in TimeOrderedIdentity.make(at: .now) }

    init() throws {
        database = try TestDatabase.make()
        admin = try database.connect()
        auditor = try database.connect(role: "attune_audit")
        key = try SigningKey(generatedFor: "example.org/audit")
    }

    /// Appends events to the ledger and returns them as the audit service would meet them.
    func record(_ count: Int, lane: Lane = .episode, site: SiteID = SiteID("north")!) throws -> [AuditEntry] {
        let type: EventType = lane.category == .alert ? .alertRaised : .ratingRecorded
        let events = (0..<count).map { number in
            NewEvent(
                id: TimeOrderedIdentity.make(at: .now), stream: episodes[number % episodes.count], site: site,
                type: type.rawValue, traceparent: nil, payload: Array("payload \(number)".utf8))
        }
        let appended = try admin.transaction { try Ledger.append(events, to: lane, on: $0) }
        // As ingestion keeps them: who may read all sites reads those that have episodes.
        try admin.run(
            """
            insert into ledger.episode (episode_id, site, service, clinician, opened_on, participants)
            select unnest($1::uuid[]), $2, 'outpatient', 'c-01', '2026-03-02', '{}' on conflict do nothing
            """, [.ids(episodes), .text(site.text)])
        return zip(events, appended).map { event, place in
            AuditEntry(
                topic: (lane.category == .alert ? Topic.alerts : lane.backfill ? .episodeBackfill : .episodeEvents).name,
                EventEnvelope(
                    id: event.id, type: type,
                    source: lane.category == .alert ? "/attune/alerting" : "/attune/ingestion", episode: event.stream,
                    site: site, sequence: place.version, time: place.recordedAt, trace: nil, payload: event.payload))
        }
    }

    /// A trajectory event that follows from an event of an episode.
    func trajectory(after cause: AuditEntry) -> AuditEntry {
        AuditEntry(
            topic: Topic.trajectories.name,
            EventEnvelope(
                id: DerivedIdentity.following(cause.event, rule: "test"), type: .trajectoryUpdated,
                source: "/attune/scoring", episode: cause.episode, site: cause.site, sequence: cause.sequence,
                time: cause.time, trace: nil, payload: [7]))
    }

    /// Writes entries into the log.
    @discardableResult
    func audit(_ entries: [AuditEntry]) throws -> LogWriter.Outcome {
        try auditor.transaction { try writer.append(entries, on: $0) }
    }

    @discardableResult
    func sign() throws -> StoredLog.SignedHead? {
        try CheckpointSigner(key: key).sign(at: .now, on: auditor)
    }

    @discardableResult
    func sign(_ keys: SigningKeys, history: KeptHistory? = nil) throws -> StoredLog.SignedHead? {
        try CheckpointSigner(keys: keys, history: history).sign(at: .now, on: auditor)
    }

    /// A checkpoint as its owner might sign it, of whatever tree.
    func note(_ size: Int, _ root: LogHash, by keys: [SigningKey]? = nil) throws -> String {
        try Checkpoint(origin: "example.org/audit", size: size, root: root).signed(by: keys ?? [key]).encoded
    }

    /// Forgets the log and writes it anew, in all its parts: as somebody would who owns the database, or as it stands
    /// after a restore. The ledger stays.
    func rewrite(_ entries: [AuditEntry]) throws {
        try tamper(
            """
            delete from audit.leaf; delete from audit.tile; delete from audit.checkpoint; delete from audit.reseal;
            update audit.tree set size = 0, root = sha256('')
            """)
        try audit(entries)
    }

    /// The relay has published everything.
    func markPublished() throws {
        try admin.script("update ledger.lane set cursor = (select coalesce(max(position), 0) from ledger.event)")
    }

    /// As somebody would who owns the database.
    func tamper(_ sql: String) throws {
        try admin.script("alter table ledger.event disable trigger user; \(sql)")
    }

    /// As an operator would.
    func verify(
        key: VerifierKey? = nil, keys: LogKeys? = nil, kept: [String] = [], folders: [CheckpointFolder] = [], patience: Duration = .zero, pageSize: Int = 64
    ) throws -> VerificationReport {
        try LogVerification(
            keys: keys ?? LogKeys(key ?? self.key.verifierKey), keptCheckpoints: kept, keptFolders: folders,
            patience: patience, pageSize: pageSize
        ).run(on: try database.connect(role: "attune_operator"))
    }

    /// 300 events and 20 trajectories, published, audited, and signed at 200 and 320 leaves.
    static func filled() throws -> (ledger: AuditedLedger, entries: [AuditEntry]) {
        let ledger = try AuditedLedger()
        var entries = try ledger.record(250) + ledger.record(30, lane: .episodeBackfill) + ledger.record(20, lane: .alert)
        entries += entries.prefix(20).map(ledger.trajectory)
        try ledger.markPublished()
        try ledger.audit(Array(entries.prefix(200)))
        try ledger.sign()
        try ledger.audit(Array(entries.dropFirst(200)))
        try ledger.sign()
        return (ledger, entries)
    }
}

/// Runs blocking work off the concurrency pool.
func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
