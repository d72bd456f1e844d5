import Domain
import Logging
import Persistence
import ServiceKit

/// The figures of some sites, as they may be shown.
struct NetworkFigures: Sendable {
    /// By the database's clock.
    let asOf: Timestamp
    let tables: [NetworkFigure: [Int: FigureTable]]
    let waits: [NetworkWait.Key: NetworkWait]
    /// What most courses are on: shown where nobody has chosen.
    let commonMeasure: InstrumentID?
    /// False where there were more episodes than are counted at once: the newest are missing then.
    let isWhole: Bool
    fileprivate let counted = ContinuousClock.now
}

/// Counts in the background, one count at a time for each set of sites, and keeps the figures for a while.
actor NetworkCounting {
    /// Figures older than this are counted anew.
    static let freshFor: Duration = .seconds(15 * 60)
    /// Older figures are shown, with their time, while newer ones are being counted; but not for ever.
    private static let shownFor: Duration = .seconds(24 * 60 * 60)
    /// Sets of sites whose figures are kept, and of which counts run at once.
    private static let (mostKept, mostRunning) = (32, 2)

    private let reading: NetworkReading
    private let logger: Logger
    private var kept: [SiteAccess: NetworkFigures] = [:]
    private var running: Set<SiteAccess> = []
    private var waiting: [SiteAccess: [Int: CheckedContinuation<NetworkFigures?, any Error>]] = [:]
    private var nextWaiter = 0

    init(reading: NetworkReading, logger: Logger) {
        self.reading = reading
        self.logger = logger
    }

    /// The figures of a visitor's sites.
    /// - Parameter patience: how long to wait for a first count.
    /// - Returns: nil while they are being counted.
    func figures(for visitor: Visitor, patience: Duration) async throws -> NetworkFigures? {
        let sites = visitor.scope.sites
        let known = kept[sites].flatMap { ContinuousClock.now - $0.counted < Self.shownFor ? $0 : nil }
        if let known, ContinuousClock.now - known.counted < Self.freshFor { return known }
        if !running.contains(sites) {
            guard running.count < Self.mostRunning else { return known }
            running.insert(sites)
            Task { await self.count(sites, visitor) }
        }
        if let known { return known }
        nextWaiter += 1
        let waiter = nextWaiter
        return try await withCheckedThrowingContinuation { continuation in
            waiting[sites, default: [:]][waiter] = continuation
            Task {
                try? await Task.sleep(for: patience)
                self.giveUp(waiter, sites)
            }
        }
    }

    private func count(_ sites: SiteAccess, _ visitor: Visitor) async {
        let result: Result<NetworkFigures?, any Error>
        do {
            let figures = try await reading.figures(by: visitor)
            if kept[sites] == nil, kept.count >= Self.mostKept {
                kept[kept.min { $0.value.counted < $1.value.counted }?.key ?? sites] = nil
            }
            kept[sites] = figures
            result = .success(figures)
        } catch {
            logger.error("Network figures could not be counted", error: error)
            result = .failure(error)
        }
        running.remove(sites)
        for continuation in (waiting.removeValue(forKey: sites) ?? [:]).values { continuation.resume(with: result) }
    }

    private func giveUp(_ waiter: Int, _ sites: SiteAccess) {
        waiting[sites]?.removeValue(forKey: waiter)?.resume(returning: nil)
    }
}

/// Reads the episodes of the last two years, a page at a time, and keeps nothing of them but counts.
struct NetworkReading: Sendable {
    static let years = 2
    /// Episodes in one transaction.
    static let pageSize = 500
    /// Episodes in one count.
    static let mostEpisodes = 100_000

    let data: ClientData
    let cases: CaseReading

    func figures(by visitor: Visitor) async throws -> NetworkFigures {
        let (now, episodes) = try await data.read(by: visitor) { connection in
            let now = try connection.run("select now()").only().timestamp(0)
            let first = Quarter(holding: now.day).before(years: Self.years).firstDay ?? now.day
            let rows = try connection.run(Self.selectEpisodes, [.day(first), .int64(Int64(Self.mostEpisodes + 1))])
            return (now, try rows.map { try $0.id(0, as: EpisodeID.self) })
        }
        var tally = NetworkTally()
        let counted = episodes.prefix(Self.mostEpisodes)
        for start in stride(from: 0, to: counted.count, by: Self.pageSize) {
            let page = Array(counted[start..<min(start + Self.pageSize, counted.count)])
            for episode in try await read(page, now, by: visitor) { tally.add(episode) }
        }
        let rule = SmallCellRule.standard
        return NetworkFigures(
            asOf: now, tables: tally.tables(rule), waits: tally.waits(rule), commonMeasure: tally.commonMeasure,
            isWhole: counted.count == episodes.count)
    }

    private func read(_ page: [EpisodeID], _ now: Timestamp, by visitor: Visitor) async throws -> [CountedEpisode] {
        let cases = cases
        return try await data.read(by: visitor) { connection in
            var alerts: [EpisodeID: [AlertAnswer]] = [:]
            for row in try connection.run(Self.selectAlerts, [.ids(page)]) {
                let alert = AlertAnswer(
                    raisedAt: try row.timestamp(1), dueAt: try row.timestamp(2), answeredAt: try row.optionalTimestamp(3),
                    closedAt: try row.optionalTimestamp(4))
                alerts[try row.id(0), default: []].append(alert)
            }
            return try cases.cases(page, asOf: now.day, on: connection).map {
                CountedEpisode($0, alerts: alerts[$0.episode] ?? [], at: .week12, now: now)
            }
        }
    }

    private static let selectEpisodes: Statement = """
        select episode_id from published.portal_episode
        where site = any (published.scope_sites()) and opened_on >= $1 order by opened_on, episode_id limit $2
        """
    /// Of a withdrawn alert that nobody had acknowledged, the withdrawal is the answer.
    private static let selectAlerts: Statement = """
        select episode_id, raised_at, first_due_at,
               coalesce(acknowledged_at, case when status = 'withdrawn' then closed_at end), closed_at
        from published.portal_alert where episode_id = any ($1)
        """
}
