import AuditLog
import Catalogue
import Contracts
import Domain
import Foundation
import Logging
import Outbound
import Persistence
import ServiceKit
import TestSupport
import TransparencyLog

@testable import attune
@testable import AlertBook
@testable import attune_alerting
@testable import attune_audit
@testable import Intake
@testable import attune_ingestion
import Channels
@testable import attune_notification
@testable import attune_scoring

/// A database in which everything stands that the services make of some episodes, made by their own code in their own
/// roles, but without Kafka between them.
final class DoctorBench {
    static let north = SiteID("north")!
    static let ors = InstrumentReference(id: InstrumentID("ors")!, version: "2000")
    static let srs = InstrumentReference(id: InstrumentID("srs")!, version: "2002")
    static let phq = InstrumentReference(id: InstrumentID("phq-9")!, version: "2001")
    static let firstDay = CalendarDay("2026-03-02")!

    let database: TestDatabase
    /// A superuser's.
    let admin: Connection
    let catalogue: Catalogue
    let key: SigningKey
    let client = Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)
    /// Trajectory events in the order of the topic.
    private(set) var trajectories: [EventEnvelope] = []
    private var published = 0
    private var reached: [Lane: Int64] = [:]
    private var notified: Int64 = 0
    private var audited: Set<EventID> = []
    private var writer = LogWriter()

    init() throws {
        database = try TestDatabase.make()
        admin = try database.connect()
        catalogue = try Catalogue.load()
        key = try SigningKey(generatedFor: "example.org/audit")
    }

    /// Three episodes: one that worsens, is answered, corrected and gets better; one that is closed while an alert is
    /// open; one from a bulk import that goes well. Everything has arrived everywhere.
    static func settled() throws -> (bench: DoctorBench, episodes: [EpisodeID]) {
        let bench = try DoctorBench()
        let worse = try bench.open()
        let (first, second) = (RatingID(rawValue: UUID()), RatingID(rawValue: UUID()))
        try bench.rate(worse, 180, session: 1, id: first)
        try bench.rate(worse, 120, session: 2, id: second)
        try bench.rate(worse, 350, session: 2, on: srs)
        try bench.rate(worse, items: [1, 1, 1, 1, 1, 1, 1, 1, 1], session: 2)
        try bench.settle()
        try bench.answer(worse, .safety) { try AlertAnswers.resolve($0, for: "plan_changed", under: { _ in .default }, by: bench.clinician, on: $1) }
        try bench.answer(worse, .deteriorating) { try AlertAnswers.acknowledge($0, by: bench.clinician, on: $1) }
        try bench.answer(worse, .deteriorating) {
            try AlertReviews.enter(.answered(SupportQuestionID("alliance.bond")!, .no), in: $0, by: bench.clinician, on: $1).alert
        }
        try bench.correct(worse, second, to: 200, session: 2)
        try bench.rate(worse, 210, session: 3)
        let closed = try bench.open()
        try bench.rate(closed, 180, session: 1)
        try bench.rate(closed, 110, session: 2)
        try bench.settle()
        try bench.answer(closed, .deteriorating) { try AlertAnswers.open($0, by: bench.clinician, on: $1) }
        try bench.answer(closed, .deteriorating) { try AlertAnswers.assign($0, to: "c-08", by: bench.clinician, on: $1) }
        try bench.transfer(closed, to: "c-09")
        try bench.settle()
        try bench.escalate()
        try bench.answer(worse, .alliance) { try AlertAnswers.withdraw($0, for: .wrongClient, by: bench.clinician, on: $1) }
        try bench.close(closed)
        let imported = try bench.open(lane: .episodeBackfill)
        for session in 1...4 { try bench.rate(imported, 180 + 40 * session, session: session, lane: .episodeBackfill) }
        try bench.settle()
        _ = try CheckpointSigner(key: bench.key).sign(at: .now, on: try bench.database.connect(role: "attune_audit"))
        return (bench, [worse, closed, imported])
    }

    let clinician = Caller(subject: "c-01", sites: .all, roles: [.clinician])

    // MARK: What happens

    func open(lane: Lane = .episode) throws -> EpisodeID {
        let episode: EpisodeID = TimeOrderedIdentity.make(at: .now)
        try submit(
            .opened(EpisodeOpening(service: "s", openedOn: Self.firstDay, clinician: "c-01", participants: [client])),
            episode, id: episode.rawValue, lane: lane)
        return episode
    }

    func rate(
        _ episode: EpisodeID, _ total: Int, session: Int, id: RatingID = RatingID(rawValue: UUID()),
        on instrument: InstrumentReference = ors, lane: Lane = .episode
    ) throws {
        try rate(episode, .total(total), session: session, id: id, on: instrument, lane: lane)
    }

    func rate(_ episode: EpisodeID, items: [Int], session: Int) throws {
        try rate(episode, .items(items), session: session, id: RatingID(rawValue: UUID()), on: Self.phq, lane: .episode)
    }

    private func rate(
        _ episode: EpisodeID, _ answers: Answers, session: Int, id: RatingID, on instrument: InstrumentReference, lane: Lane
    ) throws {
        let rating = Rating(
            id: id, participant: client.id, instrument: instrument, session: session, day: Self.firstDay, answers: answers)
        try submit(.ratingRecorded(rating), episode, id: id.rawValue, lane: lane)
    }

    func correct(_ episode: EpisodeID, _ rating: RatingID, to total: Int, session: Int) throws {
        let correction = RatingCorrection(
            rating: rating, session: session, day: Self.firstDay, answers: .total(total), reason: .entryError)
        try submit(.ratingCorrected(correction), episode, id: UUID())
    }

    func close(_ episode: EpisodeID) throws {
        let id: CommandID = DerivedIdentity.named("closure", Self.north.text, episode.description, episode.description)
        try submit(
            .closed(EpisodeClosure(day: Self.firstDay, reason: .agreedEnd)), episode, id: id.rawValue, hasSendersID: false)
    }

    private func submit(
        _ event: EpisodeEvent, _ episode: EpisodeID, id: UUID, hasSendersID: Bool = true, lane: Lane = .episode
    ) throws {
        let submission = try Submission(
            id: CommandID(rawValue: id), hasSendersID: hasSendersID,
            command: EpisodeCommand(episode: episode, site: Self.north, event: event), actor: "c-01", trace: .root())
        let outcomes = try BatchTransaction.run(
            [submission], lane: lane, masters: nil, now: .now, on: try database.connect(role: "attune_ingestion"))
        guard case .recorded = outcomes.first else { throw NotRecorded(outcome: "\(outcomes)") }
    }

    func hold(_ episode: EpisodeID, session: Int) throws {
        let id = SessionID(rawValue: UUID())
        try submit(.sessionHeld(SessionHeld(id: id, number: session, day: Self.firstDay)), episode, id: id.rawValue)
    }

    /// The daily round of a site that raises what episodes lack.
    func round(_ days: Int) throws {
        let policy = AlertPolicy(
            version: "bench", safetyDueSeconds: 3600, deterioratingDueSeconds: 3600, notOnTrackDueSeconds: 3600,
            allianceDueSeconds: 0, escalationSeconds: 3600, raisedKinds: Set(AlertKind.allCases))
        try DailyRound(
            policy: { _ in SitePolicy(alerts: policy) }, catalogue: { [catalogue] in catalogue }, logger: quiet,
            today: { _ in Self.firstDay.advanced(byDays: days) }
        ).run(on: try database.connect(role: "attune_alerting"))
    }

    func transfer(_ episode: EpisodeID, to clinician: String) throws {
        let id = TransferID(rawValue: UUID())
        try submit(
            .transferred(EpisodeTransfer(id: id, clinician: clinician, reason: .clinicianLeft)), episode, id: id.rawValue)
    }

    /// What a person does with the open alert of a kind.
    func answer(
        _ episode: EpisodeID, _ kind: AlertKind, _ answer: (AlertID, Connection) throws -> AlertBook.Alert
    ) throws {
        let id: AlertID = try admin.run(
            "select alert_id from alerting.alert where episode_id = $1 and kind = $2 and closed_at is null",
            [.id(episode), .int16(kind.number)]
        ).only().id(0)
        _ = try answer(id, try database.connect(role: AlertAnswers.role))
    }

    /// Passes on the alerts that are due: those about the alliance, which here are at once.
    func escalate() throws {
        try Escalation(policy: { _ in .default }, logger: quiet).run(on: try database.connect(role: "attune_alerting"))
    }

    private static let policy = AlertPolicy(
        version: "bench", safetyDueSeconds: 3600, deterioratingDueSeconds: 3600, notOnTrackDueSeconds: 3600,
        allianceDueSeconds: 0, escalationSeconds: 3600)

    // MARK: What the services make of it

    /// Everything arrives everywhere.
    func settle() throws {
        try score()
        try alert()
        try notify()
        try relay()
        try audit()
    }

    func score() throws {
        let scoring = try database.connect(role: "attune_scoring")
        let events = try newEvents([.episode, .episodeBackfill])
        let read = try events.map { ReadEvent(try EventEnvelope($0)) }
        var batch = EpisodeBatch(
            try CourseStore.episodes(Set(events.map(\.stream)), on: scoring), catalogue: catalogue)
        try batch.restore(try CourseStore.courses(CourseNeeds(read), on: scoring))
        for event in read { _ = try batch.apply(event) }
        try CourseStore.save(batch.changed, on: scoring)
        trajectories += batch.derived
        closings += try events.filter {
            [EventType.episodeClosed, .episodeTransferred].map(\.rawValue).contains($0.type)
        }.map { try EventEnvelope($0) }
    }

    private var closings: [EventEnvelope] = []

    func alert() throws {
        let alerting = try database.connect(role: "attune_alerting")
        let events = trajectories[published...] + closings
        published = trajectories.count
        closings = []
        let handler = AlertingHandler(
            policy: { _ in SitePolicy(alerts: Self.policy) }, catalogue: { [catalogue] in catalogue }, logger: quiet)
        try alerting.transaction { connection in
            try handler.handle(events.map { ConsumedEvent(topic: Topic.trajectories.name, envelope: $0) }, on: connection)
        }
    }

    func notify(routes: Routes? = nil) throws {
        let notification = try database.connect(role: "attune_notification")
        let routes = try routes ?? Self.routes()
        let events = try Ledger.page(of: .alert, after: notified, limit: 1000, on: admin)
        notified = events.last?.position ?? notified
        let handler = NotificationHandler(routes: routes, logger: quiet) {}
        let envelopes = try events.map { ConsumedEvent(topic: Topic.alerts.name, envelope: try EventEnvelope($0)) }
        try notification.transaction { try handler.handle(envelopes, on: $0) }
        let store = DeliveryStore(
            routes: routes, schedule: RetrySchedule(firstPause: .zero, maxAttempts: 3), sendingLimit: .seconds(60))
        var isFirst = true
        while let attempt = try store.begin(avoiding: [], on: notification) {
            let outcome: AttemptOutcome =
                isFirst
                ? .transient(reply: 451, reason: "busy", retryAfter: nil) : .delivered(reply: 250, template: "alert")
            isFirst = false
            _ = try store.finish(attempt, outcome, on: notification)
        }
    }

    static func routes() throws -> Routes {
        Routes(
            default: [
                Channels.Recipient(
                    id: "desk", address: .email(try MailAddress("desk@clinic.example")), kinds: Set(AlertKind.allCases),
                    takesEscalations: true)
            ], sites: [:])
    }

    func relay() throws {
        try admin.script(
            """
            update ledger.lane l set cursor = coalesce((select max(position) from ledger.event e
                where e.category = l.category and e.backfill = l.backfill), 0)
            """)
    }

    func audit() throws {
        let audit = try database.connect(role: "attune_audit")
        var entries: [AuditEntry] = []
        for lane in Lane.all {
            entries += try Ledger.page(of: lane, after: 0, limit: 1000, on: admin).map {
                AuditEntry(topic: lane.topic.name, try EventEnvelope($0))
            }
        }
        entries += trajectories.map { AuditEntry(topic: Topic.trajectories.name, $0) }
        let new = entries.filter { audited.insert($0.event).inserted }
        _ = try audit.transaction { try writer.append(new, on: $0) }
    }

    private func newEvents(_ lanes: [Lane]) throws -> [LedgerEvent] {
        try lanes.flatMap { lane in
            let events = try Ledger.page(of: lane, after: reached[lane] ?? 0, limit: 1000, on: admin)
            reached[lane] = events.last?.position ?? reached[lane] ?? 0
            return events
        }
    }

    // MARK: What is done to it, and found

    /// As somebody would who owns the database.
    func damage(_ sql: String) throws {
        try admin.script("alter table ledger.event disable trigger user; \(sql)")
    }

    /// As an operator would look.
    func examine(_ check: any DoctorCheck, isSettled: Bool = true) throws -> CheckResult {
        var result = CheckResult(check.name, isSettled: isSettled)
        try check.run(into: &result, on: try database.connect(role: "attune_operator"))
        return result
    }

    var streams: StreamCheck { StreamCheck(site: nil, pageSize: 2) }
    var courses: TrajectoryCheck { TrajectoryCheck(site: nil, catalogue: catalogue) }
    var accepted: AcceptedCheck { AcceptedCheck(site: nil, file: nil, pageSize: 3) }
    var log: LogCheck { LogCheck(site: nil, catalogue: catalogue, keys: LogKeys(key.verifierKey), patience: .zero) }
    var notifications: NotificationCheck { NotificationCheck(site: nil, routes: nil, pageSize: 2) }
    func alerts() throws -> AlertRulesCheck {
        AlertRulesCheck(site: nil, catalogue: catalogue, policy: try LivePolicy(file: nil))
    }
}

struct NotRecorded: Error {
    let outcome: String
}
