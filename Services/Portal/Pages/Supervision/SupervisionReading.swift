import Contracts
import Domain
import Persistence

/// What a supervisor's team has open.
struct SupervisionReading: Sendable {
    /// Whose cases a supervisor looks after.
    enum Team: Hashable, Sendable {
        /// People whom the directory puts under this supervisor; may be nobody.
        case people([String])
        /// The directory has nobody at these sites: everybody there.
        case wholeSites
    }

    struct Found: Sendable {
        let team: Team
        let cases: [SupervisionCase]
        /// Longest first.
        let overdue: [SupervisedAlert]
        /// More are open than are looked at.
        let isCut: Bool
    }

    /// Open episodes that are looked at, and cases and alerts that are shown.
    static let (mostEpisodes, mostShown) = (1000, 100)

    let cases: CaseReading

    func found(for supervisor: String, now: Timestamp, on connection: Connection) throws -> Found {
        let team = try self.team(of: supervisor, on: connection)
        let rows = try connection.run(
            Self.selectEpisodes, [team.listed.map { .texts($0) } ?? .null, .int64(Int64(Self.mostEpisodes + 1))])
        let episodes = try rows.prefix(Self.mostEpisodes).map { try $0.id(0, as: EpisodeID.self) }
        var alerts: [EpisodeID: [SupervisedAlert]] = [:]
        for row in try connection.run(Self.selectAlerts, [.ids(episodes)]) {
            guard let alert = try SupervisedAlert(row) else { continue }
            alerts[alert.episode, default: []].append(alert)
        }
        let reviewed = alerts.filter { $0.value.contains(where: \.hasReview) }.map(\.key)
        let choices = try self.choices(in: reviewed, on: connection)
        let found = try cases.cases(alerts.keys.sorted(), asOf: now.day, on: connection).compactMap {
            SupervisionCase($0, alerts: alerts[$0.episode] ?? [], choices: choices[$0.episode] ?? [], today: now.day)
        }
        let overdue = alerts.values.flatMap { $0 }.filter { $0.isOverdue(at: now) }
        let gravestFirst = found.sorted { ($0.precedence, $0.episode) < ($1.precedence, $1.episode) }
        let longestFirst = overdue.sorted { ($0.firstDueAt, $0.id) < ($1.firstDueAt, $1.id) }
        return Found(
            team: team, cases: Array(gravestFirst.prefix(Self.mostShown)), overdue: Array(longestFirst.prefix(Self.mostShown)),
            isCut: rows.count > Self.mostEpisodes || found.count > Self.mostShown || overdue.count > Self.mostShown)
    }

    private func team(of supervisor: String, on connection: Connection) throws -> Team {
        let people = try connection.run(Self.selectTeam, [.text(supervisor)]).map { try $0.text(0) }
        if people.isEmpty, try !connection.run(Self.selectHasDirectory).only().bool(0) { return .wholeSites }
        return .people(people)
    }

    /// Actions that reviews chose, by episode. An event that cannot be read tells of none; `attune doctor` tells of it.
    private func choices(
        in episodes: [EpisodeID], on connection: Connection
    ) throws -> [EpisodeID: [(action: SupportActionID, day: CalendarDay)]] {
        guard !episodes.isEmpty else { return [:] }
        let parameters: [Parameter] = [.ids(episodes), .text(EventType.alertReviewEntered.rawValue)]
        var choices: [EpisodeID: [(action: SupportActionID, day: CalendarDay)]] = [:]
        for row in try connection.run(Self.selectReviews, parameters) {
            guard let event = try? AlertEventCodec.decode(try row.bytes(1), type: .alertReviewEntered),
                case .reviewEntered(_, _, .actionChosen(let action)) = event.step
            else { continue }
            choices[try row.id(0), default: []].append((action, try row.timestamp(2).day))
        }
        return choices
    }

    private static let selectTeam: Statement = """
        select person_id from published.directory_person where supervisor_id = $1 and active order by person_id limit 500
        """
    private static let selectHasDirectory: Statement = """
        select exists (select from published.directory_person where site = any (published.scope_sites()) and active)
        """
    private static let selectEpisodes: Statement = """
        select episode_id from published.portal_episode
        where site = any (published.scope_sites()) and closed_on is null and ($1::text[] is null or clinician = any ($1))
        order by episode_id limit $2
        """
    private static let selectAlerts: Statement = """
        select alert_id, episode_id, site, kind, status, clinician, raised_at, first_due_at, escalation_level,
               review_entries, reviewed_at
        from published.portal_alert where episode_id = any ($1) and (closed_at is null or review_entries > 0)
        """
    private static let selectReviews: Statement = """
        select stream_id, payload, recorded_at from published.portal_event
        where category = 2 and stream_id = any ($1) and type = $2 order by stream_id, version
        """
}

extension SupervisionReading.Team {
    /// Nil for everybody.
    fileprivate var listed: [String]? {
        switch self {
        case .people(let people): people
        case .wholeSites: nil
        }
    }
}

extension SupervisedAlert {
    /// Nil for a kind or state that this program does not know.
    fileprivate init?(_ row: Row) throws {
        guard let kind = AlertKind(number: try row.int16(3)), let status = AlertLife.Status(rawValue: try row.text(4)) else {
            return nil
        }
        self.init(
            id: try row.id(0), episode: try row.id(1), site: SiteID(unchecked: try row.text(2)), kind: kind, status: status,
            clinician: try row.text(5), raisedAt: try row.timestamp(6), firstDueAt: try row.timestamp(7),
            escalations: Int(try row.int32(8)), hasReview: try row.int32(9) > 0, reviewedAt: try row.optionalTimestamp(10))
    }
}
