/// One course of an episode has changed: what spoke before and what speaks now.
public struct CourseChange: Hashable, Sendable {
    public let course: CourseKey
    public let before: [Signal]
    public let after: [Signal]

    public init(course: CourseKey, before: [Signal], after: [Signal]) {
        self.course = course
        self.before = before
        self.after = after
    }
}

/// Which alerts an episode needs. Pure: signals and open alerts in, decisions out.
///
/// * An episode has at most one open alert of a kind.
/// * Not on track, deteriorating and alliance alerts fall away when no course of the episode speaks of
///   them any more.
/// * Raising "deteriorating" supersedes an open "not on track", and none is raised while it is open;
///   when it falls away, a "not on track" it had hidden is raised.
/// * A signal raises once: one that spoke before of the same rating has been seen, and answering it
///   does not bring it back. The next rating that speaks does.
/// * Safety is never superseded by Attune: a person must answer. It is raised whenever it speaks and no
///   safety alert is open, even of a rating answered before, because a correction is news.
public enum AlertRules {
    /// - Parameters:
    ///   - otherCourses: what the episode's other courses say at their newest points.
    ///   - episodeIsOpen: in a closed episode, a late rating can still speak of danger, but no longer ask
    ///     for another course of treatment.
    /// - Returns: what falls away first, then what is raised, gravest first.
    public static func decisions(
        on change: CourseChange, otherCourses: [CourseKey: [Signal]], open: [OpenAlert], episodeIsOpen: Bool = true
    ) -> [AlertDecision] {
        let speaking = Set(change.after.map(\.kind) + otherCourses.flatMap { $0.value.map(\.kind) })
        var superseded: [AlertDecision] = []
        var openKinds: Set<AlertKind> = []
        for alert in open {
            if alert.kind != .safety, !speaking.contains(alert.kind) {
                superseded.append(.supersede(alert, .courseChanged))
            } else {
                openKinds.insert(alert.kind)
            }
        }
        let deteriorationFell = superseded.contains { $0.supersedes(.deteriorating) }

        var raised = candidates(in: change).filter { signal in
            !openKinds.contains(signal.kind) && (episodeIsOpen || signal.kind == .safety)
        }.map { AlertDecision.raise($0, change.course) }
        if raised.contains(where: { $0.raises(.deteriorating) }) {
            superseded = superseded.map { $0.supersedes(.notOnTrack) ? $0.because(.graverAlert) : $0 }
            for alert in open where alert.kind == .notOnTrack && openKinds.contains(.notOnTrack) {
                superseded.append(.supersede(alert, .graverAlert))
            }
            raised.removeAll { $0.raises(.notOnTrack) }
        } else if openKinds.contains(.deteriorating) {
            raised.removeAll { $0.raises(.notOnTrack) }
        } else if deteriorationFell, episodeIsOpen, !openKinds.contains(.notOnTrack),
            !raised.contains(where: { $0.raises(.notOnTrack) }),
            let hidden = hiddenNotOnTrack(change, otherCourses)
        {
            raised.append(hidden)
        }
        return superseded + raised.sorted(by: AlertDecision.graverFirst)
    }

    /// The episode has been closed: all but safety falls away.
    public static func decisionsOnClosing(open: [OpenAlert]) -> [AlertDecision] {
        open.filter { $0.kind != .safety }.map { .supersede($0, .episodeClosed) }
    }

    /// The first signal of each kind that is news.
    private static func candidates(in change: CourseChange) -> [Signal] {
        var kinds: Set<AlertKind> = []
        return change.after.filter { signal in
            let isNews =
                signal.kind == .safety
                || !change.before.contains { $0.kind == signal.kind && $0.rating == signal.rating }
            return isNews && kinds.insert(signal.kind).inserted
        }
    }

    private static func hiddenNotOnTrack(
        _ change: CourseChange, _ otherCourses: [CourseKey: [Signal]]
    ) -> AlertDecision? {
        var courses = otherCourses
        courses[change.course] = change.after
        for course in courses.keys.sorted() {
            if let signal = courses[course]?.first(where: { $0.kind == .notOnTrack }) {
                return .raise(signal, course)
            }
        }
        return nil
    }
}

extension AlertDecision {
    fileprivate func supersedes(_ kind: AlertKind) -> Bool {
        guard case .supersede(let alert, _) = self else { return false }
        return alert.kind == kind
    }

    fileprivate func raises(_ kind: AlertKind) -> Bool {
        guard case .raise(let signal, _) = self else { return false }
        return signal.kind == kind
    }

    fileprivate func because(_ reason: SupersededReason) -> AlertDecision {
        guard case .supersede(let alert, _) = self else { return self }
        return .supersede(alert, reason)
    }

    fileprivate static func graverFirst(_ left: AlertDecision, _ right: AlertDecision) -> Bool {
        guard case .raise(let leftSignal, _) = left, case .raise(let rightSignal, _) = right else { return false }
        return leftSignal.kind < rightSignal.kind
    }
}
