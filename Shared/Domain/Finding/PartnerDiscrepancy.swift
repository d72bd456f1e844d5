/// When partners who rate separately are said to differ (clinical-reference 5.4).
public struct DiscrepancyRule: Hashable, Sendable {
    /// How many reliable changes apart two outcome scores are a discrepancy; 1 or more. Where the partners have
    /// different reliable changes, the larger one counts.
    public let reliableChanges: Int
    public let evidence: Evidence

    /// Nil below 1.
    public init?(reliableChanges: Int, evidence: Evidence) {
        guard reliableChanges >= 1 else { return nil }
        self.init(checked: reliableChanges, evidence)
    }

    private init(checked reliableChanges: Int, _ evidence: Evidence) {
        self.reliableChanges = reliableChanges
        self.evidence = evidence
    }

    /// Two reliable changes, for which no published figure was found.
    public static let standard = DiscrepancyRule(
        checked: 2,
        Evidence(source: "Attune's own; no published cut-off was found (clinical-reference 5.4)", confidence: .uncertain))
}

/// That two partners' ratings of one session differ.
///
/// It carries no figure of either: that there is something to talk about is known to the clinician, what the other
/// answered only to somebody who has built a `JointView`. It is not for a partner without one either, since together
/// with the own score it says something about the other's.
public struct PartnerDiscrepancy: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Outcome scores far apart.
        case gap
        /// One reliably better, the other reliably worse, each than at their own first rating.
        case diverging
        /// The alliance low for one alone.
        case alliance

        var precedence: FindingPrecedence {
            switch self {
            case .diverging: .deterioration
            case .alliance: .alliance
            case .gap: .stalled
            }
        }
    }

    public let kind: Kind
    /// The two, by id.
    public let partners: [ParticipantID]
    public let instrument: InstrumentReference
    /// The newest session that both have rated.
    public let session: Int
    public let evidence: Evidence

    /// `discrepancy.gap`, `discrepancy.diverging` or `discrepancy.alliance`.
    public var rule: String { "discrepancy.\(kind.rawValue)" }
}

extension EpisodeView {
    /// Differences between any two who rate themselves on the same instrument, at the newest session both have rated.
    public func discrepancies(_ rule: DiscrepancyRule) -> [PartnerDiscrepancy] {
        let partners = participants.filter { $0.role == .`self` }.map(\.id)
        let instruments = Set(courses.keys.map(\.instrument)).sorted()
        return partners.indices.flatMap { index in
            partners[(index + 1)...].flatMap { other in
                instruments.flatMap { discrepancies(rule, partners[index], other, $0) }
            }
        }
    }

    private func discrepancies(
        _ rule: DiscrepancyRule, _ one: ParticipantID, _ other: ParticipantID, _ instrument: InstrumentReference
    ) -> [PartnerDiscrepancy] {
        guard let left = courses[CourseKey(participant: one, instrument: instrument)],
            let right = courses[CourseKey(participant: other, instrument: instrument)],
            let session = left.newestSession(sharedWith: right),
            let leftPoint = left.trajectory.newestPoint(inSession: session),
            let rightPoint = right.trajectory.newestPoint(inSession: session)
        else { return [] }
        var kinds: [PartnerDiscrepancy.Kind] = []
        if let leftChange = left.basis.normSet?.reliableChange, let rightChange = right.basis.normSet?.reliableChange {
            let distance = abs(leftPoint.rating.score - rightPoint.rating.score)
            if distance >= rule.reliableChanges * max(leftChange, rightChange) { kinds.append(.gap) }
            let improvements = (leftPoint.improvement, rightPoint.improvement)
            if improvements.0 >= leftChange && improvements.1 <= -rightChange
                || improvements.0 <= -leftChange && improvements.1 >= rightChange
            {
                kinds.append(.diverging)
            }
        }
        if let alliance = left.basis.instrument.allianceRule {
            let direction = left.basis.instrument.direction
            let low = [leftPoint, rightPoint].map { alliance.cutOff.isClinical($0.rating.score, direction) }
            if low[0] != low[1] { kinds.append(.alliance) }
        }
        return kinds.map {
            PartnerDiscrepancy(
                kind: $0, partners: [one, other], instrument: instrument, session: session, evidence: rule.evidence)
        }
    }
}

extension Course {
    fileprivate func newestSession(sharedWith other: Course) -> Int? {
        let others = Set(other.trajectory.points.map(\.rating.session))
        return trajectory.points.map(\.rating.session).last(where: others.contains)
    }
}
