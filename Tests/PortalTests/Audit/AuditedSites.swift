import AuditLog
import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import TransparencyLog

@testable import PortalFixture
@testable import attune_portal

/// Two sites with an episode each, everything of it in a signed log, and a file with the log's public key.
final class AuditedSites {
    static let south = SiteID(unchecked: "south")

    let database: TestDatabase
    let owner: Connection
    let north: StoredEpisode
    let elsewhere: StoredEpisode
    let alert = AlertID(rawValue: UUID())
    let key: SigningKey
    private let folder: URL
    private var writer = LogWriter()

    init() throws {
        database = try TestDatabase.make()
        owner = try database.connect()
        key = try SigningKey(generatedFor: "example.org/audit")
        folder = FileManager.default.temporaryDirectory.appending(path: "audited-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var north = StoredEpisode()
        north.rate([200, 120])
        try north.store(on: owner)
        self.north = north
        var elsewhere = StoredEpisode(at: Self.south)
        elsewhere.rate([300])
        try elsewhere.store(on: owner)
        self.elsewhere = elsewhere
        try raise()
        try audit()
        try Data(LogKeys(key.verifierKey).text.utf8).write(to: folder.appending(path: "audit.pub"))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var environment: [String: String] {
        [
            "ATTUNE_AUDIT_PUBLIC_KEYS_FILE": folder.appending(path: "audit.pub").path,
            "ATTUNE_PORTAL_URL": "http://127.0.0.1:8080",
        ]
    }

    func path(_ name: String) -> URL { folder.appending(path: name) }

    func events(_ category: LedgerCategory, of episode: StoredEpisode? = nil) throws -> [LedgerEvent] {
        try Ledger.events(stream: (episode ?? north).id, category: category, on: owner)
    }

    func accesses(of episode: StoredEpisode? = nil) throws -> [AccessEvent] {
        try events(.access, of: episode).compactMap { record in
            try EventType(rawValue: record.type).map { try AccessEventCodec.decode(record.payload, type: $0) }
        }
    }

    /// Puts what is in the ledger and not yet in the log there, and signs.
    func audit() throws {
        let known = Set(try StoredLog.leaves(from: 0, limit: 10_000, on: owner).map(\.entry.event))
        let entries = try Lane.all.flatMap { try Ledger.page(of: $0, after: 0, limit: 10_000, on: owner) }
            .filter { !known.contains($0.id) }.map { AuditEntry($0) }
        _ = try owner.transaction { try writer.append(entries, on: $0) }
        _ = try CheckpointSigner(key: key).sign(at: .now, on: owner)
    }

    /// - Parameter stream: another than the episode's, at its site.
    func append(_ access: AccessEvent, to episode: StoredEpisode, stream: EpisodeID? = nil) throws {
        let record = NewEvent(
            id: EventID(rawValue: UUID()), stream: stream ?? episode.id, site: episode.site, type: access.type.rawValue,
            traceparent: nil, payload: try AccessEventCodec.encode(access))
        _ = try owner.transaction { try Ledger.append([record], to: .access, on: $0) }
    }

    /// An alert about the second rating, answered.
    private func raise() throws {
        guard case .ratingRecorded(let rating) = north.events.last else { return }
        let course = CourseKey(participant: north.rater, instrument: rating.instrument)
        let cause = EventID(rawValue: UUID())
        let raising = AlertRaising(
            cause: cause, rule: .reliablyWorse, rating: rating.id, course: course,
            provenance: Provenance(normSet: NormSetID(unchecked: "adult"), model: nil), clinician: "c-01",
            dueAt: Timestamp("2026-03-05T00:00:00Z")!)
        let steps: [AlertStep] = [.raised(raising), .acknowledged(actor: "c-01")]
        let records = try steps.map { step in
            let event = AlertEvent(alert: alert, kind: .deteriorating, step: step)
            return NewEvent(
                id: EventID(rawValue: UUID()), stream: north.id, site: north.site, type: event.type.rawValue,
                traceparent: nil, payload: try AlertEventCodec.encode(event))
        }
        _ = try owner.transaction { try Ledger.append(records, to: .alert, on: $0) }
    }
}
