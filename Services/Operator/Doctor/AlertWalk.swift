import Contracts
import Domain

/// Runs the rules again over what alerting considered, in the order in which it did, with what it says was open by then.
/// That must give exactly the steps that were recorded, and be all that there was to consider.
struct AlertWalk {
    private let story: AlertStory
    /// After a change of Kafka clusters scoring publishes every trajectory again, those that are new to it first: then a
    /// newer one may overtake an older one of its course.
    private let mayBeOvertaken: Bool

    /// Every alert that the episode has had.
    private let alerts: [AlertID: OpenAlert]
    private var alerting = EpisodeAlerting()
    /// Steps that are accounted for.
    private var place = 0
    private(set) var faults: [String] = []

    init(_ story: AlertStory, mayBeOvertaken: Bool) {
        self.story = story
        self.mayBeOvertaken = mayBeOvertaken
        let known = story.steps.map { ($0.event.alert, OpenAlert(id: $0.event.alert, kind: $0.event.kind)) }
        alerts = Dictionary(known) { first, _ in first }
    }

    /// Everything that is wrong; empty where every step, and every trajectory taken in, is explained.
    static func faults(of story: AlertStory, mayBeOvertaken: Bool = false) -> [String] {
        var walk = AlertWalk(story, mayBeOvertaken: mayBeOvertaken)
        walk.run()
        return walk.faults
    }

    private mutating func run() {
        lookForWhatWasNotConsidered()
        let trajectories = Dictionary(story.trajectories.map { ($0.id, $0) }) { first, _ in first }
        for consideration in story.considerations {
            if let trajectory = trajectories[consideration.event] {
                follow(consideration, trajectory)
            } else if let closing = story.closing, closing.id == consideration.event {
                carryOut(AlertRules.decisionsOnClosing(open: open(consideration)), consideration, nil)
            } else {
                faults.append("event \(consideration.event) was considered, and does not follow from the ledger")
            }
        }
        pass(to: story.steps.count)
        if let danger = story.untoldDanger {
            faults.append("version \(danger.version) tells of danger, and no alert does")
        }
    }

    // MARK: What there was to consider

    private mutating func lookForWhatWasNotConsidered() {
        let considered = Dictionary(story.considerations.map { ($0.event, $0) }) { first, _ in first }
        var speaking: [CourseKey: Bool] = [:]
        for trajectory in story.trajectories {
            let consideration = considered[trajectory.id]
            if !story.isPast(trajectory) {
                if consideration != nil {
                    faults.append("version \(trajectory.version) was considered, and is not kept as the newest of its course")
                }
                continue
            }
            if let consideration, !consideration.isFollowed, !mayBeOvertaken {
                faults.append("version \(trajectory.version) was passed over")
            }
            let spoke = speaking.updateValue(!trajectory.signals.isEmpty, forKey: trajectory.course) ?? false
            if consideration == nil, !trajectory.signals.isEmpty || spoke && !mayBeOvertaken {
                faults.append("version \(trajectory.version) was not considered")
            }
        }
    }

    // MARK: What was considered

    private mutating func follow(_ consideration: AlertConsideration, _ trajectory: AlertTrajectory) {
        if let lie = lie(of: consideration, trajectory) { faults.append("version \(trajectory.version) \(lie)") }
        guard consideration.isFollowed else { return }
        let decisions = alerting.follow(
            trajectory.course, version: trajectory.version, saying: trajectory.signals, open: open(consideration),
            episodeIsOpen: consideration.episodeIsOpen, raisedKinds: consideration.raisedKinds)
        guard let decisions else {
            faults.append("version \(trajectory.version) was followed after a newer one of its course")
            return
        }
        carryOut(decisions, consideration, trajectory)
    }

    /// What alerting cannot have seen.
    private func lie(of consideration: AlertConsideration, _ trajectory: AlertTrajectory) -> String? {
        if consideration.version != trajectory.version { return "was considered as version \(consideration.version)" }
        guard let closing = story.closing else {
            return consideration.episodeIsOpen ? nil : "was considered as of a closed episode, which is open"
        }
        return trajectory.version > closing.version && consideration.episodeIsOpen
            ? "was considered as of an open episode, which had been closed" : nil
    }

    private func open(_ consideration: AlertConsideration) -> [OpenAlert] {
        consideration.open.sorted().compactMap { alerts[$0] }
    }

    private mutating func carryOut(
        _ decisions: [AlertDecision], _ consideration: AlertConsideration, _ trajectory: AlertTrajectory?
    ) {
        func isNext(_ place: Int) -> Bool {
            Set(story.open[place].map(\.id)) == consideration.open
                && story.matches(decisions, from: place, by: consideration.event, trajectory)
        }
        guard let next = (place...story.steps.count).first(where: isNext) else {
            let recorded = place < story.steps.count ? story.steps[place].words : "nothing more"
            let called = decisions.isEmpty ? "nothing" : decisions.map(\.words).joined(separator: ", ")
            faults.append("version \(consideration.version) calls for \(called); recorded is \(recorded)")
            return
        }
        pass(to: next)
        place = next + decisions.count
    }

    /// Steps that no decision accounts for are those of people and clocks, or tell of danger again.
    private mutating func pass(to next: Int) {
        for step in place..<next where !isAnswer(at: step) && !story.tellsOfDangerAgain(at: step) {
            faults.append("no event calls for what is recorded: \(story.steps[step].words)")
        }
        place = next
    }

    private func isAnswer(at place: Int) -> Bool {
        switch story.steps[place].event.step {
        case .opened, .acknowledged, .assigned, .reviewEntered, .resolved, .withdrawn, .escalated, .followedUp: true
        case .raised, .superseded: false
        }
    }
}

extension AlertDecision {
    /// Without what was answered.
    fileprivate var words: String {
        switch self {
        case .supersede(let alert, let reason): "superseding \(alert.kind.rawValue) alert \(alert.id) (\(reason.rawValue))"
        case .raise(let signal, _): "raising \(signal.kind.rawValue) (\(signal.rule.name))"
        }
    }
}
