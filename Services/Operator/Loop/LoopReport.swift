import Contracts
import Domain
import Persistence

/// What is asked: alerts raised on days of a span, at a site or everywhere.
struct LoopScope: Hashable {
    /// First and last day in UTC on which an alert was raised; nil for no limit.
    let from: CalendarDay?
    let through: CalendarDay?
    /// Nil for every site.
    let site: SiteID?

    func holds(_ time: Timestamp) -> Bool {
        if let from, time.day < from { return false }
        if let through, time.day > through { return false }
        return true
    }
}

/// What became of the alerts of a span, kind by kind, folded from events alone.
struct LoopReport {
    let scope: LoopScope
    /// As of when something is overdue, and where that time comes from.
    let asOf: Timestamp
    let clock: Clock
    private(set) var kinds: [AlertKind: KindFigures] = [:]
    private(set) var all = KindFigures()
    /// Events read, by type: of alerts and notifications of the scope's sites, at whatever time.
    private(set) var events: [String: Int] = [:]

    enum Clock: String {
        case database = "the database's clock"
        case newestEvent = "the newest event"
    }

    /// Reads a whole source.
    /// - Parameter progress: told now and then how many of how many units have been read.
    /// - Throws: what the source throws; `UnreadableAlerts` for an episode whose events cannot be told.
    init(
        _ source: any EventSource, _ scope: LoopScope, asOf time: Timestamp, clock: Clock,
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws {
        self.scope = scope
        self.clock = clock
        asOf = time
        var tallies: [AlertKind: KindTally] = [:]
        var total = KindTally()
        var events: [String: Int] = [:]
        try source.forEachEpisode(progress: progress) { record in
            guard let site = (record.alerts.first ?? record.notifications.first)?.site,
                scope.site.map({ $0 == site }) ?? true
            else { return }
            for event in record.alerts { events[event.type, default: 0] += 1 }
            for event in record.notifications { events[event.type, default: 0] += 1 }
            for alert in try Self.alerts(of: record) where scope.holds(alert.life.raisedAt) {
                tallies[alert.life.kind, default: KindTally()].add(alert, asOf: time)
                total.add(alert, asOf: time)
            }
        }
        self.events = events
        kinds = tallies.mapValues(\.result)
        all = total.result
    }

    private static func alerts(of record: EpisodeRecord) throws -> [FollowedAlert] {
        do {
            return try FollowedAlert.all(of: record)
        } catch {
            throw UnreadableAlerts(episode: record.stream, reason: "\(error)")
        }
    }
}

extension LoopReport {
    /// Reads the ledger, and counts the same from rows in the same snapshot.
    static func counted(
        _ scope: LoopScope, on connection: Connection, progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> (report: LoopReport, differences: [String]) {
        try connection.snapshot { connection in
            let now = try connection.run("select clock_timestamp()").only().timestamp(0)
            let source = LedgerSource(
                connection: connection, categories: [.alert, .notification], isWithinSnapshot: true)
            let report = try LoopReport(source, scope, asOf: now, clock: .database, progress: progress)
            return (report, try LoopRecount(scope, asOf: now, on: connection).differences(from: report))
        }
    }
}

/// The alerts of an episode are told in a way that cannot be: `attune doctor` says what is wrong.
struct UnreadableAlerts: Error, CustomStringConvertible {
    let episode: EpisodeID
    let reason: String

    var description: String {
        "the alerts of episode \(episode) cannot be told from their events: \(reason); run attune doctor"
    }
}
