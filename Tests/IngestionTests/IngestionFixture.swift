import Catalogue
import Contracts
import Domain
import Foundation
import Logging
import Persistence
import ServiceKit
import TestSupport

@testable import Intake
@testable import attune_ingestion

/// Writers and pool over a database of their own, at a fixed time.
final class IngestionFixture: Sendable {
    /// Noon of 10 March 2026 in UTC; on the Line Islands it is the 11th.
    static let now = Timestamp("2026-03-10T12:00:00Z")!
    static let today = CalendarDay("2026-03-10")!
    static let site = SiteID("north")!
    static let ors = InstrumentReference(id: InstrumentID("ors")!, version: "2000")

    let database: TestDatabase
    let intake: CommandIntake
    let metrics: IngestionMetrics
    let registry = PrometheusRegistry()
    private let observer: ConnectionPool

    /// - Parameter database: of another fixture, as after a restart with other options.
    init(options: CommandWriter.Options = CommandWriter.Options(), on database: TestDatabase? = nil) throws {
        self.database = try database ?? TestDatabase.make()
        let database = self.database
        metrics = IngestionMetrics(registry)
        // The grants of the service's own role are part of what is tested.
        let settings = database.settings(role: "attune_ingestion")
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = self.metrics
        func writer(_ lane: Lane) -> CommandWriter {
            CommandWriter(settings, lane: lane, options: options, metrics: metrics, logger: quiet, now: { Self.now })
        }
        intake = CommandIntake(
            live: writer(.episode), backfill: writer(.episodeBackfill),
            pool: ConnectionPool(settings, size: 2, acquireTimeout: .milliseconds(500), logger: quiet))
        observer = ConnectionPool(database.settings(), size: 1, acquireTimeout: .seconds(20), logger: quiet)
        intake.live.start()
        intake.backfill.start()
    }

    deinit {
        intake.live.stop(within: .seconds(5))
        intake.backfill.stop(within: .seconds(5))
    }

    /// Sends one command on the live lane.
    func send(
        _ content: DraftContent, in episode: EpisodeID, site: SiteID = site, expectedVersion: UInt64? = nil,
        actor: String = "anna"
    ) async throws -> Outcome {
        let draft = CommandDraft(episode: episode, site: site, content: content, expectedVersion: expectedVersion)
        let submission = try draft.submission(at: site, actor: actor, trace: .root())
        return await intake.live.submit([submission])[0]
    }

    /// An episode opened on 1 March 2026 with one participant.
    func openEpisode(site: SiteID = site) async throws -> (episode: EpisodeID, participant: ParticipantID) {
        let episode = EpisodeID(rawValue: UUID())
        let participant = ParticipantID(rawValue: UUID())
        let outcome = try await send(.opening(.sample([participant])), in: episode, site: site)
        guard case .recorded = outcome else { throw Unexpected(outcome: outcome) }
        return (episode, participant)
    }

    /// Rows of the ledger, its companions included, that a refusal must leave alone.
    func eventCount() async throws -> Int64 { try await number("select count(*) from ledger.event") }

    func number(_ sql: String) async throws -> Int64 {
        try await observer.with { try $0.run(Statement(sql)).only().int64(0) }
    }

    func versions(of episode: EpisodeID) async throws -> [Int64] {
        try await observer.with { connection in
            try Ledger.events(stream: episode, category: .episode, on: connection).map(\.version)
        }
    }

    func events(of episode: EpisodeID) async throws -> [LedgerEvent] {
        try await observer.with { try Ledger.events(stream: episode, category: .episode, on: $0) }
    }

    /// Makes the database refuse every connection, those that stand included, or take them again.
    func setReachable(_ isReachable: Bool) async throws {
        let name = database.name
        let url = database.url.replacingOccurrences(of: "/\(name)", with: "/postgres")
        let admin = try Connection(DatabaseSettings(url: url))
        try admin.script("alter database \(name) allow_connections \(isReachable)")
        if !isReachable {
            try admin.run(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = $1", [.text(name)])
        }
    }
}

struct Unexpected: Error {
    let outcome: Outcome
}

extension EpisodeOpening {
    static func sample(_ participants: [ParticipantID], on day: String = "2026-03-01") -> EpisodeOpening {
        EpisodeOpening(
            service: "adult-outpatient", openedOn: CalendarDay(day)!, clinician: "clinician-1",
            participants: participants.map { Participant(id: $0, role: .`self`, ageBand: .adult) })
    }
}

extension RatingDraft {
    static func sample(
        _ id: RatingID = RatingID(rawValue: UUID()), of participant: ParticipantID, day: String = "2026-03-08",
        session: Int = 1, total: Int = 203
    ) -> RatingDraft {
        RatingDraft(
            name: .id(id), participant: participant, instrument: IngestionFixture.ors, session: session,
            day: CalendarDay(day)!, answers: .total(total))
    }
}

extension Outcome {
    var receipt: Receipt? {
        switch self {
        case .recorded(let receipt), .repeated(let receipt): receipt
        case .refused, .unavailable, .failed: nil
        }
    }

    var rule: Refusal? {
        if case .refused(.rule(let refusal)) = self { refusal } else { nil }
    }
}
