/// What is measured at a session.
public enum MeasuredPurpose: String, Hashable, Sendable, CaseIterable {
    case outcome, alliance

    var instrumentPurpose: InstrumentPurpose {
        switch self {
        case .outcome: .outcome
        case .alliance: .alliance
        }
    }
}

/// When a session held without a rating is spoken of. The goal is a valid measure at nine of ten sessions
/// (clinical-reference 5.5).
public struct MissedMeasureRule: Hashable, Sendable {
    public let purposes: Set<MeasuredPurpose>
    /// Days after the session in which a rating may still be entered; 0 or more.
    public let graceDays: Int
    /// How many of the newest sessions are looked at; 1 or more. Older ones cannot be measured any more.
    public let lastSessions: Int
    public let evidence: Evidence

    /// Nil for figures out of range and without a purpose.
    public init?(purposes: Set<MeasuredPurpose>, graceDays: Int, lastSessions: Int, evidence: Evidence) {
        guard !purposes.isEmpty, graceDays >= 0, lastSessions >= 1 else { return nil }
        self.init(purposes, graceDays, lastSessions, evidence)
    }

    private init(_ purposes: Set<MeasuredPurpose>, _ graceDays: Int, _ lastSessions: Int, _ evidence: Evidence) {
        self.purposes = purposes
        self.graceDays = graceDays
        self.lastSessions = lastSessions
        self.evidence = evidence
    }

    /// Outcome and alliance at the last session, with a day to enter them.
    public static let standard = MissedMeasureRule(
        Set(MeasuredPurpose.allCases), 1, 1,
        Evidence(
            source: "Attended sessions with a valid measure (clinical-reference 5.5); days are Attune's own",
            confidence: .uncertain))
}

/// A session that was held and not measured.
public struct MissedMeasure: Hashable, Sendable {
    public let purpose: MeasuredPurpose
    public let session: SessionHeld
    public let evidence: Evidence

    /// `missing.outcome` or `missing.alliance`.
    public var rule: String { Self.rule(purpose) }

    public static func rule(_ purpose: MeasuredPurpose) -> String { "missing.\(purpose.rawValue)" }
}

extension EpisodeView {
    /// Oldest session first. A session is measured where any client, or a caretaker for one, has rated it: who of
    /// several was there is not recorded. One that a
    /// client declined has its answer, and is not missed.
    public func missedMeasures(_ rule: MissedMeasureRule) -> [MissedMeasure] {
        sessions.suffix(rule.lastSessions).filter { today > $0.day.advanced(byDays: rule.graceDays) }.flatMap { session in
            MeasuredPurpose.allCases.filter {
                rule.purposes.contains($0) && !isMeasured(session, $0) && !isDeclined(session, $0)
            }.map {
                MissedMeasure(purpose: $0, session: session, evidence: rule.evidence)
            }
        }
    }

    /// Whether a client was asked for a measure at a session and would rather not, and nobody has given one.
    public func isDeclined(_ session: SessionHeld, _ purpose: MeasuredPurpose) -> Bool {
        let raters = clients
        return !isMeasured(session, purpose)
            && declines.contains {
                $0.session == session.number && $0.purpose == purpose.instrumentPurpose && raters.contains($0.participant)
            }
    }

    func isMeasured(_ session: SessionHeld, _ purpose: MeasuredPurpose) -> Bool {
        !clientRatings(purpose.instrumentPurpose, session: session.number).isEmpty
    }
}
