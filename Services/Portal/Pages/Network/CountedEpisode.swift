import Domain
import Persistence

/// What an episode adds to the figures.
struct CountedEpisode: Sendable {
    /// One count.
    struct Fact: Hashable, Sendable {
        let figure: NetworkFigure
        /// The place of the class among those of the figure.
        let column: Int
        let group: ClientGroup?
        /// Of an alert: minutes to the first answer.
        var minutes: Int?
    }

    let site: SiteID
    let service: String
    let quarter: Quarter
    let facts: [Fact]
}

extension CountedEpisode {
    /// - Parameters:
    ///   - alerts: of the episode.
    ///   - now: what is due later is not counted yet.
    init(_ found: EpisodeCase, alerts: [AlertAnswer], at time: FixedTime, now: Timestamp) {
        site = found.site
        service = found.service
        quarter = Quarter(holding: found.openedOn)
        let raters = Self.raters(found.view)
        // An episode has a group where its clients agree in it.
        let groups = Set(raters.map(\.group))
        let group = groups.count == 1 ? groups.first ?? nil : nil
        var facts: [Fact] = []
        for rater in raters {
            for (key, course) in found.view.courses where key.participant == rater.id {
                facts += Self.facts(course, rater.group, at: time, today: now.day)
            }
        }
        for entry in found.entries {
            guard case .closed(let closure) = entry.event else { continue }
            facts.append(Fact(figure: .dropOut, answer: closure.reason == .droppedOut, group: group))
        }
        for alert in alerts {
            guard let answer = alert.inTime(at: now) else { continue }
            var fact = Fact(figure: .response, answer: answer, group: group)
            fact.minutes = alert.minutes
            facts.append(fact)
        }
        self.facts = facts
    }

    /// Clients who rate themselves; where there is none, who rates in a young client's place.
    private static func raters(_ view: EpisodeView) -> [Participant] {
        let own = view.participants.filter { $0.role == .`self` }
        return own.isEmpty ? view.participants.filter { $0.role == .caretaker } : own
    }

    private static func facts(
        _ course: Course, _ group: ClientGroup?, at time: FixedTime, today: CalendarDay
    ) -> [Fact] {
        let instrument = course.basis.instrument
        switch instrument.purpose {
        case .alliance:
            guard let cutOff = instrument.allianceRule?.cutOff else { return [] }
            let isLow = course.trajectory.points.contains { cutOff.isClinical($0.rating.score, instrument.direction) }
            return [Fact(figure: .alliance, answer: isLow, group: group)]
        case .outcome:
            let id = instrument.reference.id
            var facts: [Fact] = []
            if let wasOff = wasOffTrack(course.trajectory) {
                facts.append(Fact(figure: .offTrack(id), answer: wasOff, group: group))
            }
            if let outcome = course.outcome(at: time, asOf: today).flatMap(NetworkFigure.Outcome.init) {
                facts.append(Fact(figure: .outcome(id), column: outcome.rawValue, group: group))
            }
            return facts
        case .preferences:
            return []
        }
    }

    /// Nil where no rating could be judged.
    private static func wasOffTrack(_ trajectory: Trajectory) -> Bool? {
        var isJudged = false
        for point in trajectory.points {
            switch point.state {
            case .notOnTrack, .deteriorating: return true
            case .onTrack, .atRisk, .recovered: isJudged = true
            case .insufficientData, .noExpectedResponse: break
            }
        }
        return isJudged ? false : nil
    }
}

extension CountedEpisode.Fact {
    init(figure: NetworkFigure, answer: Bool, group: ClientGroup?) {
        let column = answer ? NetworkFigure.Answer.yes : .no
        self.init(figure: figure, column: column.rawValue, group: group)
    }
}

extension NetworkFigure.Outcome {
    /// Nil where the time has not come.
    init?(_ outcome: FixedTimeOutcome) {
        switch outcome {
        case .notDue: return nil
        case .notRated: self = .notRated
        case .rated(let verdict):
            guard verdict.recoveryIsPossible else {
                self = .beganBeyond
                return
            }
            switch verdict.outcome() {
            case .recovered: self = .recovered
            case .improved: self = .improved
            case .unchanged, .deteriorated, .harmed: self = .notImproved
            }
        }
    }
}

/// An alert as far as its answer goes.
struct AlertAnswer: Hashable, Sendable {
    let raisedAt: Timestamp
    /// By when somebody was to answer at first.
    let dueAt: Timestamp
    /// Nil while nobody has.
    let answeredAt: Timestamp?
    /// Nil while it is open.
    let closedAt: Timestamp?

    /// Stands for "longer than anybody has waited": nobody answered. So a median is right as long as fewer than half
    /// are unanswered.
    static let unansweredMinutes = 100_000_000

    var minutes: Int {
        guard let answeredAt else { return Self.unansweredMinutes }
        return max(0, Int((answeredAt.microseconds - raisedAt.microseconds) / 60_000_000))
    }

    /// Nil where it is not due yet, or lost its ground before it was.
    func inTime(at now: Timestamp) -> Bool? {
        if let answeredAt { return answeredAt <= dueAt }
        return (closedAt ?? now) > dueAt ? false : nil
    }
}
