import AuditLog
import Contracts
import Domain
import Foundation
import Persistence
import TestSupport
import TransparencyLog

@testable import PortalFixture

/// A portal with something on every page.
final class TourSite: PortalSite {
    let database: TestDatabase
    let courses = TourCourses()
    let offTrack: AlertID
    let safety: AlertID
    let southern: AlertID
    private let portal: PortalProcess

    /// - Parameter hasPast: whether there are past courses, so that figures can be shown.
    init(hasPast: Bool = false) throws {
        database = try TestDatabase.make()
        let owner = try database.connect()
        for course in courses.open + (hasPast ? TourCourses.past() : []) { try course.store(on: owner) }
        offTrack = try StoredAlert.raise(of: courses.offTrack, about: .ors, daysAgo: 20, due: 30 * 86_400, on: owner)
        try StoredAlert.raise(.alliance, rule: .allianceDrop, of: courses.offTrack, about: .srs, due: 5 * 3600, on: owner)
        safety = try StoredAlert.raise(.safety, rule: .safetyItem(9), of: courses.depression, daysAgo: 2, due: 3600, on: owner)
        try StoredAlert.raise(
            .stalled, rule: .stalled(ratings: 4), of: courses.depression, daysAgo: 1, due: 4 * 86_400, on: owner)
        southern = try StoredAlert.raise(.deteriorating, rule: .reliablyWorse, of: courses.southern, on: owner)
        try Self.fillDirectoryAndOperations(owner)
        let folder = FileManager.default.temporaryDirectory.appending(path: "tour-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.sign(owner, keysIn: folder.appending(path: "audit.pub"))
        let key = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        try Data("test \(key)\n".utf8).write(to: folder.appending(path: "content.keys"))
        portal = try PortalProcess(
            on: database, in: folder,
            [
                "ATTUNE_AUDIT_PUBLIC_KEYS_FILE": folder.appending(path: "audit.pub").path,
                "ATTUNE_CONTENT_KEY_FILE": folder.appending(path: "content.keys").path,
            ])
    }

    func url(_ path: String) -> String { portal.url(path) }

    /// The first event of an episode.
    func event(of episode: StoredEpisode) throws -> EventID {
        try Ledger.events(stream: episode.id, category: .episode, on: database.connect())[0].id
    }

    /// What was written down about looks at an episode.
    func accesses(of episode: StoredEpisode) throws -> [AccessEvent] {
        try Ledger.events(stream: episode.id, category: .access, on: database.connect()).compactMap { record in
            try EventType(rawValue: record.type).map { try AccessEventCodec.decode(record.payload, type: $0) }
        }
    }

    /// How many events of a type there are.
    func count(of type: EventType) throws -> Int64 {
        try database.connect().run("select count(*) from ledger.event where type = $1", [.text(type.rawValue)]).only().int64(0)
    }

    /// By a superuser.
    func change(_ statement: String) throws { try database.connect().script(statement) }

    private static func fillDirectoryAndOperations(_ owner: Connection) throws {
        try owner.script(
            """
            insert into directory.person (person_id, site, roles, supervisor_id, active) values
                ('c-01', 'north', '{clinician}', 's-01', true), ('c-02', 'north', '{clinician}', 's-01', true);
            insert into scoring.quarantine
                (cluster_id, topic, partition, "offset", record_key, headers, state, reason_code, reason)
            values ('k', 'attune.episode-events.v1', 0, 7, '\\x01', '[]', 'failed', 'malformed', 'x');
            insert into scoring.consumer_offset (cluster_id, topic, partition, next_offset, epoch, owner)
            values ('k', 'attune.episode-events.v1', 0, 41, 1, 'w'), ('k', 'attune.episode-events.v1', 1, 12, 1, 'w');
            insert into notification.open_circuit values ('ehr', now(), 5);
            insert into alerting.round (site, day) values ('north', current_date)
            """)
    }

    /// Puts everything in the ledger into a log with a signed checkpoint.
    private static func sign(_ owner: Connection, keysIn file: URL) throws {
        let key = try SigningKey(generatedFor: "example.org/audit")
        try Data(LogKeys(key.verifierKey).text.utf8).write(to: file)
        var writer = LogWriter()
        for lane in Lane.all {
            let entries = try Ledger.page(of: lane, after: 0, limit: 100_000, on: owner).map { AuditEntry($0) }
            _ = try owner.transaction { try writer.append(entries, on: $0) }
        }
        _ = try CheckpointSigner(key: key).sign(at: .now, on: owner)
    }
}
