import Catalogue
import Contracts
import Domain
import Persistence

/// Every alert that the rules call for exists once and no other: the rules are run again over the trajectories that
/// follow from the ledger, in the order in which alerting considered them, and must give the steps that are recorded; and
/// every alert's row is what its events make of it.
struct AlertRulesCheck: DoctorCheck {
    let name = CheckName.alerts
    let site: SiteID?
    let catalogue: Catalogue
    let policy: LivePolicy

    func run(into result: inout CheckResult, on connection: Connection) throws {
        var decided = DecidedCatalogues(catalogue)
        let mayBeOvertaken = try ClusterChange.happened(to: .alerting, on: connection)
        let pages = EpisodePages(sources: [.ledger, .alertStreams, .alerts, .alertedCourses], site: site)
        try pages.forEach("checking alerts", into: &result, on: connection) { episodes, result in
            let page = try connection.snapshot { try AlertPage(episodes, on: $0) }
            for episode in episodes {
                let check = EpisodeAlerts(episode, page, mayBeOvertaken: mayBeOvertaken)
                try check.judge(by: &decided, policy, into: &result)
            }
        }
    }
}

/// The alerts of one episode.
private struct EpisodeAlerts {
    private let episode: EpisodeID
    private let page: AlertPage
    private let events: [LedgerEvent]
    private let mayBeOvertaken: Bool

    init(_ episode: EpisodeID, _ page: AlertPage, mayBeOvertaken: Bool) {
        self.episode = episode
        self.page = page
        self.mayBeOvertaken = mayBeOvertaken
        events = page.events[episode] ?? []
    }

    func judge(by decided: inout DecidedCatalogues, _ policy: LivePolicy, into result: inout CheckResult) throws {
        func report(_ faults: [String]) {
            for fault in faults { result.difference("episode \(episode): \(fault)") }
        }
        var steps: [AlertRecord] = []
        for record in page.steps[episode] ?? [] {
            result.examine()
            guard let type = EventType(rawValue: record.type),
                let event = try? AlertEventCodec.decode(record.payload, type: type)
            else {
                report(["alert event \(record.id) cannot be read"])
                return
            }
            steps.append(AlertRecord(event: event, record: record.id, at: event.at ?? record.recordedAt))
        }
        let lives = AlertLives(steps)
        let rows = page.rows[episode] ?? []
        report(lives.faults + lives.faults(in: rows, site: events.first?.site))
        guard let site = events.first?.site else {
            if !steps.isEmpty { report(["there are alerts, and the episode is not in the ledger"]) }
            return
        }
        let closedAt = Dictionary(rows.compactMap { row in row.closedAt.map { (row.id, $0) } }) { first, _ in first }
        let policy = policy.sitePolicy(of: site)
        let lacks = LackAlerts(of: episode, events, steps, policy, decided.current)
        report(lacks.faults)
        for words in lacks.undecidable { result.undecidable("episode \(episode): \(words)") }
        guard let trajectories = derive(decided.all(at: site), &result) else { return }
        let reached = page.reached[episode] ?? [:]
        report(unknown(reached, trajectories))
        let closed = events.last { $0.type == EventType.episodeClosed.rawValue }
        let story = AlertStory(
            trajectories: trajectories, closing: closed.map { .init(id: $0.id, version: $0.version) },
            steps: steps.filter(\.event.kind.isOfCourse),
            considerations: page.considerations[episode] ?? [], reached: reached, closedAt: closedAt)
        judge(story, policy.alerts, into: &result)
        let transfers = AlertTransfers(events, steps: steps, rows: rows)
        report(transfers.faults)
        for words in transfers.missing {
            if page.held.holds(episode, .alerting) {
                result.held()
            } else {
                result.pending(1, "episode \(episode): \(words)")
            }
        }
    }

    private func judge(_ story: AlertStory, _ policy: AlertPolicy, into result: inout CheckResult) {
        let isHeld = page.held.holds(episode, .scoring, .alerting)
        func wait(_ words: String) {
            if isHeld { result.held() } else { result.pending(1, "episode \(episode): \(words)") }
        }
        let behind = story.trajectories.filter { !story.isPast($0) }
        if let first = behind.first {
            wait("alerting has not taken in \(behind.count) trajectories from version \(first.version) on")
        }
        if let closing = story.closing, !story.considerations.contains(where: { $0.event == closing.id }),
            story.open.last?.contains(where: { $0.kind != .safety }) == true
        {
            wait("alerting has not taken in that the episode was closed")
        }
        let faults = AlertWalk.faults(of: story, mayBeOvertaken: mayBeOvertaken)
        /// Other figures give other trajectories, of which nothing is known here.
        let strange = story.trajectories.first { trajectory in
            page.published[episode]?[trajectory.version]?.contains(trajectory.id) == false
        }
        for fault in faults {
            if let strange {
                result.undecidable(
                    "episode \(episode): version \(strange.version) was not scored by the catalogue at hand; \(fault)")
            } else {
                result.difference("episode \(episode): \(fault)")
            }
        }
        let other = story.considerations.first {
            $0.isFollowed && $0.event != story.closing?.id && $0.raisedKinds != policy.raisedKinds
        }
        if let other {
            result.undecidable(
                "episode \(episode): version \(other.version) was considered by a policy that raises other kinds than "
                    + "\(policy.version)")
        }
    }

    /// The trajectories that follow from the ledger; nil where the catalogue lacks an instrument.
    private func derive(_ catalogues: [Catalogue], _ result: inout CheckResult) -> [AlertTrajectory]? {
        var derived: [Int64: [AlertTrajectory]] = [:]
        for catalogue in catalogues {
            let fault = ScoredAgain.fold(events, by: catalogue) { event, update in
                derived[event.version, default: []].append(AlertTrajectory(event, update))
            }
            if let fault, fault.lacksInstrument {
                result.undecidable("episode \(episode): version \(fault.version) \(fault.reason)")
                return nil
            }
        }
        return derived.keys.sorted().compactMap { version in
            let candidates = derived[version] ?? []
            // Which decision about models held at the time shows in the log.
            let published = page.published[episode]?[version] ?? []
            return candidates.first { published.contains($0.id) } ?? candidates.first
        }
    }

    /// Alerting may only know of trajectories that there are.
    private func unknown(_ reached: [CourseKey: Int64], _ trajectories: [AlertTrajectory]) -> [String] {
        reached.sorted { $0.key < $1.key }.compactMap { key, version in
            trajectories.contains { $0.course == key && $0.version == version }
                ? nil
                : "alerting has taken in version \(version) of the course of \(key.participant) on \(key.instrument), "
                    + "which does not follow from the ledger"
        }
    }
}

extension AlertTrajectory {
    fileprivate init(_ event: LedgerEvent, _ update: CourseUpdate) {
        self.init(
            id: DerivedIdentity.trajectory(following: event.id, on: update.course.basis), version: event.version,
            course: update.key, signals: update.course.signals(causedBy: update.rating),
            provenance: update.course.trajectory.provenance, time: event.recordedAt)
    }
}

/// What ledger and alerting hold of some episodes at one moment.
private struct AlertPage {
    let events: [EpisodeID: [LedgerEvent]]
    let steps: [EpisodeID: [LedgerEvent]]
    private(set) var rows: [EpisodeID: [AlertRow]] = [:]
    private(set) var reached: [EpisodeID: [CourseKey: Int64]] = [:]
    private(set) var considerations: [EpisodeID: [AlertConsideration]] = [:]
    /// Trajectory events in the log, by the version that they follow from.
    private(set) var published: [EpisodeID: [Int64: Set<EventID>]] = [:]
    let held: HeldEpisodes

    init(_ ids: [EpisodeID], on connection: Connection) throws {
        let ranges = ids.map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        events = Dictionary(grouping: try Ledger.events(in: ranges, category: .episode, on: connection), by: \.stream)
        steps = Dictionary(grouping: try Ledger.events(in: ranges, category: .alert, on: connection), by: \.stream)
        for row in try connection.run(Self.selectRows, [.ids(ids)]) {
            rows[try row.id(0), default: []].append(try AlertRow(row))
        }
        for row in try connection.run(Self.selectReached, [.ids(ids)]) {
            let instrument = InstrumentReference(id: InstrumentID(unchecked: try row.text(2)), version: try row.text(3))
            let key = CourseKey(participant: try row.id(1), instrument: instrument)
            reached[try row.id(0), default: [:]][key] = try row.int64(4)
        }
        for row in try connection.run(Self.selectConsiderations, [.ids(ids)]) {
            considerations[try row.id(0), default: []].append(
                AlertConsideration(
                    event: try row.id(1), version: try row.int64(2), isFollowed: try row.bool(3),
                    open: Set(try row.ids(4)), episodeIsOpen: try row.bool(5), raisedKinds: Set(bits: try row.int32(6))))
        }
        for row in try connection.run(Self.selectPublished, [.ids(ids), .text(EventType.trajectoryUpdated.rawValue)]) {
            published[try row.id(0), default: [:]][try row.int64(1), default: []].insert(try row.id(2))
        }
        held = try HeldEpisodes.read(on: connection)
    }

    private static let selectRows = Statement(
        "select \(AlertRow.columns) from published.alert where episode_id = any($1) order by alert_id")

    private static let selectReached: Statement = """
        select episode_id, participant_id, instrument, instrument_version, version
        from published.alerted_course where episode_id = any($1)
        """

    private static let selectConsiderations: Statement = """
        select episode_id, event_id, version, followed, open_alerts, episode_open, raised_kinds
        from published.consideration where episode_id = any($1) order by number
        """

    private static let selectPublished: Statement =
        "select episode_id, sequence, event_id from published.audit_leaf where episode_id = any($1) and type = $2"
}
