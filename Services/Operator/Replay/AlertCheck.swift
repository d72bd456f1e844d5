import Contracts
import Domain
import Persistence

/// The recorded alerts of an episode beside what the rules call for.
///
/// Alerting saw the same trajectories in the same order, but nobody recorded when: between two of its own steps, the
/// answers of people and the closing of the episode may have come before or behind a trajectory. Where either order
/// explains the record, nothing is reported.
struct AlertCheck {
    private let events: [LedgerEvent]
    private let said: [Saying]
    private let steps: [RecordedStep]
    private let raisedKinds: Set<AlertKind>
    /// What was recorded later may still be on its way to its alert.
    private let settled: Timestamp
    private let closing: Int?

    private var standing: [CourseKey: [Signal]] = [:]
    private var open: [OpenAlert] = []
    private var nextStep = 0
    private(set) var findings: [AlertFinding] = []
    private(set) var reproduced = 0
    /// Called for, and too new to be missed.
    private(set) var pending = 0

    init(_ replay: EpisodeReplay, raisedKinds: Set<AlertKind>, settled: Timestamp) {
        events = replay.record.events
        said = replay.held.said
        steps = replay.steps
        self.raisedKinds = raisedKinds
        self.settled = settled
        closing = replay.contents.contents.firstIndex {
            if case .closed = $0 { true } else { false }
        }
    }

    mutating func run(_ trajectories: inout TrajectoryLookup) {
        if steps.isEmpty, said.allSatisfy(\.signals.isEmpty) { return }
        let consequences = consequences(&trajectories)
        for saying in said {
            let own = consequences[saying.place] ?? []
            // Scored by another decision than that of its time, it said what the alert's cause says.
            let spoken = own.lazy.compactMap(\.saying).first ?? saying
            catchUp(with: own.first?.step, recordedBefore: events[saying.place].recordedAt)
            check(spoken, own)
            standing[spoken.update.key] = spoken.signals
            if let last = own.last?.step { while nextStep <= last { takeStep() } }
        }
    }

    private struct Consequence {
        let step: Int
        /// Nil for a step that raises nothing.
        let raising: Raising?
        let saying: Saying?
    }

    /// What a signal of a course has raised. What an episode lacks follows from no trajectory: the doctor judges it.
    private struct Raising {
        let cause: EventID
        let grounds: AlertGrounds
        var signal: Signal { Signal(rule: grounds.rule, rating: grounds.rating) }
    }

    /// Steps by the place of the event that they follow from. What follows from nothing that was ever said is found.
    private mutating func consequences(_ trajectories: inout TrajectoryLookup) -> [Int: [Consequence]] {
        var consequences: [Int: [Consequence]] = [:]
        for (index, step) in steps.enumerated() {
            switch step.event.step {
            case .raised(let told):
                guard let grounds = told.grounds else { break }
                let raising = Raising(cause: told.cause, grounds: grounds)
                if let saying = trajectories.saying(raising.cause) {
                    consequences[saying.place, default: []].append(
                        Consequence(step: index, raising: raising, saying: saying))
                } else {
                    find(.notReproduced, step, raising, "no event leads to its cause with the figures at hand")
                }
            case .superseded(let cause, _):
                if cause != closing.map({ events[$0].id }), let saying = trajectories.saying(cause) {
                    consequences[saying.place, default: []].append(Consequence(step: index, raising: nil, saying: saying))
                }
            case .opened, .acknowledged, .assigned, .reviewEntered, .resolved, .withdrawn, .escalated, .followedUp: break
            }
        }
        return consequences
    }

    private mutating func catchUp(with first: Int?, recordedBefore time: Timestamp) {
        if let first {
            while nextStep < first { takeStep() }
        } else {
            while nextStep < steps.count, steps[nextStep].record.recordedAt < time { takeStep() }
        }
    }

    private mutating func takeStep() {
        let event = steps[nextStep].event
        nextStep += 1
        switch event.step {
        case .raised: if event.kind.isOfCourse { open.append(OpenAlert(id: event.alert, kind: event.kind)) }
        case .resolved, .superseded, .withdrawn: open.removeAll { $0.id == event.alert }
        case .opened, .acknowledged, .assigned, .reviewEntered, .escalated, .followedUp: break
        }
    }

    private mutating func check(_ saying: Saying, _ own: [Consequence]) {
        for consequence in own {
            guard let raising = consequence.raising else { continue }
            let problems = problems(of: raising, steps[consequence.step], saying)
            if problems.isEmpty {
                reproduced += 1
            } else {
                find(.notReproduced, steps[consequence.step], raising, problems.joined(separator: "; "))
            }
        }
        if saying.signals.isEmpty, open.isEmpty, own.isEmpty { return }
        let recorded = own.compactMap { consequence in
            consequence.raising?.signal
        }
        var calls: [[Signal]] = []
        for isOpen in possiblyOpen(at: saying) {
            let called = calledFor(saying, episodeIsOpen: isOpen)
            if Set(called) == Set(recorded) { return }
            calls.append(called)
        }
        report(calls.first ?? [], own, saying)
    }

    /// Whether the episode was open when alerting came to a saying, as far as can be told.
    private func possiblyOpen(at saying: Saying) -> [Bool] {
        guard let closing else { return [true] }
        return closing < saying.place ? [false] : [true, false]
    }

    private func calledFor(_ saying: Saying, episodeIsOpen: Bool) -> [Signal] {
        let key = saying.update.key
        return AlertRules.decisions(
            on: CourseChange(course: key, before: standing[key] ?? [], after: saying.signals),
            otherCourses: standing, open: open, episodeIsOpen: episodeIsOpen,
            raisedKinds: raisedKinds
        ).compactMap { decision in
            if case .raise(let signal, _) = decision { signal } else { nil }
        }
    }

    private func problems(of raising: Raising, _ step: RecordedStep, _ saying: Saying) -> [String] {
        let course = raising.grounds.course
        let spoken = course == saying.update.key ? saying.signals : standing[course] ?? []
        let alert: AlertID = DerivedIdentity.following(raising.cause, rule: "alert \(step.event.kind.rawValue)")
        let record: EventID = DerivedIdentity.following(raising.cause, rule: "raised \(step.event.alert)")
        var problems: [String] = []
        if !spoken.contains(raising.signal) || raising.signal.kind != step.event.kind {
            problems.append("rule \(raising.grounds.rule.name) does not speak of this rating")
        }
        if raising.grounds.provenance != saying.update.course.basis.provenance { problems.append("rests on other figures") }
        if alert != step.event.alert || record != step.record.id { problems.append("has an id that does not follow from its cause") }
        return problems
    }

    private mutating func report(_ called: [Signal], _ own: [Consequence], _ saying: Saying) {
        for consequence in own {
            guard let raising = consequence.raising, raising.signal.kind != .safety,
                raisedKinds.contains(raising.signal.kind), !called.contains(raising.signal)
            else { continue }
            find(.notCalledFor, steps[consequence.step], raising, "the rules call for no alert here")
        }
        for signal in called {
            let isRecorded = own.contains { $0.raising?.signal == signal }
            guard !isRecorded, !isToldElsewhere(signal, at: saying) else { continue }
            guard events[saying.place].recordedAt <= settled else {
                pending += 1
                continue
            }
            findings.append(
                AlertFinding(
                    kind: .missing, alert: nil, cause: events[saying.place].id, signal: signal,
                    course: saying.update.key, reason: "the rules call for an alert, and none is recorded"))
        }
    }

    /// A recorded alert that tells of the same, though not from here: one that is itself reported, or of danger, which
    /// alerting raises once even where trajectories overtake each other.
    private func isToldElsewhere(_ signal: Signal, at saying: Saying) -> Bool {
        steps.contains { step in
            guard case .raised(let raising) = step.event.step, step.event.kind == signal.kind else { return false }
            return raising.subject.rating == signal.rating
                && (signal.kind == .safety || findings.contains { $0.alert == step.event.alert })
        }
    }

    private mutating func find(_ kind: AlertFinding.Kind, _ step: RecordedStep, _ raising: Raising, _ reason: String) {
        findings.append(
            AlertFinding(
                kind: kind, alert: step.event.alert, cause: raising.cause,
                signal: raising.signal, course: raising.grounds.course, reason: reason))
    }
}

/// Where the record of an alert and the rules part.
struct AlertFinding {
    enum Kind {
        /// Recorded, but its grounds are not found in the ledger.
        case notReproduced
        /// Its rule speaks, but an alert of this kind was not to be raised then.
        case notCalledFor
        /// Called for, and not recorded.
        case missing
    }

    let kind: Kind
    let alert: AlertID?
    let cause: EventID
    let signal: Signal
    let course: CourseKey
    let reason: String
}
