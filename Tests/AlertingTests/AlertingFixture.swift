import Catalogue
import Contracts
import Domain
import Foundation
import Logging
import Persistence
import ServiceKit
import TestSupport

@testable import AlertBook
@testable import attune_alerting

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
let north = SiteID("north")!

/// A handler on a database of its own.
struct AlertingFixture {
    let database: TestDatabase
    /// In the service's own role: its grants are part of what is tested.
    let connection: Connection
    /// In the role in which alerts are answered.
    let answering: Connection
    let handler: AlertingHandler
    let policy: AlertPolicy
    let rules: EpisodeRulePolicy
    private let admin: Connection

    init(policy: AlertPolicy = .default, rules: EpisodeRulePolicy = EpisodeRulePolicy()) throws {
        self.policy = policy
        self.rules = rules
        let catalogue = try Treatment.builtIn.get()
        handler = AlertingHandler(
            policy: { _ in SitePolicy(alerts: policy, rules: rules) }, catalogue: { catalogue }, logger: quiet)
        database = try TestDatabase.make()
        connection = try database.connect(role: "attune_alerting")
        answering = try database.connect(role: AlertAnswers.role)
        admin = try database.connect()
    }

    /// Makes an episode known as ingestion does.
    func open(at site: SiteID = north) throws -> Treatment {
        let treatment = try Treatment(site: site)
        try admin.run(
            """
            insert into ledger.episode (episode_id, site, service, clinician, opened_on, participants)
            values ($1, $2, 'outpatient', 'c-01', '2026-03-02', array[$3]::uuid[])
            """, [.id(treatment.episode), .text(site.text), .id(treatment.client)])
        return treatment
    }

    /// What ingestion keeps of an episode that has been closed.
    func markClosed(_ treatment: Treatment) throws {
        try admin.run(
            "update ledger.episode set closed_on = '2026-06-01' where episode_id = $1", [.id(treatment.episode)])
    }

    /// As the consumer does it: one transaction, then the news of it.
    func handle(_ events: [EventEnvelope], thenFailWith failure: (any Error)? = nil) throws {
        do {
            try connection.transaction { connection in
                try handler.handle(
                    events.map { ConsumedEvent(topic: Topic.trajectories.name, envelope: $0) }, on: connection)
                if let failure { throw failure }
            }
        } catch {
            handler.willRetry()
            throw error
        }
        handler.didCommit()
    }

    /// Lets the time have come for every alert that waits for an answer.
    func letTimePass() throws {
        try admin.script("update alerting.alert set due_at = now() - interval '1 second' where status in ('raised', 'opened')")
    }

    /// Alerts of one episode in the order in which they were raised.
    func alerts(of treatment: Treatment) throws -> [Alert] {
        try AlertStore.list(
            sites: nil, statuses: Alert.Status.allCases, episode: treatment.episode, before: nil, limit: 500,
            on: connection
        ).sorted { ($0.raisedAt, $0.id) < ($1.raisedAt, $1.id) }
    }

    func kinds(of treatment: Treatment, _ status: Alert.Status) throws -> Set<AlertKind> {
        Set(try alerts(of: treatment).filter { $0.status == status }.map(\.kind))
    }

    /// What stands in the ledger, in order.
    func ledger() throws -> [AlertEvent] {
        try Ledger.page(of: .alert, after: 0, limit: 5000, on: connection).map { event in
            guard let type = EventType(rawValue: event.type) else { throw UnknownType() }
            return try AlertEventCodec.decode(event.payload, type: type)
        }
    }

    /// Types of the steps in the ledger, in order.
    func steps() throws -> [EventType] { try ledger().map(\.type) }
}

struct UnknownType: Error {}

/// An episode whose ratings are scored as scoring does it; says what alerting gets to read.
final class Treatment {
    static let ors = InstrumentReference(id: InstrumentID("ors")!, version: "2000")
    static let srs = InstrumentReference(id: InstrumentID("srs")!, version: "2002")
    static let phq = InstrumentReference(id: InstrumentID("phq-9")!, version: "2001")

    let episode: EpisodeID = TimeOrderedIdentity.make(at: .now)
    let client = ParticipantID(rawValue: UUID())
    let other = ParticipantID(rawValue: UUID())
    let site: SiteID
    private let catalogue: Catalogue
    private var scoring = EpisodeScoring()
    private let firstDay = CalendarDay("2026-03-02")!

    /// Read once: some tests make hundreds of episodes.
    static let builtIn = Result { try Catalogue.load() }

    init(site: SiteID) throws {
        self.site = site
        catalogue = try Self.builtIn.get()
        let raters = [client, other].map { Participant(id: $0, role: .`self`, ageBand: .adult) }
        _ = try follow(
            .opened(EpisodeOpening(service: "outpatient", openedOn: firstDay, clinician: "c-01", participants: raters)))
    }

    /// A total on an instrument; the trajectory event that follows.
    func rate(
        _ total: Int, session: Int, id: RatingID = RatingID(rawValue: UUID()), by rater: ParticipantID? = nil,
        on instrument: InstrumentReference = ors
    ) throws -> EventEnvelope {
        try rate(.total(total), session: session, id: id, by: rater ?? client, on: instrument)
    }

    /// Nine items at 1, with the answer on the safety item.
    func screen(danger: Int, session: Int, id: RatingID = RatingID(rawValue: UUID())) throws -> EventEnvelope {
        try rate(.items(Array(repeating: 1, count: 8) + [danger]), session: session, id: id, by: client, on: Self.phq)
    }

    func correct(_ rating: RatingID, to total: Int, session: Int) throws -> EventEnvelope {
        try trajectory(
            .ratingCorrected(
                RatingCorrection(
                    rating: rating, session: session, day: firstDay, answers: .total(total), reason: .entryError)))
    }

    /// The episode event itself, as alerting reads it beside the trajectories.
    func close() throws -> EventEnvelope {
        try follow(.closed(EpisodeClosure(day: firstDay, reason: .agreedEnd))).event
    }

    func transfer(to clinician: String) throws -> EventEnvelope {
        try follow(
            .transferred(EpisodeTransfer(id: TransferID(rawValue: UUID()), clinician: clinician, reason: .clinicianLeft))
        ).event
    }

    /// An episode event that is none of alerting's business.
    func hold() throws -> EventEnvelope {
        try follow(.sessionHeld(SessionHeld(id: SessionID(rawValue: UUID()), number: 1, day: firstDay))).event
    }

    private func rate(
        _ answers: Answers, session: Int, id: RatingID, by rater: ParticipantID, on instrument: InstrumentReference
    ) throws -> EventEnvelope {
        try trajectory(
            .ratingRecorded(
                Rating(
                    id: id, participant: rater, instrument: instrument, session: session, day: firstDay, answers: answers)))
    }

    private func trajectory(_ event: EpisodeEvent) throws -> EventEnvelope {
        let (cause, update) = try follow(event)
        guard let update else { throw NothingFollowed() }
        return EventEnvelope(
            id: DerivedIdentity.following(cause.id, rule: "trajectory"), type: .trajectoryUpdated,
            source: "/attune/scoring", episode: episode, site: site, sequence: cause.sequence, time: cause.time,
            trace: cause.trace?.following(cause.id.bytes), payload: try TrajectoryCodec.encode(update, cause: cause.id))
    }

    private func follow(_ event: EpisodeEvent) throws -> (event: EventEnvelope, update: CourseUpdate?) {
        let version = scoring.version + 1
        let update = try scoring.apply(event, version: version) { instrument, rater in
            catalogue.basis(for: instrument, role: rater.role, ageBand: rater.ageBand)
        }
        let envelope = EventEnvelope(
            id: TimeOrderedIdentity.make(at: .now), type: event.type, source: "/attune/ingestion", episode: episode,
            site: site, sequence: version, time: .now, trace: .root(),
            payload: try EpisodeEventCodec.encode(event, actor: "c-01"))
        return (envelope, update)
    }
}

struct NothingFollowed: Error {}

/// Runs blocking work off the concurrency pool.
func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
