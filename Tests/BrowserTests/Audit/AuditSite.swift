import AuditLog
import Contracts
import Domain
import Foundation
import Persistence
import TestSupport
import Testing
import TransparencyLog

/// A portal with an episode whose events are in a signed log.
final class AuditSite: PortalSite {
    let database: TestDatabase
    let episode = EpisodeID(rawValue: UUID())
    /// The first event of the episode.
    let event: EventID
    private let portal: PortalProcess

    init() throws {
        database = try TestDatabase.make()
        let owner = try database.connect()
        let folder = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = try SigningKey(generatedFor: "example.org/audit")
        try Data(LogKeys(key.verifierKey).text.utf8).write(to: folder.appending(path: "audit.pub"))
        event = try Self.store(episode, on: owner)
        var writer = LogWriter()
        let entries = try Ledger.page(of: .episode, after: 0, limit: 100, on: owner).map { AuditEntry($0) }
        _ = try owner.transaction { try writer.append(entries, on: $0) }
        _ = try CheckpointSigner(key: key).sign(at: .now, on: owner)
        portal = try PortalProcess(
            on: database, in: folder,
            ["ATTUNE_AUDIT_PUBLIC_KEYS_FILE": folder.appending(path: "audit.pub").path])
    }

    func url(_ path: String) -> String { portal.url(path) }

    func signIn(_ browser: Browser, as role: String = "auditor") throws {
        try browser.open(url("/demo-sign-in?role=\(role)&subject=x-01&site=north"))
    }

    private static func store(_ episode: EpisodeID, on owner: Connection) throws -> EventID {
        let (day, site) = (CalendarDay("2026-03-02")!, SiteID(unchecked: "north"))
        let client = Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)
        let events: [EpisodeEvent] =
            [.opened(EpisodeOpening(service: "adult", openedOn: day, clinician: "c-01", participants: [client]))]
            + (1...6).map { number in
                .sessionHeld(SessionHeld(id: SessionID(rawValue: UUID()), number: number, day: day))
            }
        let records = try events.map { event in
            NewEvent(
                id: EventID(rawValue: UUID()), stream: episode, site: site, type: event.type.rawValue, traceparent: nil,
                payload: try EpisodeEventCodec.encode(event, actor: "c-01"))
        }
        try owner.transaction { connection in
            _ = try Ledger.append(records, to: .episode, on: connection)
            try connection.run(
                """
                insert into ledger.episode (episode_id, site, service, clinician, opened_on, participants)
                values ($1, 'north', 'adult', 'c-01', $2, $3)
                """, [.id(episode), .day(day), .ids([client.id])])
        }
        return records[0].id
    }
}
