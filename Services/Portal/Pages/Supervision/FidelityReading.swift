import Contracts
import Domain
import Persistence
import ServiceKit

/// The fidelity of one month, counted within a visitor's scope as `attune loop fidelity` counts it.
struct FidelityFound: Sendable {
    let report: FidelityReport
    /// There was more than is counted.
    let isCut: Bool
}

/// Reads the episodes that were under way in a month, a page at a time, and keeps nothing of them but counts.
struct FidelityReading: Sendable {
    /// Complete months that can be looked at: what was under way in them are the open episodes, and those closed since.
    static let months = 12
    /// Episodes and alerts that are counted, and episodes in one transaction.
    static let (mostEpisodes, mostAlerts, pageSize) = (5000, 50_000, 250)

    let data: ClientData
    let cases: CaseReading

    func found(_ month: CalendarMonth, by visitor: Visitor) async throws -> FidelityFound {
        let (listed, alerts, teams) = try await data.read(by: visitor) { connection in
            (
                try Self.episodes(of: month, on: connection), try Self.alerts(of: month, on: connection),
                try Self.teams(on: connection)
            )
        }
        // Both groupings together would tell of single people by their difference.
        var report = FidelityReport(month, by: teams.isEmpty ? .service : .team, teams: teams)
        for alert in alerts.prefix(Self.mostAlerts) { report.add(alert) }
        let episodes = listed.prefix(Self.mostEpisodes)
        let cases = cases
        for start in stride(from: 0, to: episodes.count, by: Self.pageSize) {
            let page = Array(episodes[start..<min(start + Self.pageSize, episodes.count)])
            let read = try await data.read(by: visitor) { connection in
                let today = try connection.run("select now()").only().timestamp(0).day
                return try cases.cases(page, asOf: today, on: connection).compactMap {
                    FidelityEpisode(at: $0.site, events: $0.entries.map(\.event), view: $0.view)
                }
            }
            for episode in read { report.add(episode) }
        }
        return FidelityFound(report: report, isCut: listed.count > episodes.count || alerts.count > Self.mostAlerts)
    }

    private static func episodes(of month: CalendarMonth, on connection: Connection) throws -> [EpisodeID] {
        try connection.run(selectEpisodes, [.day(month.first), .day(month.last), .int64(Int64(mostEpisodes + 1))])
            .map { try $0.id(0) }
    }

    private static func alerts(of month: CalendarMonth, on connection: Connection) throws -> [FidelityAlert] {
        let kinds = AlertKind.aboutCourses.map(\.number).sorted()
        let parameters: [Parameter] = [
            .day(month.first), .day(month.last.advanced(byDays: 1)), .int16s(kinds), .int64(Int64(mostAlerts + 1)),
        ]
        return try connection.run(selectAlerts, parameters).compactMap { row in
            guard let kind = AlertKind(number: try row.int16(2)) else { return nil }
            return FidelityAlert(
                site: SiteID(unchecked: try row.text(0)), service: try row.text(1), kind: kind,
                raisedAt: try row.timestamp(3), owner: try row.text(4), isReviewed: try row.bool(5))
        }
    }

    private static func teams(on connection: Connection) throws -> [String: String] {
        var teams: [String: String] = [:]
        for row in try connection.run(selectTeams) { teams[try row.text(0)] = try row.text(1) }
        return teams
    }

    static let selectEpisodes: Statement = """
        select episode_id from published.portal_episode
        where site = any (published.scope_sites()) and closed_on is null and opened_on <= $2
        union all
        select episode_id from published.portal_episode
        where site = any (published.scope_sites()) and closed_on >= $1 and opened_on <= $2
        order by 1 limit $3
        """
    /// Months of alerts are those of UTC.
    static let selectAlerts: Statement = """
        select a.site, e.service, a.kind, a.raised_at, a.clinician, a.reviewed_at is not null
        from published.portal_alert a join published.portal_episode e on e.episode_id = a.episode_id
        where a.site = any (published.scope_sites()) and a.raised_at >= $1::date::timestamp at time zone 'UTC'
          and a.raised_at < $2::date::timestamp at time zone 'UTC' and a.kind = any ($3)
        limit $4
        """
    static let selectTeams: Statement = """
        select person_id, team from published.directory_person
        where site = any (published.scope_sites()) and team is not null
        """
}

/// Keeps the counts of complete months for a while: they hardly change, and a page is not to read a site's month each time.
actor FidelityFigures {
    /// Older ones are counted anew.
    static let freshFor: Duration = .seconds(15 * 60)
    private static let mostKept = 64

    private struct Key: Hashable {
        let sites: SiteAccess
        let month: CalendarMonth
    }

    private let reading: FidelityReading
    private var kept: [Key: (found: FidelityFound, counted: ContinuousClock.Instant)] = [:]

    init(reading: FidelityReading) { self.reading = reading }

    func found(_ month: CalendarMonth, for visitor: Visitor) async throws -> FidelityFound {
        let key = Key(sites: visitor.scope.sites, month: month)
        if let known = kept[key], ContinuousClock.now - known.counted < Self.freshFor { return known.found }
        let found = try await reading.found(month, by: visitor)
        if kept[key] == nil, kept.count >= Self.mostKept {
            kept[kept.min { $0.value.counted < $1.value.counted }?.key ?? key] = nil
        }
        kept[key] = (found, ContinuousClock.now)
        return found
    }
}
