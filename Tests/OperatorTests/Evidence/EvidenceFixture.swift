import AuditLog
import Contracts
import Crypto
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import TransparencyLog

@testable import EvidenceBundle
@testable import attune

/// A ledger with its audit log, signed, and a folder for bundles of it.
final class EvidenceFixture {
    let database: TestDatabase
    let admin: Connection
    let key: SigningKey
    let files = try! TestFolder()
    let episodes: [EpisodeID] = (0..<3).map { _ in TimeOrderedIdentity.make(at: .now) }
    private var writer = LogWriter()

    /// 90 events of the ledger, twelve of them live ones that a trajectory each follows from: signed at 40 leaves and at
    /// the end. The third episode is at site south.
    init() throws {
        database = try TestDatabase.make()
        admin = try database.connect()
        key = try SigningKey(generatedFor: "example.org/audit")
        try record(30, .episode)
        try record(9, .episodeBackfill)
        try record(30, .episode)
        try record(12, .alert)
        try record(9, .notification)
        try audit(0..<40)
        try sign()
        try audit(40..<102)
        try sign()
    }

    func record(_ count: Int, _ lane: Lane) throws {
        let type: EventType =
            switch lane.category {
            case .episode: .ratingRecorded
            case .alert: .alertRaised
            case .notification: .notificationDelivered
            case .access: .evidenceExported
            }
        let events = (0..<count).map { number in
            NewEvent(
                id: TimeOrderedIdentity.make(at: .now), stream: episodes[number % 3],
                site: SiteID(unchecked: number % 3 == 2 ? "south" : "north"), type: type.rawValue, traceparent: nil,
                payload: Array("payload \(number)".utf8))
        }
        _ = try admin.transaction { try Ledger.append(events, to: lane, on: $0) }
    }

    /// All events by lane and position, then trajectories of the first twelve: in this order they are leaves.
    func entries() throws -> [AuditEntry] {
        let events = try Lane.all.filter { $0 != .access }.flatMap {
            try Ledger.page(of: $0, after: 0, limit: 1000, on: admin)
        }
        return events.map { AuditEntry($0) } + events.prefix(12).map { cause in
            AuditEntry(
                topic: Topic.trajectories.name, event: DerivedIdentity.following(cause.id, rule: "test"),
                type: EventType.trajectoryUpdated.rawValue, episode: cause.stream, sequence: cause.version,
                site: cause.site, time: cause.recordedAt, source: "/attune/scoring",
                payloadDigest: Array(SHA256.hash(data: [7])))
        }
    }

    func audit(_ range: Range<Int>) throws {
        let entries = try entries()
        _ = try admin.transaction { try writer.append(Array(entries[range]), on: $0) }
    }

    @discardableResult
    func sign() throws -> StoredLog.SignedHead? { try CheckpointSigner(key: key).sign(at: .now, on: admin) }

    /// Writes a bundle as the command does, without the record in the ledger.
    func export(
        _ name: String = "bundle", _ scope: EvidenceScope = EvidenceScope(), kept: [Checkpoint] = [], pageSize: Int = 7
    ) throws -> Bundle {
        let folder = try EvidenceFolder(files.path(name))
        let export = EvidenceExport(scope: scope, keys: LogKeys(key.verifierKey), kept: kept, pageSize: pageSize)
        let result = try export.write(to: folder, at: .now, on: database.connect(role: "attune_operator"))
        try folder.writeManifest(result.manifest.json.encoded)
        return Bundle(url: folder.url, manifest: result.manifest, key: key.verifierKey)
    }

    struct Bundle {
        let url: URL
        let manifest: EvidenceManifest
        let key: VerifierKey

        func verify(
            keys: LogKeys? = nil, kept: [String] = [], digest: String? = nil
        ) throws -> EvidenceVerification.Report {
            try EvidenceVerification(
                folder: url, keys: keys ?? LogKeys(key), kept: kept, manifestDigest: digest
            ).run()
        }

        func text(_ file: String) throws -> String {
            try String(contentsOf: url.appendingPathComponent(file), encoding: .utf8)
        }

        func lines(_ file: String) throws -> [String] { try text(file).split(separator: "\n").map(String.init) }

        func write(_ text: String, to file: String) throws {
            try Data(text.utf8).write(to: url.appendingPathComponent(file))
        }

        func change(_ file: String, _ body: (inout [String]) -> Void) throws {
            var lines = try lines(file)
            body(&lines)
            try write(lines.map { $0 + "\n" }.joined(), to: file)
        }

        /// What a forger does who has changed files: the manifest names them as they are now.
        func forgeManifest() throws {
            let files = try manifest.files.filter {
                FileManager.default.fileExists(atPath: url.appendingPathComponent($0.path).path)
            }.map { file in
                let data = try Data(contentsOf: url.appendingPathComponent(file.path))
                return EvidenceManifest.Entry(
                    path: file.path, size: data.count,
                    digest: SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined())
            }
            let forged = EvidenceManifest(
                createdAt: manifest.createdAt, origin: manifest.origin, scope: manifest.scope, counts: manifest.counts,
                size: manifest.size, root: manifest.root, files: files)
            try write(String(decoding: forged.json.encoded, as: UTF8.self), to: EvidenceFile.manifest)
        }
    }
}
