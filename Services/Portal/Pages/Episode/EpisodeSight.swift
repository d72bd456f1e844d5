import Contracts
import Domain
import Persistence

/// An episode as its pages show it: the case, with what alerts are open and what people have changed after one.
struct EpisodeSight: Sendable {
    /// That somebody chose to do something differently, in the support review of an alert.
    struct Change: Hashable, Sendable {
        /// By the site's clock.
        let day: CalendarDay
        /// Whose course the alert was about.
        let participant: ParticipantID
    }

    let found: EpisodeCase
    /// By day.
    let changes: [Change]
    /// Gravest first.
    let alerts: [OpenAlert]
    let policy: SitePolicy
    let now: Timestamp

    var view: EpisodeView { found.view }
    /// The site's day.
    var today: CalendarDay { view.today }

    /// Those whose courses can be seen side by side: who rate themselves.
    var partners: [Participant] {
        let own = view.participants.filter { $0.role == .`self` }
        return own.count > 1 ? own : []
    }

    /// Days on which another clinician took over, by the site's clock.
    var transfers: [CalendarDay] {
        found.entries.compactMap { entry in
            if case .transferred = entry.event { policy.zone.day(at: entry.recordedAt) } else { nil }
        }
    }

    /// Number of the next session: after the last one held.
    var nextSession: Int { (view.sessions.map(\.number).max() ?? 0) + 1 }
}

/// Reads an episode for its pages.
struct EpisodeReading: Sendable {
    let cases: CaseReading
    let policy: @Sendable (SiteID) -> SitePolicy

    /// Nil where the transaction's scope has no such episode.
    func sight(_ id: EpisodeID, at now: Timestamp, on connection: Connection) throws -> EpisodeSight? {
        guard let site = try site(of: id, on: connection) else { return nil }
        let policy = policy(site)
        guard let found = try cases.one(id, asOf: policy.zone.day(at: now), on: connection) else { return nil }
        return EpisodeSight(
            found: found, changes: try changes(id, policy.zone, on: connection),
            alerts: try OpenAlert.all(of: [id], on: connection), policy: policy, now: now)
    }

    /// Where an episode of the transaction's scope is; nil where there is none.
    func site(of id: EpisodeID, on connection: Connection) throws -> SiteID? {
        try connection.run(Self.selectSite, [.id(id)]).first.map { SiteID(unchecked: try $0.text(0)) }
    }

    private func changes(_ id: EpisodeID, _ zone: ZoneOffsets, on connection: Connection) throws -> [EpisodeSight.Change] {
        var subjects: [AlertID: ParticipantID] = [:]
        var changes: Set<EpisodeSight.Change> = []
        let types = [EventType.alertRaised, .alertReviewEntered].map(\.rawValue)
        for row in try connection.run(Self.selectAlertEvents, [.id(id), .texts(types)]) {
            guard let type = EventType(rawValue: try row.text(0)),
                let event = try? AlertEventCodec.decode(try row.bytes(1), type: type)
            else { continue }
            switch event.step {
            case .raised(let raising): subjects[event.alert] = raising.subject.participant
            case .reviewEntered(_, _, .actionChosen):
                guard let participant = subjects[event.alert] else { continue }
                let time = try event.at ?? row.timestamp(2)
                changes.insert(EpisodeSight.Change(day: zone.day(at: time), participant: participant))
            default: break
            }
        }
        return changes.sorted { ($0.day, $0.participant) < ($1.day, $1.participant) }
    }

    private static let selectSite: Statement = "select site from published.portal_episode where episode_id = $1"
    private static let selectAlertEvents: Statement = """
        select type, payload, recorded_at from published.portal_event
        where category = 2 and stream_id = $1 and type = any($2) order by version
        """
}
