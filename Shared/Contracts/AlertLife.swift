public import Domain

/// An alert as its events tell it, one after the other: its newest state.
///
/// Alerting keeps a row that says the same; whoever checks, rebuilds or replays alerts gets there by this fold.
public struct AlertLife: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case raised, acknowledged, resolved, superseded

        /// Whether somebody still has to answer for it.
        public var isOpen: Bool { self == .raised || self == .acknowledged }
    }

    /// Who answered, and when.
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
        /// Raw value of `AlertOutcome` or `SupersededReason`.
        public let outcome: String

        public init(actor: String?, at: Timestamp, outcome: String) {
            self.actor = actor
            self.at = at
            self.outcome = outcome
        }
    }

    public let id: AlertID
    public let kind: AlertKind
    public let raising: AlertRaising
    public let raisedAt: Timestamp
    public private(set) var status = Status.raised
    /// By when somebody must answer.
    public private(set) var dueAt: Timestamp
    /// How often it was passed on because nobody answered in time.
    public private(set) var escalations = 0
    public private(set) var acknowledgement: Answer?
    /// Nil while the alert is open.
    public private(set) var closing: Closing?

    public init(_ id: AlertID, _ kind: AlertKind, _ raising: AlertRaising, at time: Timestamp) {
        self.id = id
        self.kind = kind
        self.raising = raising
        raisedAt = time
        dueAt = raising.dueAt
    }

    /// Takes the next step.
    /// - Throws: where it cannot be the next one; nothing has changed then.
    public mutating func take(_ step: AlertStep, at time: Timestamp) throws(AlertStepOutOfTurn) {
        switch step {
        case .raised:
            throw AlertStepOutOfTurn(words: "is raised twice")
        case .acknowledged(let actor):
            guard status == .raised else { throw AlertStepOutOfTurn(words: "is acknowledged when it is \(status.rawValue)") }
            status = .acknowledged
            acknowledgement = Answer(actor: actor, at: time)
        case .resolved(let actor, let outcome):
            guard status.isOpen else { throw AlertStepOutOfTurn(words: "is resolved when it is \(status.rawValue)") }
            status = .resolved
            // Resolving also acknowledges.
            acknowledgement = acknowledgement ?? Answer(actor: actor, at: time)
            closing = Closing(actor: actor, at: time, outcome: outcome.rawValue)
        case .superseded(_, let reason):
            guard status.isOpen else { throw AlertStepOutOfTurn(words: "is superseded when it is \(status.rawValue)") }
            status = .superseded
            closing = Closing(actor: nil, at: time, outcome: reason.rawValue)
        case .escalated(let level, let wasDueAt, let nextDueAt):
            guard status == .raised else { throw AlertStepOutOfTurn(words: "is escalated when it is \(status.rawValue)") }
            guard level == escalations + 1 else {
                throw AlertStepOutOfTurn(words: "is escalated to level \(level) from level \(escalations)")
            }
            guard wasDueAt == dueAt else { throw AlertStepOutOfTurn(words: "is escalated from another time than it was due") }
            (escalations, dueAt) = (level, nextDueAt)
        }
    }
}

/// A step that cannot follow those before it.
public struct AlertStepOutOfTurn: Error, Hashable, Sendable {
    /// What is wrong with it, to go behind the alert's name: "is resolved when it is superseded".
    public let words: String
}
