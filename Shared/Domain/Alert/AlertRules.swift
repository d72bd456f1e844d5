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
/// * Only kinds that the policy raises are raised; safety always is.
/// * All but safety fall away when no course of the episode speaks of them any more.
/// * Deteriorating, not on track and stalled say the same thing ever more mildly, so that an episode has one of them
///   open: raising one supersedes the milder ones, which are not raised while it is open; when it falls away, the
///   gravest that it had hidden is raised.
/// * A signal raises once: one that spoke before of the same rating has been seen, and answering it
///   does not bring it back. The next rating that speaks does.
/// * Safety is never superseded by Attune: a person must answer. It is raised whenever it speaks and no
///   safety alert is open, even of a rating answered before, because a correction is news.
public enum AlertRules {
    /// - Parameters:
    ///   - otherCourses: what the episode's other courses say at their newest points; an entry for the changed course
    ///     is passed over.
    ///   - episodeIsOpen: in a closed episode, a late rating can still speak of danger, but no longer ask
    ///     for another course of treatment.
    ///   - raisedKinds: of the policy; safety is raised whether it is among them or not.
    /// - Returns: what falls away first, then what is raised, gravest first.
    public static func decisions(
        on change: CourseChange, otherCourses: [CourseKey: [Signal]], open: [OpenAlert], episodeIsOpen: Bool = true,
        raisedKinds: Set<AlertKind> = AlertPolicy.usuallyRaised
    ) -> [AlertDecision] {
        let news = candidates(in: change)
        func mayRaise(_ kind: AlertKind) -> Bool { kind == .safety || episodeIsOpen && raisedKinds.contains(kind) }
        // As with most ratings: nothing to raise that is not open, and nothing that falls away.
        if !news.contains(where: { mayRaise($0.kind) && !open.contains($0.kind) }),
            open.allSatisfy({ $0.kind == .safety || speaks(of: $0.kind, change, otherCourses) })
        {
            return []
        }
        var courses = otherCourses
        courses[change.course] = change.after
        let speaking = Set(courses.flatMap { $0.value.map(\.kind) })
        let fallen = open.filter { $0.kind != .safety && !speaking.contains($0.kind) }
        let standing = open.filter { !fallen.contains($0) }

        var raised = news
            .filter { mayRaise($0.kind) && !standing.contains($0.kind) }
            .map { AlertDecision.raise($0, change.course) }
        func isHeld(_ kind: AlertKind) -> Bool { standing.contains(kind) || raised.contains { $0.raises(kind) } }
        if let gravest = ladder.first(where: fallen.contains),
            let hidden = hidden(milder(than: gravest).filter(mayRaise), courses),
            !upTo(hidden.kind).contains(where: isHeld)
        {
            raised.append(hidden.decision)
        }
        let outranked = ladder.first { kind in raised.contains { $0.raises(kind) } }.map(milder(than:)) ?? []
        let withheld = ladder.first(where: isHeld).map(milder(than:)) ?? []
        raised.removeAll { decision in withheld.contains { decision.raises($0) } }
        return fallen.map { .supersede($0, outranked.contains($0.kind) ? .graverAlert : .courseChanged) }
            + standing.filter { outranked.contains($0.kind) }.map { .supersede($0, .graverAlert) }
            + raised.sorted(by: AlertDecision.graverFirst)
    }

    private static func speaks(of kind: AlertKind, _ change: CourseChange, _ otherCourses: [CourseKey: [Signal]]) -> Bool {
        func tells(_ signals: [Signal]) -> Bool { signals.contains { $0.kind == kind } }
        return tells(change.after) || otherCourses.contains { tells($0.value) && $0.key != change.course }
    }

    /// The episode has been closed: all but safety falls away.
    public static func decisionsOnClosing(open: [OpenAlert]) -> [AlertDecision] {
        open.filter { $0.kind != .safety }.map { .supersede($0, .episodeClosed) }
    }

    /// The first signal of each kind that is news.
    private static func candidates(in change: CourseChange) -> [Signal] {
        if change.after.isEmpty { return [] }
        var kinds: Set<AlertKind> = []
        return change.after.filter { signal in
            let isNews =
                signal.kind == .safety
                || !change.before.contains { $0.kind == signal.kind && $0.rating == signal.rating }
            return isNews && kinds.insert(signal.kind).inserted
        }
    }

    /// What says the same of a course, gravest first.
    public static let ladder: [AlertKind] = [.deteriorating, .notOnTrack, .stalled]

    private static func milder(than kind: AlertKind) -> [AlertKind] { ladder.filter { $0 > kind } }

    private static func upTo(_ kind: AlertKind) -> [AlertKind] { ladder.filter { $0 <= kind } }

    /// The gravest of some kinds that a course speaks of, at the first such course.
    private static func hidden(
        _ kinds: [AlertKind], _ courses: [CourseKey: [Signal]]
    ) -> (kind: AlertKind, decision: AlertDecision)? {
        for kind in kinds {
            for course in courses.keys.sorted() {
                if let signal = courses[course]?.first(where: { $0.kind == kind }) {
                    return (kind, .raise(signal, course))
                }
            }
        }
        return nil
    }
}

extension [OpenAlert] {
    fileprivate func contains(_ kind: AlertKind) -> Bool { contains { $0.kind == kind } }
}

extension AlertDecision {
    fileprivate func raises(_ kind: AlertKind) -> Bool {
        guard case .raise(let signal, _) = self else { return false }
        return signal.kind == kind
    }

    fileprivate static func graverFirst(_ left: AlertDecision, _ right: AlertDecision) -> Bool {
        guard case .raise(let leftSignal, _) = left, case .raise(let rightSignal, _) = right else { return false }
        return leftSignal.kind < rightSignal.kind
    }
}
