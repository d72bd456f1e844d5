import Contracts
import Domain
import Persistence

/// The alerts that would have been raised had alerting heard these sayings: for comparing models, of which one was
/// never heard.
///
/// People's answers are those of the record: whoever resolved an alert of a kind then has answered the one that would
/// have been open instead.
struct AlertRehearsal {
    struct Raise: Hashable {
        let signal: Signal
        let course: CourseKey
        /// The event after which it would have been raised.
        let cause: EventID
    }

    /// One decision, and the event after which it would have been carried out.
    struct Step {
        let decision: AlertDecision
        let saying: Saying
    }

    private(set) var steps: [Step] = []
    private let events: [LedgerEvent]

    var raised: [Raise] {
        steps.compactMap { step in
            guard case .raise(let signal, let course) = step.decision else { return nil }
            return Raise(signal: signal, course: course, cause: events[step.saying.place].id)
        }
    }

    init(_ sayings: Sayings, of replay: EpisodeReplay, raisedKinds: Set<AlertKind>) {
        events = replay.record.events
        if sayings.said.allSatisfy(\.signals.isEmpty) { return }
        let closing = replay.contents.contents.firstIndex {
            if case .closed = $0 { true } else { false }
        }
        let answers = replay.steps.filter {
            switch $0.event.step {
            case .resolved, .withdrawn: true
            case .raised, .opened, .acknowledged, .assigned, .reviewEntered, .superseded, .escalated, .followedUp: false
            }
        }
        var answered = 0
        var standing: [CourseKey: [Signal]] = [:]
        var open: [OpenAlert] = []
        for saying in sayings.said {
            let event = events[saying.place]
            while answered < answers.count, answers[answered].record.recordedAt < event.recordedAt {
                open.removeAll { $0.kind == answers[answered].event.kind }
                answered += 1
            }
            let key = saying.update.key
            let before = standing.updateValue(saying.signals, forKey: key) ?? []
            if saying.signals.isEmpty, open.isEmpty { continue }
            let decisions = AlertRules.decisions(
                on: CourseChange(course: key, before: before, after: saying.signals),
                otherCourses: standing, open: open,
                episodeIsOpen: closing.map { $0 > saying.place } ?? true, raisedKinds: raisedKinds)
            for decision in decisions {
                switch decision {
                case .supersede(let alert, _): open.removeAll { $0 == alert }
                case .raise(let signal, _):
                    let cause = replay.trajectories.id(of: saying)
                    let id: AlertID = DerivedIdentity.following(cause, rule: "alert \(signal.kind.rawValue)")
                    open.append(OpenAlert(id: id, kind: signal.kind))
                }
                steps.append(Step(decision: decision, saying: saying))
            }
        }
    }
}
