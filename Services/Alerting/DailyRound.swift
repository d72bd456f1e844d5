import AlertBook
import Catalogue
import Contracts
import Domain
import Logging
import Metrics
import Persistence

/// Once a day of each site, all its open episodes are looked at: whether a session was not measured, or a rating not
/// talked about. Only sites whose policy raises alerts about that have a round.
///
/// How far it has come is a row of the site. Whoever works on a page holds that row, and the page's alerts and the row are
/// one transaction: any number of processes share the work, none does a page twice, and what one leaves another finishes.
struct DailyRound {
    /// Most episodes of one transaction.
    static let usualPage = 200
    /// Most transactions of one turn: the consumer, which raises alerts on the same thread, waits no longer than these.
    static let turn = 4

    let policy: (SiteID) -> SitePolicy
    let catalogue: () -> Catalogue
    let logger: Logger
    /// Nil: by the database's clock, in the site's time zone.
    var today: ((SiteID) -> CalendarDay)?
    var page = usualPage
    var turn = Self.turn

    /// - Returns: whether the turn was full, so that more is to be done at once.
    @discardableResult
    func run(on connection: Connection) throws -> Bool {
        var pages = 0
        for site in try sites(on: connection) where !AlertKind.lacks.isDisjoint(with: policy(site).alerts.raisedKinds) {
            while try lookAtPage(of: site, on: connection) {
                pages += 1
                if pages == turn { return true }
            }
        }
        return false
    }

    /// - Returns: whether there was a page to look at: not where the round is finished, or in another's hands.
    private func lookAtPage(of site: SiteID, on connection: Connection) throws -> Bool {
        let finished: RoundPlace?? = try connection.transaction { connection in
            let now = try DatabaseClock.now(on: connection)
            let day = today?(site) ?? policy(site).zone.day(at: now)
            try connection.run(RoundPlace.begin, [.text(site.text), .day(day)])
            guard var place = try RoundPlace.locked(site, on: connection), place.goesOn(to: day) else { return nil }
            let episodes = try place.next(page, on: connection)
            try look(at: episodes, of: site, asOf: day, now, counting: &place, on: connection)
            place.pass(episodes.map(\.id), isLast: episodes.count < page)
            if place.isFinished { try letFallWhatIsClosed(at: site, now, counting: &place, on: connection) }
            try place.save(on: connection)
            return .some(place.isFinished ? place : nil)
        }
        guard let finished else { return false }
        if let finished { finished.log(to: logger) }
        return true
    }

    private func look(
        at episodes: [RoundPlace.Episode], of site: SiteID, asOf day: CalendarDay, _ now: Timestamp,
        counting place: inout RoundPlace, on connection: Connection
    ) throws {
        let policy = policy(site)
        // Alerts before the ledger: what is answered meanwhile waits, and is seen.
        let open = Dictionary(
            grouping: try AlertStore.open(of: Set(episodes.map(\.id)), on: connection).filter { !$0.kind.isOfCourse },
            by: \.episode)
        let look = EpisodeLook(catalogue: catalogue())
        let seen = try look.read(episodes.map(\.id), on: connection)
        var found: [EpisodeID: EpisodeLacks] = [:]
        for episode in episodes {
            found[episode.id] = seen[episode.id].flatMap { look.lacks(episode.id, $0, asOf: day, policy.rules) }
            if found[episode.id] == nil { place.passedOver += 1 }
        }
        let told = try AlertStore.known(found.values.flatMap { $0.all.map(\.alert) }, on: connection)
        var changes = LackChanges(at: now)
        for episode in episodes {
            guard let lacks = found[episode.id], let newest = seen[episode.id]?.newest else { continue }
            let alerts = open[episode.id] ?? []
            let fallen = Set(lacks.fallen(alerts.compactMap(\.openLack)).map(\.alert))
            for alert in alerts where fallen.contains(alert.id) { changes.supersede(alert, because: newest) }
            let standing = Set(alerts.filter { !fallen.contains($0.id) }.map(\.kind))
            for lack in lacks.raised(policy.alerts.raisedKinds, standing: standing, told: told) {
                changes.raise(lack, of: episode.id, at: site, to: episode.clinician, by: policy.alerts)
            }
        }
        try changes.save(on: connection)
        place.raised += changes.raised.count
        place.superseded += changes.fallen.count
        Counter(label: "attune_alerting_round_episodes_total").increment(by: Int64(episodes.count))
    }

    /// An alert that was raised while its episode was being closed: the closing was handled before anybody saw the alert.
    private func letFallWhatIsClosed(
        at site: SiteID, _ now: Timestamp, counting place: inout RoundPlace, on connection: Connection
    ) throws {
        let left = try AlertStore.lackingInClosed(at: site, on: connection)
        guard !left.isEmpty else { return }
        let seen = try EpisodeLook(catalogue: catalogue()).read(Set(left.map(\.episode)), on: connection)
        var changes = LackChanges(at: now)
        for alert in left {
            guard let closing = seen[alert.episode]?.events.last(where: { $0.content.isClosing }) else { continue }
            changes.supersede(alert, because: closing.id, .episodeClosed)
        }
        try changes.save(on: connection)
        place.superseded += changes.fallen.count
    }

    /// Sites with open episodes.
    private func sites(on connection: Connection) throws -> [SiteID] {
        try connection.run(Self.selectSites).map { SiteID(unchecked: try $0.text(0)) }
    }

    // From site to site by the index, as there are many episodes and few sites.
    static let selectSites: Statement = """
        with recursive every (site) as (
            (select e.site from published.episode e where e.closed_on is null order by e.site limit 1)
            union all
            select (select e.site from published.episode e where e.closed_on is null and e.site > s.site
                    order by e.site limit 1)
            from every s where s.site is not null
        )
        select site from every where site is not null
        """
}

/// How far the round of a site has come.
struct RoundPlace {
    struct Episode {
        let id: EpisodeID
        let clinician: String
    }

    let site: SiteID
    private(set) var day: CalendarDay
    private var after: EpisodeID?
    private(set) var isFinished: Bool
    private var lookedAt: Int
    var raised: Int
    var superseded: Int
    var passedOver: Int

    /// Nil where another process holds it.
    static func locked(_ site: SiteID, on connection: Connection) throws -> RoundPlace? {
        try connection.run(select, [.text(site.text)]).first.map { try RoundPlace(site, $0) }
    }

    private init(_ site: SiteID, _ row: Row) throws {
        self.site = site
        day = try row.day(0)
        after = try row.optionalID(1)
        isFinished = try row.bool(2)
        lookedAt = Int(try row.int32(3))
        raised = Int(try row.int32(4))
        superseded = Int(try row.int32(5))
        passedOver = Int(try row.int32(6))
    }

    /// Begins the round of a new day; one that yesterday left unfinished is begun anew with it.
    /// - Returns: false where nothing is left to do on that day.
    mutating func goesOn(to day: CalendarDay) -> Bool {
        if day > self.day {
            (self.day, after, isFinished) = (day, nil, false)
            (lookedAt, raised, superseded, passedOver) = (0, 0, 0, 0)
        }
        return day == self.day && !isFinished
    }

    func next(_ count: Int, on connection: Connection) throws -> [Episode] {
        try connection.run(
            Self.selectEpisodes, [.text(site.text), .optional(after?.rawValue), .int64(Int64(count))]
        ).map { Episode(id: try $0.id(0), clinician: try $0.text(1)) }
    }

    mutating func pass(_ episodes: [EpisodeID], isLast: Bool) {
        after = episodes.last ?? after
        lookedAt += episodes.count
        isFinished = isLast
    }

    func save(on connection: Connection) throws {
        try connection.run(
            Self.update,
            [
                .text(site.text), .day(day), .optional(after?.rawValue), .bool(isFinished), .int32(Int32(lookedAt)),
                .int32(Int32(raised)), .int32(Int32(superseded)), .int32(Int32(passedOver)),
            ])
    }

    func log(to logger: Logger) {
        logger.notice(
            "the daily round of a site is finished",
            metadata: [
                "site": "\(site)", "day": "\(day)", "episodes": "\(lookedAt)", "raised": "\(raised)",
                "superseded": "\(superseded)", "passed_over": "\(passedOver)",
            ])
    }

    static let begin: Statement =
        "insert into alerting.round (site, day) values ($1, $2) on conflict (site) do nothing"

    private static let select: Statement = """
        select day, after, finished, looked_at, raised, superseded, passed_over
        from alerting.round where site = $1 for update skip locked
        """

    static let selectEpisodes: Statement = """
        select episode_id, clinician from published.episode
        where site = $1 and closed_on is null
          and episode_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
        order by episode_id limit $3
        """

    private static let update: Statement = """
        update alerting.round set day = $2, after = $3, finished = $4, looked_at = $5, raised = $6, superseded = $7,
            passed_over = $8
        where site = $1
        """
}

extension EpisodeEvent {
    fileprivate var isClosing: Bool { if case .closed = self { true } else { false } }
}
