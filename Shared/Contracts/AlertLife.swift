public import Domain

/// An alert as its events tell it, one after the other: its newest state.
///
/// Alerting keeps a row that says the same; whoever checks, rebuilds or replays alerts gets there by this fold.
public struct AlertLife: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case raised, opened, acknowledged
        case inReview = "in_review"
        case resolved, superseded, withdrawn

        /// Whether somebody still has to answer for it.
        public var isOpen: Bool {
            switch self {
            case .raised, .opened, .acknowledged, .inReview: true
            case .resolved, .superseded, .withdrawn: false
            }
        }

        /// Whether nobody has answered yet: having looked at it is no answer.
        public var isUnanswered: Bool { self == .raised || self == .opened }

        public static let open = allCases.filter(\.isOpen)
    }

    /// Who did something, and when.
    public struct Answer: Hashable, Sendable {
        public let actor: String
        public let at: Timestamp

        public init(actor: String, at: Timestamp) {
            self.actor = actor
            self.at = at
        }
    }

    public struct Closing: Hashable, Sendable {
        /// Nil where no person closed it.
        public let actor: String?
        public let at: Timestamp
        /// Raw value of `AlertOutcome`, `SupersededReason` or `WithdrawalOfAlert`.
        public let outcome: String
        /// The site's own reason, where one was given.
        public let reason: AlertReasonID?

        public init(actor: String?, at: Timestamp, outcome: String, reason: AlertReasonID? = nil) {
            self.actor = actor
            self.at = at
            self.outcome = outcome
            self.reason = reason
        }
    }

    public let id: AlertID
    public let kind: AlertKind
    public let raising: AlertRaising
    public let raisedAt: Timestamp
    public private(set) var status = Status.raised
    /// Who answers for it: an opaque directory id.
    public private(set) var owner: String
    /// By when somebody must answer.
    public private(set) var dueAt: Timestamp
    /// How often it was passed on because nobody answered in time.
    public private(set) var escalations = 0
    /// Who was told last by being passed on; nil before, and where the event does not tell it.
    public private(set) var audience: AlertAudience?
    /// Nobody is left to be told.
    public private(set) var isLadderEnded = false
    /// The first who looked at it.
    public private(set) var opening: Answer?
    public private(set) var acknowledgement: Answer?
    public private(set) var assignments = 0
    /// Entries in its support review.
    public private(set) var reviewEntries = 0
    public private(set) var review: SupportReview?
    /// The last day on which it was talked about with the client.
    public private(set) var discussedOn: CalendarDay?
    /// What the first rating after the review says; nil before.
    public private(set) var followUp: AlertFollowUp?
    public private(set) var followedUpAt: Timestamp?
    /// Nil while the alert is open.
    public private(set) var closing: Closing?

    public init(_ id: AlertID, _ kind: AlertKind, _ raising: AlertRaising, at time: Timestamp) {
        self.id = id
        self.kind = kind
        self.raising = raising
        raisedAt = time
        dueAt = raising.dueAt
        owner = raising.clinician
    }

    /// Takes the next step.
    /// - Throws: where it cannot be the next one; nothing has changed then.
    public mutating func take(_ step: AlertStep, at time: Timestamp) throws(AlertStepOutOfTurn) {
        switch step {
        case .raised:
            throw AlertStepOutOfTurn(words: "is raised twice")
        case .opened(let actor):
            guard status == .raised else { throw outOfTurn("opened") }
            status = .opened
            opening = Answer(actor: actor, at: time)
        case .acknowledged(let actor):
            guard status.isUnanswered else { throw outOfTurn("acknowledged") }
            status = .acknowledged
            acknowledgement = Answer(actor: actor, at: time)
        case .assigned(let assignment):
            try assign(assignment)
        case .reviewEntered(let number, let actor, let entry):
            guard status.isOpen else { throw outOfTurn("reviewed") }
            guard number == reviewEntries + 1 else {
                throw AlertStepOutOfTurn(words: "has review entry \(number) after \(reviewEntries)")
            }
            try enter(entry, by: actor, at: time)
            reviewEntries = number
        case .resolved(let actor, let outcome, let reason):
            guard status.isOpen else { throw outOfTurn("resolved") }
            status = .resolved
            // Resolving also acknowledges.
            acknowledgement = acknowledgement ?? Answer(actor: actor, at: time)
            closing = Closing(actor: actor, at: time, outcome: outcome.rawValue, reason: reason)
        case .superseded(_, let reason):
            guard status.isOpen else { throw outOfTurn("superseded") }
            status = .superseded
            closing = Closing(actor: nil, at: time, outcome: reason.rawValue)
        case .withdrawn(let actor, let reason):
            guard status.isOpen else { throw outOfTurn("withdrawn") }
            status = .withdrawn
            closing = Closing(actor: actor, at: time, outcome: reason.rawValue)
        case .escalated(let level, let wasDueAt, let nextDueAt, let audience, let isLast):
            guard status.isUnanswered else { throw outOfTurn("escalated") }
            guard !isLadderEnded else { throw AlertStepOutOfTurn(words: "is escalated when nobody is left to be told") }
            guard level == escalations + 1 else {
                throw AlertStepOutOfTurn(words: "is escalated to level \(level) from level \(escalations)")
            }
            guard wasDueAt == dueAt else { throw AlertStepOutOfTurn(words: "is escalated from another time than it was due") }
            (escalations, dueAt, isLadderEnded) = (level, nextDueAt, isLast)
            self.audience = audience
        case .followedUp(let found):
            guard review?.completedAt != nil, status != .withdrawn else { throw outOfTurn("followed up") }
            guard followUp == nil else { throw AlertStepOutOfTurn(words: "is followed up twice") }
            (followUp, followedUpAt) = (found, time)
        }
    }

    private func outOfTurn(_ done: String) -> AlertStepOutOfTurn {
        AlertStepOutOfTurn(words: "is \(done) when it is \(status.rawValue)")
    }

    private mutating func assign(_ assignment: AlertAssignment) throws(AlertStepOutOfTurn) {
        guard status.isOpen else { throw outOfTurn("assigned") }
        guard assignment.number == assignments + 1 else {
            throw AlertStepOutOfTurn(words: "is assigned a time \(assignment.number) after \(assignments)")
        }
        guard assignment.from == owner else { throw AlertStepOutOfTurn(words: "is taken from somebody who does not own it") }
        assignments = assignment.number
        owner = assignment.to
    }

    private mutating func enter(_ entry: ReviewEntry, by actor: String, at time: Timestamp) throws(AlertStepOutOfTurn) {
        guard let course = raising.subject.course, let rating = raising.subject.rating else {
            throw AlertStepOutOfTurn(words: "is reviewed, and is about no rating")
        }
        do throws(SupportRefusal) {
            switch entry {
            case .started(let tree):
                guard review == nil else { throw SupportRefusal.alreadyCompleted }
                let opening = SupportOpening(
                    alert: id, course: course, rating: rating, treeVersion: tree, by: actor, at: time)
                review = try SupportReview(opening, tree: .standard)
                status = .inReview
                // Whoever begins to look into it has taken note of it.
                acknowledgement = acknowledgement ?? Answer(actor: actor, at: time)
            case .answered(let question, let answer): try apply(.answered(question, answer), by: actor, at: time)
            case .actionChosen(let action): try apply(.actionChosen(action), by: actor, at: time)
            case .discussed(let day): discussedOn = day
            case .completed: try apply(.completed, by: actor, at: time)
            }
        } catch {
            throw AlertStepOutOfTurn(words: "is reviewed otherwise than the support tool allows", refusal: error)
        }
    }

    private mutating func apply(
        _ content: SupportReviewEvent.Content, by actor: String, at time: Timestamp
    ) throws(SupportRefusal) {
        // The first entry starts a review, so that there is none without.
        guard let review else { throw .otherTree(named: "", given: SupportTree.standard.version) }
        self.review = try review.applying(SupportReviewEvent(content, by: actor, at: time))
    }
}

/// A step that cannot follow those before it.
public struct AlertStepOutOfTurn: Error, Hashable, Sendable {
    /// What is wrong with it, to go behind the alert's name: "is resolved when it is superseded".
    public let words: String
    /// Where the support tool refuses it: why.
    public let refusal: SupportRefusal?

    init(words: String, refusal: SupportRefusal? = nil) {
        self.words = words
        self.refusal = refusal
    }
}
