import AlertBook
import Catalogue
import Contracts
import Domain
import Logging
import Persistence
import ServiceKit

/// Raises and supersedes alerts as trajectories come in and episodes close.
final class AlertingHandler: EventHandler {
    private let policy: (SiteID) -> SitePolicy
    private let catalogue: () -> Catalogue
    private let logger: Logger
    /// When the round was looked after last and had nothing to do, by the database's clock; nil: look at once.
    private var lastRound: Timestamp?

    /// - Parameters:
    ///   - policy: what holds at a site at the moment.
    ///   - catalogue: by which episodes are scored that are looked at as a whole.
    init(policy: @escaping (SiteID) -> SitePolicy, catalogue: @escaping () -> Catalogue, logger: Logger) {
        self.policy = policy
        self.catalogue = catalogue
        self.logger = logger
    }

    func handle(_ events: [ConsumedEvent], on connection: Connection) throws {
        let concerning = events.enumerated().filter { _, event in
            [.trajectoryUpdated, .episodeClosed, .episodeTransferred].contains(event.envelope.type)
        }
        let lacking = try lacking(events, on: connection)
        guard !concerning.isEmpty || !lacking.isEmpty else { return }
        var batch = try AlertBatch(
            of: Set(concerning.map(\.element.envelope.episode)).union(lacking.keys), policy: policy,
            look: EpisodeLook(catalogue: catalogue()), on: connection)
        for (index, event) in concerning {
            do throws(MalformedEvent) {
                try batch.apply(event.envelope)
            } catch {
                throw PoisonEvent(index: index, code: "malformed", reason: error.description)
            }
        }
        try batch.lookAgain(at: lacking, on: connection)
        try batch.save(on: connection)
    }

    /// The newest event, of each episode with an open alert about something missing, that may have brought it.
    private func lacking(_ events: [ConsumedEvent], on connection: Connection) throws -> [EpisodeID: EventEnvelope] {
        var newest: [EpisodeID: EventEnvelope] = [:]
        for event in events.map(\.envelope) {
            switch event.type {
            case .ratingRecorded, .ratingCorrected, .ratingWithdrawn, .ratingDiscussed, .ratingDeclined, .sessionHeld:
                newest[event.episode] = event
            default: break
            }
        }
        let lacking = try AlertStore.lacking(Set(newest.keys), on: connection)
        return newest.filter { lacking.contains($0.key) }
    }

    func idle(on connection: Connection) throws {
        try Escalation(policy: { [policy] in policy($0).alerts }, logger: logger).run(on: connection)
        let now = try DatabaseClock.now(on: connection)
        if let lastRound, (lastRound..<lastRound.advanced(bySeconds: 60)).contains(now) { return }
        let isFull = try DailyRound(policy: policy, catalogue: catalogue, logger: logger).run(on: connection)
        // A day begins somewhere at any quarter of an hour.
        lastRound = isFull ? nil : now
    }
}

/// Alerts and courses of the episodes of one batch.
struct AlertBatch {
    private let policy: (SiteID) -> SitePolicy
    private let look: EpisodeLook
    private let now: Timestamp
    private let episodes: [EpisodeID: Episode]
    private var courses: CourseSignals
    private var considered = Considerations()
    private var open: [EpisodeID: [Alert]]
    private var raised: [Alert] = []
    private var closed: [Alert] = []
    private var steps: [(step: AlertStep, alert: Alert, cause: EventID)] = []
    private var transfers: [(event: EventEnvelope, clinician: String)] = []
    /// Courses that have come to something new.
    private var rated: [EpisodeID: Set<CourseKey>] = [:]
    private var followedUp: [AlertID] = []
    /// Open alerts that another clinician answers for now.
    private var assigned: [AlertID: Alert] = [:]
    /// Danger told of by trajectories that others have overtaken, or that came before.
    private var overtaken: [(signal: Signal, event: EventEnvelope, update: TrajectoryUpdate)] = []

    private struct Episode {
        let clinician: String
        let isOpen: Bool
    }

    init(
        of ids: Set<EpisodeID>, policy: @escaping (SiteID) -> SitePolicy, look: EpisodeLook, on connection: Connection
    ) throws {
        self.policy = policy
        self.look = look
        now = try DatabaseClock.now(on: connection)
        var episodes: [EpisodeID: Episode] = [:]
        for row in try connection.run(Self.selectEpisodes, [.ids(ids.sorted())]) {
            episodes[try row.id(0)] = Episode(clinician: try row.text(1), isOpen: try row.optionalDay(2) == nil)
        }
        self.episodes = episodes
        courses = try CourseSignals(of: ids, on: connection)
        open = Dictionary(grouping: try AlertStore.open(of: ids, on: connection), by: \.episode)
    }

    mutating func apply(_ event: EventEnvelope) throws(MalformedEvent) {
        switch event.type {
        case .trajectoryUpdated: try apply(TrajectoryCodec.decode(event.payload), event)
        case .episodeClosed:
            considered.close(event, open: openAlerts(of: event))
            carryOut(AlertRules.decisionsOnClosing(open: allOpen(of: event)), event, nil)
        case .episodeTransferred:
            guard case .transferred(let transfer) = try EpisodeEventCodec.decode(event.payload, type: event.type).event
            else { break }
            transfers.append((event, transfer.clinician))
        default: break
        }
    }

    private mutating func apply(_ update: TrajectoryUpdate, _ event: EventEnvelope) {
        let surroundings = Surroundings(
            open: openAlerts(of: event), episodeIsOpen: episodes[event.episode]?.isOpen ?? true,
            raisedKinds: policy(event.site).alerts.raisedKinds)
        rated[event.episode, default: []].insert(update.key)
        let before = courses.spoken(on: update.key, of: event.episode)
        guard let decisions = courses.follow(update, event, surroundings) else {
            // A duplicate, or overtaken by a newer one. That a rating speaks of danger is not out of date.
            considered.passOver(event, saying: update.signals, surroundings)
            overtaken += update.signals.filter { $0.kind == .safety }.map { ($0, event, update) }
            return
        }
        considered.follow(event, before: before, after: update.signals, surroundings)
        carryOut(decisions, event, update)
    }

    /// Those that the rules about courses decide on.
    private func openAlerts(of event: EventEnvelope) -> [OpenAlert] { allOpen(of: event).filter(\.kind.isOfCourse) }

    private func allOpen(of event: EventEnvelope) -> [OpenAlert] {
        (open[event.episode] ?? []).map { OpenAlert(id: $0.id, kind: $0.kind) }
    }

    private mutating func carryOut(_ decisions: [AlertDecision], _ event: EventEnvelope, _ update: TrajectoryUpdate?) {
        for decision in decisions {
            switch decision {
            case .supersede(let alert, let reason): supersede(alert.id, reason, event)
            case .raise(let signal, let course):
                if let update { raise(signal, course, event, update) }
            }
        }
    }

    private mutating func raise(_ signal: Signal, _ course: CourseKey, _ event: EventEnvelope, _ update: TrajectoryUpdate) {
        let clinician = episodes[event.episode]?.clinician ?? ""
        let policy = policy(event.site).alerts
        let due = policy.dueTime(for: signal.kind, raisedAt: now)
        let urgency = policy.urgency(of: signal.kind)
        let alert = Alert(
            id: DerivedIdentity.alert(raisedBy: event.id, signal.kind), episode: event.episode,
            site: event.site, kind: signal.kind, rule: signal.rule.name, rating: signal.rating,
            participant: course.participant, instrument: course.instrument.id, clinician: clinician,
            cause: event.id, traceparent: event.trace?.following(event.id.bytes).description, urgency: urgency,
            raisedAt: now, firstDueAt: due, dueAt: due)
        open[event.episode, default: []].append(alert)
        raised.append(alert)
        let raising = AlertRaising(
            cause: event.id, rule: signal.rule, rating: signal.rating, course: course, provenance: update.provenance,
            clinician: clinician, dueAt: due, urgency: urgency)
        steps.append((.raised(raising), alert, event.id))
    }

    private mutating func supersede(_ id: AlertID, _ reason: SupersededReason, _ event: EventEnvelope) {
        guard let index = open[event.episode]?.firstIndex(where: { $0.id == id }),
            var alert = open[event.episode]?.remove(at: index)
        else { return }
        alert.status = .superseded
        alert.closing = Alert.Closing(actor: nil, at: now, outcome: reason.rawValue)
        if let index = raised.firstIndex(where: { $0.id == id }) {
            raised[index] = alert
        } else {
            closed.append(alert)
        }
        steps.append((.superseded(cause: event.id, reason), alert, event.id))
    }

    /// Lets alerts fall about what is no longer missing. Nothing is raised here: that is for the daily round.
    mutating func lookAgain(at episodes: [EpisodeID: EventEnvelope], on connection: Connection) throws {
        guard !episodes.isEmpty else { return }
        let seen = try look.read(episodes.keys.sorted(), on: connection)
        for (episode, event) in episodes {
            let policy = policy(event.site)
            guard let seen = seen[episode],
                let lacks = look.lacks(episode, seen, asOf: policy.zone.day(at: now), policy.rules)
            else { continue }
            for lack in lacks.fallen((open[episode] ?? []).compactMap(\.openLack)) {
                supersede(lack.alert, .noLongerMissing, event)
            }
        }
    }

    /// Records what the first rating after a finished review says. Most episodes have none that waits for one.
    private mutating func followUp(on connection: Connection) throws {
        guard !rated.isEmpty else { return }
        let waiting = try AlertStore.awaitingRating(of: Set(rated.keys), on: connection).filter { alert in
            rated[alert.episode]?.contains {
                $0.participant == alert.participant && $0.instrument.id == alert.instrument
            } ?? false
        }
        guard !waiting.isEmpty else { return }
        let seen = try look.read(Set(waiting.map(\.episode)).sorted(), on: connection)
        for alert in waiting {
            guard let rating = alert.rating, let instrument = alert.instrument, let reviewedAt = alert.reviewedAt,
                let seen = seen[alert.episode],
                let course = look.course(of: alert.participant, on: instrument, with: rating, in: seen),
                // Where the rating was withdrawn there is nothing to compare with.
                let found = try? course.followUp(
                    of: rating, kind: alert.kind, reviewedOn: policy(alert.site).zone.day(at: reviewedAt)),
                let followUp = AlertFollowUp(found)
            else { continue }
            followedUp.append(alert.id)
            steps.append((.followedUp(followUp), alert, alert.cause))
        }
    }

    /// Raises what overtaken trajectories tell of, unless an alert has told of it before or is open.
    private mutating func raiseOvertaken(on connection: Connection) throws {
        for (signal, event, update) in overtaken {
            guard !openAlerts(of: event).contains(where: { $0.kind == .safety }),
                !raised.contains(where: { $0.kind == .safety && $0.rating == signal.rating }),
                try !AlertStore.hasTold(.safety, of: signal.rating, event, on: connection)
            else { continue }
            raise(signal, update.key, event, update)
        }
        overtaken = []
    }

    /// Open alerts go with their episode to the clinician it was transferred to: once for each transfer, however often its
    /// event comes, so that one which people have given to somebody else since stays there.
    private mutating func carryOutTransfers(on connection: Connection) throws {
        guard !transfers.isEmpty else { return }
        var wanted: [(alert: AlertID, event: EventEnvelope, clinician: String, record: EventID)] = []
        for (event, clinician) in transfers {
            // One that was raised later has its clinician from the transferred episode; the minute is for a transfer
            // that was being committed at that moment.
            let until = event.time.advanced(bySeconds: 60)
            for alert in open[event.episode] ?? [] where alert.raisedAt < until {
                let assignment = AlertAssignment(
                    number: 0, from: "", to: clinician, actor: nil, reason: .episodeTransferred, transfer: event.id)
                let record = DerivedIdentity.event(.assigned(assignment), of: alert.id, following: event.id)
                wanted.append((alert.id, event, clinician, record))
            }
        }
        var known: Set<EventID> = Set(
            try connection.run(Self.selectKnown, [.ids(wanted.map(\.record))]).map { try $0.id(0) })
        for (id, event, clinician, record) in wanted where known.insert(record).inserted {
            guard let index = open[event.episode]?.firstIndex(where: { $0.id == id }), var alert = open[event.episode]?[index],
                let assignment = alert.assign(to: clinician, by: nil, .episodeTransferred, transfer: event.id)
            else { continue }
            open[event.episode]?[index] = alert
            if let place = raised.firstIndex(where: { $0.id == id }) { raised[place] = alert }
            assigned[id] = alert
            steps.append((.assigned(assignment), alert, event.id))
        }
        transfers = []
    }

    /// Writes everything once. Closed alerts first: the index of open alerts then has room for new ones.
    mutating func save(on connection: Connection) throws {
        try raiseOvertaken(on: connection)
        try carryOutTransfers(on: connection)
        try followUp(on: connection)
        try AlertStore.update(closed, on: connection)
        try AlertStore.insert(raised, on: connection)
        // Behind the insertions: an alert can be raised and go to somebody else within one batch.
        try AlertStore.update(Array(assigned.values), on: connection)
        try AlertStore.markFollowedUp(followedUp, at: now, on: connection)
        try courses.save(on: connection)
        try considered.save(on: connection)
        var ledger = AlertLedger()
        for (step, alert, cause) in steps {
            try ledger.add(step, of: alert, at: now, following: cause)
            AlertMetrics.count(step, alert.kind)
        }
        try ledger.append(on: connection)
    }

    private static let selectEpisodes: Statement =
        "select episode_id, clinician, closed_on from published.episode where episode_id = any($1)"

    private static let selectKnown: Statement = "select event_id from published.event where event_id = any($1)"
}
