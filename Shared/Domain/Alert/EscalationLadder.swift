/// Who is told of an alert, one after the other, while nobody answers.
public enum AlertAudience: String, Hashable, Sendable, CaseIterable {
    /// Who answers for the episode.
    case clinician
    case supervisor
    /// Whoever is on duty for the site: there is always somebody.
    case dutyDesk = "duty_desk"
}

/// One step of the ladder.
public struct LadderRung: Hashable, Sendable {
    public let audience: AlertAudience
    /// Seconds this audience has to answer before the next is told, never more than the kind of alert is given at
    /// first; nil: the policy's time between escalations. The first audience has the time of the alert's kind.
    public let answerSeconds: Int64?
    /// Whether the time runs around the clock, and not only while the site works.
    public let runsAroundTheClock: Bool

    public init(_ audience: AlertAudience, answerSeconds: Int64? = nil, runsAroundTheClock: Bool = false) {
        self.audience = audience
        self.answerSeconds = answerSeconds
        self.runsAroundTheClock = runsAroundTheClock
    }
}

/// A site's ladder: everybody on it is told once of an alert, so that nobody is told the same thing twice.
public struct EscalationLadder: Hashable, Sendable {
    /// At least two.
    public let rungs: [LadderRung]

    /// Nil where nobody would hear of an alert that the first does not answer, or somebody would hear of it twice.
    public init?(_ rungs: [LadderRung]) {
        guard rungs.count >= 2, Set(rungs.map(\.audience)).count == rungs.count else { return nil }
        self.rungs = rungs
    }

    private init(checked rungs: [LadderRung]) { self.rungs = rungs }

    public static let usual = EscalationLadder(
        checked: [LadderRung(.clinician), LadderRung(.supervisor), LadderRung(.dutyDesk)])

    /// The ladder for danger: it always ends at the duty desk.
    var leadingToDutyDesk: [LadderRung] {
        rungs.last?.audience == .dutyDesk ? rungs : rungs + [LadderRung(.dutyDesk)]
    }
}

/// What happens to an alert that nobody has answered in time.
public struct NextAudience: Hashable, Sendable {
    public let audience: AlertAudience
    /// By when somebody must answer now.
    public let dueAt: Timestamp
    /// Nobody comes after this audience: the alert stays overdue until it is answered.
    public let isLast: Bool
}
