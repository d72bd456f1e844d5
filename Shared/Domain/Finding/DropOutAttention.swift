/// The parts of the drop-out attention list (clinical-reference 5.3).
public enum DropOutPart: String, Hashable, Sendable, CaseIterable {
    case notOnTrack = "not_on_track"
    case lowAlliance = "low_alliance"
    case missedSession = "missed_session"
    case noReliableChange = "no_reliable_change"
    case younger
    case longGap = "long_gap"
}

/// How the attention list adds up. Attune's own: no validity is claimed for it, nothing published weighs these
/// parts, and what is known explains little (LASSO about 11 %; Mütze 2022). A list of whom to think of, not a
/// prediction.
public struct DropOutRule: Hashable, Sendable {
    /// Points of a part; 0 or more, 0 for a part that is left out.
    public let weights: [DropOutPart: Int]
    /// Points from which on an episode is listed; 1 or more.
    public let attentionFrom: Int
    /// Session, counted from the first rating, from which on a missing reliable change counts; 2 or more.
    public let changeBySession: Int
    /// How many times the usual interval without a session is a long gap; 1 or more.
    public let gapFactor: Int
    public let youngerAges: Set<AgeBand>
    public let evidence: Evidence

    /// Nil for figures out of range, and where no sum of weights could reach `attentionFrom`.
    public init?(
        weights: [DropOutPart: Int], attentionFrom: Int, changeBySession: Int, gapFactor: Int,
        youngerAges: Set<AgeBand>, evidence: Evidence
    ) {
        guard weights.values.allSatisfy({ $0 >= 0 }), attentionFrom >= 1, changeBySession >= 2, gapFactor >= 1,
            weights.values.reduce(0, +) >= attentionFrom
        else { return nil }
        self.init(weights, attentionFrom, changeBySession, gapFactor, youngerAges, evidence)
    }

    private init(
        _ weights: [DropOutPart: Int], _ attentionFrom: Int, _ changeBySession: Int, _ gapFactor: Int,
        _ youngerAges: Set<AgeBand>, _ evidence: Evidence
    ) {
        self.weights = weights
        self.attentionFrom = attentionFrom
        self.changeBySession = changeBySession
        self.gapFactor = gapFactor
        self.youngerAges = youngerAges
        self.evidence = evidence
    }

    /// A point for each part, two for what the client did rather than answered: a missed session, a long gap.
    public static let standard = DropOutRule(
        [.notOnTrack: 1, .lowAlliance: 1, .missedSession: 2, .noReliableChange: 1, .younger: 1, .longGap: 2],
        3, 3, 2, [.child, .adolescent],
        Evidence(
            source: "Attune's own list and weights; no validity is claimed (clinical-reference 5.3)",
            confidence: .uncertain))

    func weight(_ part: DropOutPart) -> Int { weights[part] ?? 0 }
}

/// Why a part counts, with what it was read from.
public enum DropOutReason: Hashable, Sendable {
    /// A course is not on track or deteriorating.
    case notOnTrack(CourseKey)
    /// The alliance is below its cut-off or has fallen.
    case lowAlliance(CourseKey)
    /// The last appointment was not attended, or cancelled by the client.
    case missedSession(MissedReason, on: CalendarDay)
    case noReliableChange(CourseKey, session: Int)
    case younger(AgeBand)
    /// Days since the last session, and the usual days between two.
    case longGap(days: Int, usual: Int)

    public var part: DropOutPart {
        switch self {
        case .notOnTrack: .notOnTrack
        case .lowAlliance: .lowAlliance
        case .missedSession: .missedSession
        case .noReliableChange: .noReliableChange
        case .younger: .younger
        case .longGap: .longGap
        }
    }
}

/// An episode to think of before it ends by itself.
public struct DropOutAttention: Hashable, Sendable {
    public static let rule = "dropout.attention"

    /// Sum of the weights of the parts that hold; means nothing but its parts.
    public let points: Int
    /// What the episode could have had.
    public let highestPoints: Int
    /// One for each part that holds and counts.
    public let reasons: [DropOutReason]
    public let evidence: Evidence
}

extension EpisodeView {
    /// Nil where the parts that hold do not add up to attention.
    public func dropOutAttention(_ rule: DropOutRule) -> DropOutAttention? {
        let reasons = [
            notOnTrack, lowAlliance, missedAppointment, withoutReliableChange(by: rule.changeBySession),
            younger(rule.youngerAges), longGap(rule.gapFactor),
        ].compactMap { $0 }.filter { rule.weight($0.part) > 0 }
        let points = reasons.reduce(0) { $0 + rule.weight($1.part) }
        guard points >= rule.attentionFrom else { return nil }
        return DropOutAttention(
            points: points, highestPoints: rule.weights.values.reduce(0, +), reasons: reasons, evidence: rule.evidence)
    }

    private var notOnTrack: DropOutReason? {
        clientCourses(.outcome).first { [.notOnTrack, .deteriorating].contains($0.course.trajectory.state) }
            .map { .notOnTrack($0.key) }
    }

    private var lowAlliance: DropOutReason? {
        clientCourses(.alliance).first { entry in
            entry.course.standingSignals.contains { $0.rule == .allianceCutOff || $0.rule == .allianceDrop }
        }.map { .lowAlliance($0.key) }
    }

    /// The client's own absence counts, not a session that the service cancelled.
    private var missedAppointment: DropOutReason? {
        guard let last = missedSessions.last, last.day > sessions.last?.day ?? CalendarDay(daysSinceEpoch: .min) else {
            return nil
        }
        switch last.reason {
        case .notAttended, .cancelledByClient: return .missedSession(last.reason, on: last.day)
        case .cancelledByService: return nil
        }
    }

    private func withoutReliableChange(by session: Int) -> DropOutReason? {
        for (key, course) in clientCourses(.outcome) {
            guard let latest = course.trajectory.latest, let change = course.basis.normSet?.reliableChange else { continue }
            let reached = course.session(of: latest)
            if reached >= session, latest.improvement < change { return .noReliableChange(key, session: reached) }
        }
        return nil
    }

    private func younger(_ ages: Set<AgeBand>) -> DropOutReason? {
        participants.first { $0.role == .`self` && ages.contains($0.ageBand) }.map { .younger($0.ageBand) }
    }

    /// The usual interval is the median of those between days with a session, the smaller of two in the middle.
    /// Appointments to come are not known here: an agreed break looks like a gap.
    private func longGap(_ factor: Int) -> DropOutReason? {
        let days = Set(sessions.map(\.day)).sorted()
        guard let last = days.last, days.count > 1 else { return nil }
        let intervals = zip(days, days.dropFirst()).map { $1.days(since: $0) }.sorted()
        let usual = intervals[(intervals.count - 1) / 2]
        let gap = today.days(since: last)
        return gap > factor * usual ? .longGap(days: gap, usual: usual) : nil
    }
}
