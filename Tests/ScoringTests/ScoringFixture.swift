import Catalogue
import Contracts
import Domain
import Foundation
import Logging
import Messaging
import Persistence
import ServiceKit
import TestSupport

@testable import attune_scoring

/// A handler on a database of its own, with the ledger that it reads and the topic that it writes.
struct ScoringFixture {
    static let ors = InstrumentReference(id: InstrumentID("ors")!, version: "2000")
    static let phq = InstrumentReference(id: InstrumentID("phq-9")!, version: "2001")
    static let site = SiteID("north")!

    let database: TestDatabase
    /// In the service's own role: its grants are part of what is tested.
    let connection: Connection
    let topic: TrajectoryTopic
    let handler: ScoringHandler
    private let writer: Connection
    private let figures: Figures

    /// What the service's catalogue is, which a reload may change.
    private final class Figures {
        var catalogue: Catalogue
        init(_ catalogue: Catalogue) { self.catalogue = catalogue }
    }

    init() throws {
        database = try TestDatabase.make()
        connection = try database.connect(role: "attune_scoring")
        writer = try database.connect(role: "attune_ingestion")
        topic = try TrajectoryTopic()
        let figures = Figures(try Catalogue.load())
        self.figures = figures
        handler = ScoringHandler(
            catalogue: { figures.catalogue }, publisher: TrajectoryPublisher(try topic.producer()), logger: .quiet)
    }

    /// Has the service read its catalogue again, with a site's file of this text.
    func reload(_ text: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "scoring-site-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(text.utf8).write(to: folder.appending(path: "site.yaml"))
        figures.catalogue = try Catalogue.load(siteFolder: folder.path)
    }

    /// Appends events to the ledger and returns them as the relay publishes them.
    @discardableResult
    func append(
        _ events: [EpisodeEvent], to episode: EpisodeID, lane: Lane = .episode, site: SiteID = Self.site
    ) throws -> [EventEnvelope] {
        let new = try events.map { event in
            NewEvent(
                id: TimeOrderedIdentity.make(at: .now), stream: episode, site: site, type: event.type.rawValue,
                traceparent: TraceContext.root().description,
                payload: try EpisodeEventCodec.encode(event, actor: "c-01"))
        }
        let appended = try writer.transaction { try Ledger.append(new, to: lane, on: $0) }
        return try Ledger.events(
            stream: episode, category: .episode, fromVersion: appended.map(\.version).min() ?? 1, on: writer
        ).map { try EventEnvelope($0) }
    }

    /// As the consumer does it: one transaction, then the news of it.
    func handle(_ events: [EventEnvelope], thenFailWith failure: (any Error)? = nil) throws {
        do {
            try connection.transaction { connection in
                try handler.handle(
                    events.map { ConsumedEvent(topic: Topic.episodeEvents.name, envelope: $0) }, on: connection)
                if let failure { throw failure }
            }
        } catch {
            handler.willRetry()
            throw error
        }
        handler.didCommit()
    }

    /// Version of the last event applied; nil for an episode that scoring does not know.
    func appliedVersion(of episode: EpisodeID) throws -> Int64? {
        try connection.run("select version from scoring.episode where episode_id = $1", [.id(episode)])
            .first.map { try $0.int64(0) }
    }

    struct StoredCourse: Equatable {
        var key: CourseKey
        var points: Int
        var state: Int16
        var version: Int64
        var trajectory: Trajectory

        var scores: [Int] { trajectory.points.map(\.rating.score) }
        var states: [CourseState] { trajectory.points.map(\.state) }
    }

    func courses(of episode: EpisodeID) throws -> [StoredCourse] {
        try connection.run(
            """
            select participant_id, instrument, instrument_version, point_count, state, version, body
            from scoring.trajectory where episode_id = $1 order by participant_id, instrument
            """, [.id(episode)]
        ).map { row in
            let instrument = InstrumentReference(id: InstrumentID(unchecked: try row.text(1)), version: try row.text(2))
            return StoredCourse(
                key: CourseKey(participant: try row.id(0), instrument: instrument), points: Int(try row.int32(3)),
                state: try row.int16(4), version: try row.int64(5),
                trajectory: try CourseCodec.decode(try row.bytes(6)))
        }
    }
}

/// Somebody in treatment, and what can happen there.
struct ExampleEpisode {
    let id: EpisodeID = TimeOrderedIdentity.make(at: .now)
    let participant = ParticipantID(rawValue: UUID())
    private static let firstDay = CalendarDay("2026-03-02")!

    var opened: EpisodeEvent {
        .opened(
            EpisodeOpening(
                service: "outpatient", openedOn: Self.firstDay, clinician: "c-01",
                participants: [Participant(id: participant, role: .`self`, ageBand: .adult)]))
    }

    var held: EpisodeEvent {
        .sessionHeld(SessionHeld(id: SessionID(rawValue: UUID()), number: 1, day: Self.firstDay))
    }

    func rating(
        _ total: Int, session: Int, id: RatingID = RatingID(rawValue: UUID()), by participant: ParticipantID? = nil,
        on instrument: InstrumentReference = ScoringFixture.ors
    ) -> EpisodeEvent {
        .ratingRecorded(
            Rating(
                id: id, participant: participant ?? self.participant, instrument: instrument, session: session,
                day: day(session), answers: .total(total)))
    }

    func correction(of rating: RatingID, to total: Int, session: Int) -> EpisodeEvent {
        .ratingCorrected(
            RatingCorrection(
                rating: rating, session: session, day: day(session), answers: .total(total), reason: .entryError))
    }

    func withdrawal(of rating: RatingID) -> EpisodeEvent {
        .ratingWithdrawn(RatingWithdrawal(rating: rating, reason: .wrongEpisode))
    }

    private func day(_ session: Int) -> CalendarDay {
        CalendarDay(daysSinceEpoch: Self.firstDay.daysSinceEpoch + 7 * (session - 1))
    }
}

extension Logger {
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
