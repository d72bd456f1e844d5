/// How grave a finding is (clinical-reference 4): safety before deterioration before not on track before alliance
/// before stalled before missing data; prompts last.
public enum FindingPrecedence: Int, Hashable, Comparable, Sendable, CaseIterable {
    case safety = 1
    case deterioration, notOnTrack, alliance, stalled, missingData, prompt

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    init(_ kind: SignalKind) {
        self =
            switch kind {
            case .safety: .safety
            case .deteriorating: .deterioration
            case .notOnTrack: .notOnTrack
            case .alliance: .alliance
            case .stalled: .stalled
            case .missedMeasure, .undiscussed: .missingData
            case .guarded: .prompt
            }
    }
}

/// Something about an episode that those who treat should know, each with its rule, its figures and where the rule
/// comes from. For partners see `JointView`: findings about one course are no business of the other partner.
public enum EpisodeFinding: Hashable, Sendable {
    /// What a course says at its newest point.
    case signal(CourseSignal)
    case discrepancy(PartnerDiscrepancy)
    case dropOut(DropOutAttention)
    case checkpoint(CheckpointDue)
    case missedMeasure(MissedMeasure)
    case undiscussed(UndiscussedRating)
    case stale(StaleCourse)

    /// Name of the rule, the same for ever.
    public var rule: String {
        switch self {
        case .signal(let found): found.signal.rule.name
        case .discrepancy(let found): found.rule
        case .dropOut: DropOutAttention.rule
        case .checkpoint(let found): found.rule
        case .missedMeasure(let found): found.rule
        case .undiscussed: UndiscussedRating.rule
        case .stale: StaleCourse.rule
        }
    }

    /// Rules about episodes stand with what they are about; where they stand is Attune's own choice.
    public var precedence: FindingPrecedence {
        switch self {
        case .signal(let found): FindingPrecedence(found.signal.kind)
        case .discrepancy(let found): found.kind.precedence
        case .dropOut: .alliance
        case .checkpoint: .stalled
        case .missedMeasure, .undiscussed, .stale: .missingData
        }
    }

    /// Where the rule comes from; nil where a site's instrument does not say.
    public var evidence: Evidence? {
        switch self {
        case .signal(let found): found.evidence
        case .discrepancy(let found): found.evidence
        case .dropOut(let found): found.evidence
        case .checkpoint(let found): found.evidence
        case .missedMeasure(let found): found.evidence
        case .undiscussed(let found): found.evidence
        case .stale(let found): found.evidence
        }
    }

    /// The one participant the finding is about; nil where it is about the episode or about two of them.
    public var subject: ParticipantID? {
        switch self {
        case .signal(let found): found.course.participant
        case .checkpoint(let found): found.course.participant
        case .undiscussed(let found): found.course.participant
        case .stale(let found): found.course.participant
        case .discrepancy, .dropOut, .missedMeasure: nil
        }
    }
}

/// A signal with the course that gives it.
public struct CourseSignal: Hashable, Sendable {
    public let signal: Signal
    public let course: CourseKey
    public let evidence: Evidence?
}

/// Which rules about episodes are in force, and with what figures; nil: the rule is off.
public struct EpisodeRulePolicy: Hashable, Sendable {
    public var dropOut: DropOutRule?
    public var discrepancy: DiscrepancyRule?
    public var checkpoints: CheckpointRule?
    public var missedMeasure: MissedMeasureRule?
    public var undiscussed: DiscussionRule?
    public var stale: StaleRule?

    public init(
        dropOut: DropOutRule? = .standard, discrepancy: DiscrepancyRule? = .standard,
        checkpoints: CheckpointRule? = .standard, missedMeasure: MissedMeasureRule? = .standard,
        undiscussed: DiscussionRule? = .standard, stale: StaleRule? = .standard
    ) {
        self.dropOut = dropOut
        self.discrepancy = discrepancy
        self.checkpoints = checkpoints
        self.missedMeasure = missedMeasure
        self.undiscussed = undiscussed
        self.stale = stale
    }
}

extension EpisodeView {
    /// All that is to be known about the episode, gravest first, in an order that is always the same. Of a closed
    /// episode only danger is: nothing else can be done there any more.
    public func findings(_ policy: EpisodeRulePolicy = EpisodeRulePolicy()) -> [EpisodeFinding] {
        var found = courseSignals.map(EpisodeFinding.signal)
        if isOpen {
            found += policy.discrepancy.map { discrepancies($0).map(EpisodeFinding.discrepancy) } ?? []
            found += policy.dropOut.flatMap { dropOutAttention($0) }.map { [.dropOut($0)] } ?? []
            found += policy.checkpoints.map { checkpointsDue($0).map(EpisodeFinding.checkpoint) } ?? []
            found += policy.missedMeasure.map { missedMeasures($0).map(EpisodeFinding.missedMeasure) } ?? []
            found += policy.undiscussed.map { undiscussedRatings($0).map(EpisodeFinding.undiscussed) } ?? []
            found += policy.stale.map { staleCourses($0).map(EpisodeFinding.stale) } ?? []
        } else {
            found.removeAll { $0.precedence != .safety }
        }
        return FindingPrecedence.allCases.flatMap { precedence in found.filter { $0.precedence == precedence } }
    }

    /// What a participant's own courses say, for that participant.
    public func findings(
        about participant: ParticipantID, _ policy: EpisodeRulePolicy = EpisodeRulePolicy()
    ) -> [EpisodeFinding] {
        findings(policy).filter { $0.subject == participant }
    }

    /// What every course says at its newest point, safety included.
    private var courseSignals: [CourseSignal] {
        courses.sorted { $0.key < $1.key }.flatMap { key, course in
            guard let latest = course.trajectory.latest else { return [CourseSignal]() }
            return course.signals(causedBy: latest.rating.id).map {
                CourseSignal(signal: $0, course: key, evidence: course.evidence(for: $0.rule))
            }
        }
    }
}

extension Course {
    /// Where a rule that speaks on this course comes from; nil where the site's figures do not say.
    public func evidence(for rule: SignalRule) -> Evidence? {
        let alliance = basis.instrument.allianceRule
        return switch rule {
        case .expectedResponse80, .failureLine:
            basis.model.map {
                Evidence(
                    source: "Model \($0.reference.id) version \($0.reference.version): \($0.label)",
                    confidence: .computed)
            }
        case .reliablyWorse: basis.normSet?.reliableChangeEvidence
        case .allianceCutOff, .allianceDrop, .allianceItem: alliance?.evidence
        case .allianceBaseline: alliance?.baseline?.evidence
        case .alliancePattern: alliance?.pattern?.evidence
        case .allianceGuarded: alliance?.guardedStart?.evidence
        case .stalled: basis.instrument.stalledRule?.evidence
        case .safetyItem: basis.instrument.evidence
        }
    }
}
