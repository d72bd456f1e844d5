/// Signals and alerts are about the same things.
public typealias AlertKind = SignalKind

/// What raises an alert, by when somebody must answer, who hears of it otherwise, and what it takes to close it. A site
/// may set its own; every alert names the policy's version.
public struct AlertPolicy: Hashable, Sendable {
    public let version: String
    /// Seconds from raising to due, per kind.
    public let safetyDueSeconds: Int64
    public let deterioratingDueSeconds: Int64
    public let notOnTrackDueSeconds: Int64
    public let allianceDueSeconds: Int64
    public let stalledDueSeconds: Int64
    public let guardedDueSeconds: Int64
    public let missedMeasureDueSeconds: Int64
    public let undiscussedDueSeconds: Int64
    /// Longest time in seconds from one escalation to the next.
    public let escalationSeconds: Int64
    /// Kinds that raise an alert; the others are signals that somebody may look at. Safety is always among them.
    public let raisedKinds: Set<AlertKind>
    public let handling: AlertHandling

    public init(
        version: String, safetyDueSeconds: Int64, deterioratingDueSeconds: Int64,
        notOnTrackDueSeconds: Int64, allianceDueSeconds: Int64, stalledDueSeconds: Int64 = 72 * 3600,
        guardedDueSeconds: Int64 = 168 * 3600, missedMeasureDueSeconds: Int64 = 168 * 3600,
        undiscussedDueSeconds: Int64 = 168 * 3600, escalationSeconds: Int64, raisedKinds: Set<AlertKind> = usuallyRaised,
        handling: AlertHandling = .usual
    ) {
        self.version = version
        self.safetyDueSeconds = safetyDueSeconds
        self.deterioratingDueSeconds = deterioratingDueSeconds
        self.notOnTrackDueSeconds = notOnTrackDueSeconds
        self.allianceDueSeconds = allianceDueSeconds
        self.stalledDueSeconds = stalledDueSeconds
        self.guardedDueSeconds = guardedDueSeconds
        self.missedMeasureDueSeconds = missedMeasureDueSeconds
        self.undiscussedDueSeconds = undiscussedDueSeconds
        self.escalationSeconds = escalationSeconds
        self.raisedKinds = raisedKinds.union([.safety])
        self.handling = handling
    }

    /// Not the prompt about a guarded first rating, which is no alarm, and not what an episode lacks, which reports tell of.
    public static let usuallyRaised: Set<AlertKind> = [.safety, .deteriorating, .notOnTrack, .alliance, .stalled]

    /// Attune's own defaults, which no publication prescribes: safety within an hour, deterioration
    /// within a day, the prompt and what is missing, where a site raises them, within a week, the others within three days; from the clinician
    /// to the supervisor to the duty desk in steps of a day, for safety of an hour.
    public static let `default` = AlertPolicy(
        version: "attune-3", safetyDueSeconds: 3600, deterioratingDueSeconds: 24 * 3600,
        notOnTrackDueSeconds: 72 * 3600, allianceDueSeconds: 72 * 3600, escalationSeconds: 24 * 3600)

    public func dueSeconds(for kind: AlertKind) -> Int64 {
        switch kind {
        case .safety: safetyDueSeconds
        case .deteriorating: deterioratingDueSeconds
        case .notOnTrack: notOnTrackDueSeconds
        case .alliance: allianceDueSeconds
        case .stalled: stalledDueSeconds
        case .guarded: guardedDueSeconds
        case .missedMeasure: missedMeasureDueSeconds
        case .undiscussed: undiscussedDueSeconds
        }
    }

    /// Danger is at once, whatever a site says.
    public func urgency(of kind: AlertKind) -> AlertUrgency {
        kind == .safety ? .now : handling.urgencies[kind] ?? kind.usualUrgency
    }

    /// When an alert raised at an instant must be answered.
    public func dueTime(for kind: AlertKind, raisedAt: Timestamp) -> Timestamp {
        time(dueSeconds(for: kind), after: raisedAt, kind, on: ladder(for: kind).first)
    }

    /// Who is told of an alert that was not answered in time.
    ///
    /// The ladder is gone up once, so that nobody is told the same thing twice; but danger goes on being told to the
    /// duty desk until somebody answers. An alert that has come further up than a ladder which has become shorter goes
    /// to the duty desk, too: it is the last resort.
    /// - Parameters:
    ///   - level: how often the alert has been passed on, this time included; 1 or more.
    ///   - now: when it is passed on.
    public func nextAudience(for kind: AlertKind, level: Int, at now: Timestamp) -> NextAudience {
        let ladder = ladder(for: kind)
        let rung = level < ladder.count ? ladder[level] : LadderRung(.dutyDesk)
        let seconds = min(rung.answerSeconds ?? escalationSeconds, dueSeconds(for: kind))
        return NextAudience(
            audience: rung.audience, dueAt: time(seconds, after: now, kind, on: rung),
            isLast: kind != .safety && level >= ladder.count - 1)
    }

    private func ladder(for kind: AlertKind) -> [LadderRung] {
        kind == .safety ? handling.ladder.leadingToDutyDesk : handling.ladder.rungs
    }

    /// Danger knows no working hours.
    private func time(_ seconds: Int64, after start: Timestamp, _ kind: AlertKind, on rung: LadderRung?) -> Timestamp {
        guard kind != .safety, rung?.runsAroundTheClock != true, let hours = handling.workingHours else {
            return start.advanced(bySeconds: seconds)
        }
        return hours.time(afterWorking: seconds, from: start)
    }
}

/// What a site decides about the way of an alert from one person to the next.
public struct AlertHandling: Hashable, Sendable {
    public let ladder: EscalationLadder
    /// Nil: every hour counts.
    public let workingHours: WorkingHours?
    /// Kinds left out have their usual urgency.
    public let urgencies: [AlertKind: AlertUrgency]
    /// Without repetition, at least one.
    public let reasons: [AlertReason]
    /// Kinds that are closed as handled only after a finished support review.
    public let reviewedKinds: Set<AlertKind>

    public init(
        ladder: EscalationLadder = .usual, workingHours: WorkingHours? = nil, urgencies: [AlertKind: AlertUrgency] = [:],
        reasons: [AlertReason] = AlertReason.usual, reviewedKinds: Set<AlertKind> = []
    ) {
        self.ladder = ladder
        self.workingHours = workingHours
        self.urgencies = urgencies
        self.reasons = reasons
        self.reviewedKinds = reviewedKinds
    }

    public static let usual = AlertHandling()

    public func reason(_ name: String) -> AlertReason? { reasons.first { $0.id.text == name } }
}
