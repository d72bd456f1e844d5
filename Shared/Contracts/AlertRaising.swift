public import Domain

/// What raised an alert, and by when somebody must answer.
public struct AlertRaising: Hashable, Sendable {
    /// The trajectory event; for what an episode lacks, the event of the session or the rating.
    public let cause: EventID
    public let subject: AlertSubject
    /// Opaque directory id.
    public let clinician: String
    public let dueAt: Timestamp
    /// Nil in events that do not tell it.
    public let urgency: AlertUrgency?

    public init(
        cause: EventID, subject: AlertSubject, clinician: String, dueAt: Timestamp, urgency: AlertUrgency? = nil
    ) {
        self.cause = cause
        self.subject = subject
        self.clinician = clinician
        self.dueAt = dueAt
        self.urgency = urgency
    }

    /// What a signal of a course raises.
    public init(
        cause: EventID, rule: SignalRule, rating: RatingID, course: CourseKey, provenance: Provenance,
        clinician: String, dueAt: Timestamp, urgency: AlertUrgency? = nil
    ) {
        let grounds = AlertGrounds(rule: rule, rating: rating, course: course, provenance: provenance)
        self.init(cause: cause, subject: .signal(grounds), clinician: clinician, dueAt: dueAt, urgency: urgency)
    }

    /// Nil for what an episode lacks.
    public var grounds: AlertGrounds? {
        if case .signal(let grounds) = subject { grounds } else { nil }
    }
}

/// What an alert is about.
public enum AlertSubject: Hashable, Sendable {
    /// A rule has spoken of a course.
    case signal(AlertGrounds)
    /// A session was held and not measured.
    case session(UnmeasuredSession)
    /// Nobody has talked about a rating.
    case undiscussed(UndiscussedScore)

    /// Name of the rule, the same for ever.
    public var rule: String {
        switch self {
        case .signal(let grounds): grounds.rule.name
        case .session(let session): MissedMeasure.rule(session.purpose)
        case .undiscussed: UndiscussedRating.rule
        }
    }

    /// Nil where there is none: that is what the alert is about.
    public var rating: RatingID? {
        switch self {
        case .signal(let grounds): grounds.rating
        case .session: nil
        case .undiscussed(let score): score.rating
        }
    }

    public var course: CourseKey? {
        switch self {
        case .signal(let grounds): grounds.course
        case .session: nil
        case .undiscussed(let score): score.course
        }
    }

    public var participant: ParticipantID {
        switch self {
        case .signal(let grounds): grounds.course.participant
        case .session(let session): session.participant
        case .undiscussed(let score): score.course.participant
        }
    }

    public var session: SessionID? {
        if case .session(let session) = self { session.session } else { nil }
    }

    /// The site's day on which the lack was found; nil for signals, which follow from their event alone.
    public var asOf: CalendarDay? {
        switch self {
        case .signal: nil
        case .session(let session): session.asOf
        case .undiscussed(let score): score.asOf
        }
    }
}

/// The rule that spoke, of which rating, and by which figures.
public struct AlertGrounds: Hashable, Sendable {
    public let rule: SignalRule
    public let rating: RatingID
    public let course: CourseKey
    public let provenance: Provenance

    public init(rule: SignalRule, rating: RatingID, course: CourseKey, provenance: Provenance) {
        self.rule = rule
        self.rating = rating
        self.course = course
        self.provenance = provenance
    }
}

public struct UnmeasuredSession: Hashable, Sendable {
    public let session: SessionID
    public let purpose: MeasuredPurpose
    /// The client; of several, the first by id: who of them was there is not recorded.
    public let participant: ParticipantID
    public let asOf: CalendarDay

    public init(session: SessionID, purpose: MeasuredPurpose, participant: ParticipantID, asOf: CalendarDay) {
        self.session = session
        self.purpose = purpose
        self.participant = participant
        self.asOf = asOf
    }
}

public struct UndiscussedScore: Hashable, Sendable {
    public let rating: RatingID
    public let course: CourseKey
    public let asOf: CalendarDay

    public init(rating: RatingID, course: CourseKey, asOf: CalendarDay) {
        self.rating = rating
        self.course = course
        self.asOf = asOf
    }
}

/// What the first rating after a finished support review says.
public struct AlertFollowUp: Hashable, Sendable {
    public let rating: RatingID
    /// Never `noRatingYet`.
    public let effect: SupportEffect
    /// Since the rating that the alert spoke of, in the instrument's steps; positive is better.
    public let improvement: Int
    /// The rating speaks of danger: never read an effect without this.
    public let isDangerous: Bool

    public init(rating: RatingID, effect: SupportEffect, improvement: Int, isDangerous: Bool) {
        self.rating = rating
        self.effect = effect
        self.improvement = improvement
        self.isDangerous = isDangerous
    }

    /// Nil while there is no rating.
    public init?(_ found: SupportFollowUp) {
        guard let rating = found.rating, let improvement = found.improvement else { return nil }
        self.init(
            rating: rating, effect: found.effect, improvement: improvement, isDangerous: !found.safetyItems.isEmpty)
    }
}
