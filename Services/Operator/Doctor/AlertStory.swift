import Contracts
import Domain

/// A trajectory as alerting meets it.
struct AlertTrajectory {
    let id: EventID
    /// Of the episode event behind it.
    let version: Int64
    let course: CourseKey
    let signals: [Signal]
    let provenance: Provenance
    /// When the episode event was recorded.
    let time: Timestamp
}

/// A step of an alert as the ledger has it.
struct AlertRecord {
    let event: AlertEvent
    let record: EventID
    /// When the step was taken.
    let at: Timestamp

    var words: String { "\(event.type.rawValue) \(event.kind.rawValue) of alert \(event.alert)" }
}

/// What alerting noted when it considered an event of the episode.
struct AlertConsideration {
    let event: EventID
    let version: Int64
    /// Whether the trajectory was the newest of its course.
    let isFollowed: Bool
    let open: Set<AlertID>
    let episodeIsOpen: Bool
    let raisedKinds: Set<AlertKind>
}

/// One episode as the rules about alerts see it: what follows from the ledger, and what alerting has recorded.
struct AlertStory {
    /// The event that closed the episode.
    struct Closing {
        let id: EventID
        let version: Int64
    }

    /// In stream order.
    let trajectories: [AlertTrajectory]
    let closing: Closing?
    /// In stream order.
    let steps: [AlertRecord]
    /// In the order in which alerting wrote them.
    let considerations: [AlertConsideration]
    /// The version of the newest trajectory that alerting has taken in, by course.
    let reached: [CourseKey: Int64]
    /// When alerts were closed, as their rows say.
    let closedAt: [AlertID: Timestamp]

    /// Open alerts after so many steps.
    let open: [[OpenAlert]]

    init(
        trajectories: [AlertTrajectory], closing: Closing?, steps: [AlertRecord], considerations: [AlertConsideration],
        reached: [CourseKey: Int64], closedAt: [AlertID: Timestamp]
    ) {
        self.trajectories = trajectories
        self.closing = closing
        self.steps = steps
        self.considerations = considerations
        self.reached = reached
        self.closedAt = closedAt
        var open: [[OpenAlert]] = [[]]
        for step in steps {
            var now = open[open.count - 1]
            switch step.event.step {
            case .raised: now.append(OpenAlert(id: step.event.alert, kind: step.event.kind))
            case .resolved, .superseded, .withdrawn: now.removeAll { $0.id == step.event.alert }
            case .opened, .acknowledged, .assigned, .reviewEntered, .escalated, .followedUp: break
            }
            open.append(now)
        }
        self.open = open
    }

    /// Whether alerting has taken in a trajectory, or passed it over.
    func isPast(_ trajectory: AlertTrajectory) -> Bool { trajectory.version <= reached[trajectory.course] ?? 0 }
}

/// Matches what the rules call for with the steps that were recorded next.
extension AlertStory {
    /// - Parameter place: steps that stand before.
    /// - Returns: whether exactly the steps of these decisions stand next.
    func matches(_ decisions: [AlertDecision], from place: Int, by cause: EventID, _ trajectory: AlertTrajectory?) -> Bool {
        guard place + decisions.count <= steps.count else { return false }
        var expected = decisions.map { self.step($0, by: cause, trajectory) }
        for step in steps[place..<place + decisions.count] {
            // Within one event the order of what falls away follows from ids and batches, not from the rules.
            guard let index = expected.firstIndex(where: { $0.isTold(by: step.event) }) else { return false }
            expected.remove(at: index)
        }
        return true
    }

    private func step(_ decision: AlertDecision, by cause: EventID, _ trajectory: AlertTrajectory?) -> ExpectedStep {
        switch decision {
        case .supersede(let alert, let reason): .superseded(alert, cause, reason)
        case .raise(let signal, let course): .raised(signal, course, cause, trajectory?.provenance)
        }
    }

    private enum ExpectedStep {
        case superseded(OpenAlert, EventID, SupersededReason)
        case raised(Signal, CourseKey, EventID, Provenance?)

        func isTold(by event: AlertEvent) -> Bool {
            switch (self, event.step) {
            case (.superseded(let alert, let cause, let reason), .superseded(let told, let why)):
                event.alert == alert.id && event.kind == alert.kind && told == cause && why == reason
            case (.raised(let signal, let course, let cause, let provenance), .raised(let raising)):
                event.alert == DerivedIdentity.alert(raisedBy: cause, signal.kind) && event.kind == signal.kind
                    && raising.cause == cause && raising.grounds?.rule == signal.rule
                    && raising.grounds?.rating == signal.rating && raising.grounds?.course == course
                    && raising.grounds?.provenance == provenance
            case (.superseded, _), (.raised, _): false
            }
        }
    }

    /// Whether the step behind `place` tells of danger by a trajectory that has come again, or had been overtaken: it
    /// is raised unless a safety alert is open, or one has told of the rating before.
    func tellsOfDangerAgain(at place: Int) -> Bool {
        guard case .raised(let raising) = steps[place].event.step,
            steps[place].event.kind == .safety, !open[place].contains(where: { $0.kind == .safety }),
            let trajectory = trajectories.first(where: { $0.id == raising.cause }), isPast(trajectory),
            let signal = trajectory.signals.first(where: {
                $0.rule == raising.grounds?.rule && $0.rating == raising.grounds?.rating
            }),
            !hasTold(signal, trajectory, before: place)
        else { return false }
        return matches([.raise(signal, trajectory.course)], from: place, by: trajectory.id, trajectory)
    }

    /// As alerting asks: the rating's own alert, or an older one that was still open when the event came.
    func hasTold(_ signal: Signal, _ trajectory: AlertTrajectory, before place: Int) -> Bool {
        steps[..<place].contains { step in
            guard case .raised(let raising) = step.event.step, step.event.kind == signal.kind else { return false }
            if raising.subject.rating == signal.rating { return true }
            let isOlder = raising.cause.bytes.prefix(6).lexicographicallyPrecedes(trajectory.id.bytes.prefix(6))
                || raising.cause.bytes.prefix(6).elementsEqual(trajectory.id.bytes.prefix(6))
            return isOlder && (closedAt[step.event.alert].map { $0 >= trajectory.time } ?? true)
        }
    }

    /// Danger that no alert tells of, whatever order things came in: neither one that was raised for it, nor one that was
    /// open when it was considered, so that whoever answered that one saw both.
    var untoldDanger: AlertTrajectory? {
        let alarms = Set(steps.filter { $0.event.kind == .safety }.map(\.event.alert))
        let seen = Set(considerations.filter { !$0.open.isDisjoint(with: alarms) }.map(\.event))
        return trajectories.first { trajectory in
            isPast(trajectory) && !seen.contains(trajectory.id)
                && trajectory.signals.contains { $0.kind == .safety && !hasTold($0, trajectory, before: steps.count) }
        }
    }
}
