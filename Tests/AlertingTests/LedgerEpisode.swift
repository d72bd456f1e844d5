import Catalogue
import Contracts
import Domain
import Foundation
import Persistence
import TestSupport

@testable import AlertBook
@testable import attune_alerting

/// An episode as ingestion writes it, so that whoever reads the ledger finds it there.
final class LedgerEpisode {
    static let firstDay = CalendarDay("2026-03-02")!

    let id: EpisodeID = TimeOrderedIdentity.make(at: .now)
    let client = ParticipantID(rawValue: UUID())
    let site: SiteID
    private let admin: Connection
    private let catalogue: Catalogue
    private var scoring = EpisodeScoring()

    /// - Parameter admin: of a superuser.
    init(at site: SiteID = north, on admin: Connection) throws {
        self.site = site
        self.admin = admin
        catalogue = try Treatment.builtIn.get()
        try admin.run(
            """
            insert into ledger.episode (episode_id, site, service, clinician, opened_on, participants)
            values ($1, $2, 'outpatient', 'c-01', $3, array[$4]::uuid[])
            """, [.id(id), .text(site.text), .day(Self.firstDay), .id(client)])
        try append(
            .opened(
                EpisodeOpening(
                    service: "outpatient", openedOn: Self.firstDay, clinician: "c-01",
                    participants: [Participant(id: client, role: .`self`, ageBand: .adult)])))
    }

    static func day(_ days: Int) -> CalendarDay { firstDay.advanced(byDays: days) }

    /// - Returns: the event, and the trajectory event that scoring makes of it.
    @discardableResult
    func append(_ event: EpisodeEvent) throws -> (event: EventEnvelope, trajectory: EventEnvelope?) {
        let new = NewEvent(
            id: TimeOrderedIdentity.make(at: .now), stream: id, site: site, type: event.type.rawValue,
            traceparent: TraceContext.root().description,
            payload: try EpisodeEventCodec.encode(event, actor: "c-01"))
        _ = try admin.transaction { try Ledger.append([new], to: .episode, on: $0) }
        let version = scoring.version + 1
        let record = try Ledger.events(stream: id, category: .episode, fromVersion: version, on: admin)[0]
        let envelope = try EventEnvelope(record)
        let update = try scoring.apply(event, version: version) { [catalogue] instrument, rater in
            catalogue.basis(for: instrument, role: rater.role, ageBand: rater.ageBand, sex: rater.sex, site: site)
        }
        return (envelope, try update.map { try TrajectoryEvents.following(envelope, $0) })
    }

    @discardableResult
    func hold(_ number: Int, on days: Int) throws -> SessionID {
        let session = SessionID(rawValue: UUID())
        try append(.sessionHeld(SessionHeld(id: session, number: number, day: Self.day(days))))
        return session
    }

    @discardableResult
    func rate(
        _ total: Int, session: Int, on day: CalendarDay, id: RatingID = RatingID(rawValue: UUID()),
        with instrument: InstrumentReference = Treatment.ors
    ) throws -> (event: EventEnvelope, trajectory: EventEnvelope?) {
        try append(
            .ratingRecorded(
                Rating(
                    id: id, participant: client, instrument: instrument, session: session, day: day, answers: .total(total))))
    }

    func discuss(_ rating: RatingID, on days: Int) throws -> EventEnvelope {
        try append(
            .ratingDiscussed(
                RatingDiscussed(id: DiscussionID(rawValue: UUID()), rating: rating, day: Self.day(days), by: "c-01"))
        ).event
    }

    func close(on days: Int) throws -> EventEnvelope {
        try admin.run("update ledger.episode set closed_on = $2 where episode_id = $1", [.id(id), .day(Self.day(days))])
        return try append(.closed(EpisodeClosure(day: Self.day(days), reason: .agreedEnd))).event
    }
}

extension AlertPolicy {
    /// Raises what episodes lack as well.
    static let thorough = AlertPolicy(
        version: "thorough", safetyDueSeconds: 3600, deterioratingDueSeconds: 3600, notOnTrackDueSeconds: 3600,
        allianceDueSeconds: 3600, escalationSeconds: 3600, raisedKinds: Set(AlertKind.allCases))
}

extension AlertingFixture {
    /// The round of a day, as of days after the first.
    func round(on days: Int, page: Int = DailyRound.usualPage, turn: Int = 1000) throws -> DailyRound {
        let (policy, rules, catalogue) = (policy, rules, try Treatment.builtIn.get())
        return DailyRound(
            policy: { _ in SitePolicy(alerts: policy, rules: rules) }, catalogue: { catalogue }, logger: quiet,
            today: { _ in LedgerEpisode.day(days) }, page: page, turn: turn)
    }

    func alerts(of episode: LedgerEpisode) throws -> [AlertBook.Alert] {
        try AlertStore.list(
            sites: nil, statuses: AlertBook.Alert.Status.allCases, episode: episode.id, before: nil, limit: 500,
            on: connection
        ).sorted { ($0.raisedAt, $0.id) < ($1.raisedAt, $1.id) }
    }
}
