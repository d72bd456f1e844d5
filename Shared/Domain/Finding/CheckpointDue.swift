/// When a course without reliable change is talked about with the client, and when for the last time before
/// somebody or something else is tried (clinical-reference 5.2; the percentages 2.2).
public struct CheckpointRule: Hashable, Sendable {
    /// Sessions, counted from the first rating as 1, and how much of the expected gain is too little there.
    public struct Stage: Hashable, Sendable {
        public let sessions: ClosedRange<Int>
        /// Less than this many thousandths of the gain expected by now is too little.
        public let thousandths: Int

        /// Nil for sessions before the second, and for a share outside 1 to 1000.
        public init?(sessions: ClosedRange<Int>, thousandths: Int) {
            guard sessions.lowerBound >= 2, (1...1000).contains(thousandths) else { return nil }
            self.init(checked: sessions, thousandths)
        }

        fileprivate init(checked sessions: ClosedRange<Int>, _ thousandths: Int) {
            self.sessions = sessions
            self.thousandths = thousandths
        }
    }

    public let conversation: Stage
    public let lastChance: Stage
    public let evidence: Evidence

    /// Nil where the last chance does not begin after the conversation.
    public init?(conversation: Stage, lastChance: Stage, evidence: Evidence) {
        guard conversation.sessions.lowerBound < lastChance.sessions.lowerBound else { return nil }
        self.init(checked: conversation, lastChance, evidence)
    }

    private init(checked conversation: Stage, _ lastChance: Stage, _ evidence: Evidence) {
        self.conversation = conversation
        self.lastChance = lastChance
        self.evidence = evidence
    }

    /// Sessions 3 to 6 and 6 to 9, half and two thirds of the expected gain; settings differ.
    public static let standard = CheckpointRule(
        checked: Stage(checked: 3...6, 500), Stage(checked: 6...9, 667),
        Evidence(
            source: "PCOMS decision points with the percentages of Better Outcomes Now (clinical-reference 5.2, 2.2)",
            confidence: .commonKnowledge))

    /// The stage a session lies in, the later one where it lies in both.
    func stage(at session: Int) -> (kind: CheckpointDue.Kind, stage: Stage)? {
        if lastChance.sessions.contains(session) { return (.lastChance, lastChance) }
        return conversation.sessions.contains(session) ? (.conversation, conversation) : nil
    }
}

/// That a course has come to a checkpoint without a reliable gain.
public struct CheckpointDue: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case conversation
        case lastChance = "last_chance"
    }

    public let kind: Kind
    public let course: CourseKey
    public let rating: RatingID
    /// Counted from the first rating as 1.
    public let session: Int
    /// Since the first rating, in steps; positive is better; less than the reliable change.
    public let improvement: Int
    /// Of the gain expected by now; nil where no model speaks.
    public let thousandthsOfExpectedGain: Int?
    public let evidence: Evidence

    /// `checkpoint.conversation` or `checkpoint.last_chance`.
    public var rule: String { "checkpoint.\(kind.rawValue)" }
}

extension EpisodeView {
    /// Courses at a checkpoint with neither a reliable gain nor enough of what a model expects. A review from the
    /// first rating of the stage on, of either kind, settles it. A course that a model expects to stay as it is
    /// comes to no checkpoint.
    public func checkpointsDue(_ rule: CheckpointRule) -> [CheckpointDue] {
        clientCourses(.outcome).compactMap { key, course in
            guard let latest = course.trajectory.latest, let change = course.basis.normSet?.reliableChange,
                latest.improvement < change
            else { return nil }
            let session = course.session(of: latest)
            guard let (kind, stage) = rule.stage(at: session) else { return nil }
            let gain = course.thousandthsOfExpectedGain(at: latest)
            if latest.expectation != nil { guard let gain, gain < stage.thousandths else { return nil } }
            let began = course.trajectory.points.first { course.session(of: $0) >= stage.sessions.lowerBound }?.rating.day
            guard !reviews.contains(where: { $0.day >= began ?? latest.rating.day }) else { return nil }
            return CheckpointDue(
                kind: kind, course: key, rating: latest.rating.id, session: session, improvement: latest.improvement,
                thousandthsOfExpectedGain: gain, evidence: rule.evidence)
        }
    }
}
