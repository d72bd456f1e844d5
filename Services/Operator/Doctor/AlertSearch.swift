import Contracts
import Domain

/// Looks for an order of events by which the rules give exactly the steps that were recorded.
///
/// What people answered falls between trajectories at places that nobody recorded, and so does the closing of the
/// episode, which comes to alerting by another topic than trajectories do. What is open follows from the recorded steps
/// alone, and what speaks from the trajectories taken in, so that all there is to find is a path: so many steps, so
/// many trajectories.
struct AlertSearch {
    enum Verdict {
        /// Some order explains every step, and every trajectory taken in.
        case explained
        /// Only if a trajectory that would have raised an alert was read after the closing of the episode, which came to
        /// be recorded shortly after it.
        case explainedByClosing
        /// As `explained`, but that the closing has not been taken in yet.
        case closingIsOutstanding
        /// No order does; in words, where the longest one ends.
        case unexplained(String)
        /// More orders than are tried.
        case tooMany
    }

    private struct Place: Hashable {
        var steps = 0
        var trajectories = 0
        var sawClosed = false
        var tookClosing = false
    }

    private let story: AlertStory
    /// What spoke after so many trajectories.
    private let spoken: [EpisodeAlerting]
    private let taken: Int

    init(_ story: AlertStory) {
        self.story = story
        taken = (story.trajectories.lastIndex(where: story.isPast) ?? -1) + 1
        var spoken = [EpisodeAlerting()]
        for trajectory in story.trajectories {
            var now = spoken[spoken.count - 1]
            _ = now.follow(
                trajectory.course, version: trajectory.version, saying: trajectory.signals, open: [], episodeIsOpen: true,
                raisedKinds: story.raisedKinds)
            spoken.append(now)
        }
        self.spoken = spoken
    }

    /// Takes trajectories in stream order, which is how one Kafka cluster brings them.
    func inOrder() -> Verdict {
        let verdict = inOrder(hushing: false)
        guard case .unexplained = verdict, story.closing != nil else { return verdict }
        switch inOrder(hushing: true) {
        case .explained, .explainedByClosing: return .explainedByClosing
        case .closingIsOutstanding: return .closingIsOutstanding
        case .unexplained, .tooMany: return verdict
        }
    }

    /// - Parameter hushing: whether the closing may keep trajectories of older events from raising what they call for.
    private func inOrder(hushing: Bool) -> Verdict {
        if let passed = story.trajectories[..<taken].first(where: { !story.isPast($0) }) {
            return .unexplained("the trajectory of version \(passed.version) was passed over")
        }
        var furthest = Place()
        var seen: Set<Place> = [furthest]
        var open = [furthest]
        var isOutstanding = false
        while let place = open.popLast() {
            if place.steps == story.steps.count, place.trajectories == taken {
                if story.closing == nil || place.tookClosing { return .explained }
                isOutstanding = true
            }
            if (place.steps + place.trajectories, place.steps) > (furthest.steps + furthest.trajectories, furthest.steps) {
                furthest = place
            }
            for next in moves(from: place, hushing) where seen.insert(next).inserted { open.append(next) }
        }
        return isOutstanding ? .closingIsOutstanding : .unexplained(words(at: furthest))
    }

    private func moves(from place: Place, _ hushing: Bool) -> [Place] {
        var moves: [Place] = []
        if let steps = story.closingMatches(at: place.steps), !place.tookClosing {
            var next = place
            next.steps += steps
            (next.sawClosed, next.tookClosing) = (true, true)
            moves.append(next)
        }
        if story.isAnswer(at: place.steps)
            || story.tellsOfDangerAgain(at: place.steps, after: story.trajectories[..<place.trajectories])
        {
            var next = place
            next.steps += 1
            moves.append(next)
        }
        if place.trajectories < taken {
            let trajectory = story.trajectories[place.trajectories]
            for (isOpen, decisions) in ways(
                trajectory, spoken[place.trajectories], open: story.open[place.steps], sawClosed: place.sawClosed, hushing)
            {
                guard let steps = story.matching(decisions, from: place.steps, by: trajectory.id, trajectory) else { continue }
                var next = place
                next.steps += steps
                next.trajectories += 1
                if !isOpen { next.sawClosed = true }
                moves.append(next)
            }
        }
        return moves
    }

    /// What a trajectory may have called for: with the episode open, with it closed, or either.
    private func ways(
        _ trajectory: AlertTrajectory, _ alerting: EpisodeAlerting, open: [OpenAlert], sawClosed: Bool, _ hushing: Bool
    ) -> [(isOpen: Bool, decisions: [AlertDecision])] {
        func decisions(isOpen: Bool) -> [AlertDecision] {
            var alerting = alerting
            return alerting.follow(
                trajectory.course, version: trajectory.version, saying: trajectory.signals, open: open,
                episodeIsOpen: isOpen, raisedKinds: story.raisedKinds) ?? []
        }
        guard let closing = story.closing else { return [(true, decisions(isOpen: true))] }
        let closed = decisions(isOpen: false)
        if trajectory.version > closing.version { return [(false, closed)] }
        let opened = decisions(isOpen: true)
        let mayBeClosed = opened == closed || hushing && story.mayBeReadAfterClosing(trajectory)
        return (sawClosed ? [] : [(true, opened)]) + (mayBeClosed && (sawClosed || hushing) ? [(false, closed)] : [])
    }

    private func words(at place: Place) -> String {
        let recorded = place.steps < story.steps.count ? story.steps[place.steps].words : "nothing more"
        guard place.trajectories < taken else { return "no event calls for what is recorded: \(recorded)" }
        let trajectory = story.trajectories[place.trajectories]
        let called = ways(
            trajectory, spoken[place.trajectories], open: story.open[place.steps], sawClosed: false, false
        ).flatMap(\.decisions).map(\.words)
        return "version \(trajectory.version) calls for \(called.isEmpty ? "nothing" : called.joined(separator: ", "))"
            + "; recorded is \(recorded)"
    }
}

/// Trajectories may have been overtaken: after a change of Kafka clusters scoring publishes all of them again, those that
/// are new to it first. Of one that a newer one of its course has overtaken alerting only looks for danger.
extension AlertSearch {
    private struct Overtaking: Hashable {
        var steps = 0
        var reached: [CourseKey: Int64] = [:]
        var sawClosed = false
        var tookClosing = false
    }

    /// Whether any order at all explains what was recorded.
    ///
    /// - Parameter limit: places tried. Each costs a walk over the episode's trajectories, and their number can grow with
    ///   every order of courses, so that long episodes are given up on as undecidable rather than held up for minutes.
    func inAnyOrder(trying limit: Int = 2000) -> Verdict {
        if let untold = untoldDanger { return .unexplained("version \(untold.version) tells of danger, and no alert does") }
        var seen: Set<Overtaking> = [Overtaking()]
        var open = [Overtaking()]
        var isOutstanding = false
        while let place = open.popLast() {
            if place.steps == story.steps.count, place.reached == story.reached {
                if story.closing == nil || place.tookClosing { return .explained }
                isOutstanding = true
            }
            guard seen.count < limit else { return .tooMany }
            for next in moves(from: place) where seen.insert(next).inserted { open.append(next) }
        }
        return isOutstanding ? .closingIsOutstanding : .unexplained("no order of trajectories explains what is recorded")
    }

    /// Danger passes no queue: whatever overtakes it.
    private var untoldDanger: AlertTrajectory? {
        story.trajectories.first { trajectory in
            story.isPast(trajectory)
                && trajectory.signals.contains {
                    $0.kind == .safety && !story.hasTold($0, trajectory, before: story.steps.count)
                }
        }
    }

    /// The next of a stream last, so that it is tried first.
    private func moves(from place: Overtaking) -> [Overtaking] {
        var moves: [Overtaking] = []
        let alerting = alerting(at: place)
        let ahead = story.trajectories.filter { story.isPast($0) && $0.version > place.reached[$0.course] ?? 0 }
        for trajectory in ahead.reversed() {
            for (isOpen, decisions) in ways(
                trajectory, alerting, open: story.open[place.steps], sawClosed: place.sawClosed, true)
            {
                guard let steps = story.matching(decisions, from: place.steps, by: trajectory.id, trajectory) else { continue }
                var next = place
                next.steps += steps
                next.reached[trajectory.course] = trajectory.version
                if !isOpen { next.sawClosed = true }
                moves.append(next)
            }
        }
        if let steps = story.closingMatches(at: place.steps), !place.tookClosing {
            var next = place
            next.steps += steps
            (next.sawClosed, next.tookClosing) = (true, true)
            moves.append(next)
        }
        let passed = story.trajectories.filter { $0.version <= place.reached[$0.course] ?? 0 }
        if story.isAnswer(at: place.steps) || story.tellsOfDangerAgain(at: place.steps, after: passed) {
            var next = place
            next.steps += 1
            moves.append(next)
        }
        return moves
    }

    private func alerting(at place: Overtaking) -> EpisodeAlerting {
        var alerting = EpisodeAlerting()
        for trajectory in story.trajectories where trajectory.version == place.reached[trajectory.course] {
            alerting.restore(.init(version: trajectory.version, signals: trajectory.signals), of: trajectory.course)
        }
        return alerting
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

extension AlertRecord {
    var words: String { "\(event.type.rawValue) \(event.kind.rawValue) of alert \(event.alert)" }
}
