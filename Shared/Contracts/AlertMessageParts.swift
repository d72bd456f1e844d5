import Domain
import SwiftProtobuf

extension Attune_V1_AlertOutcome {
    init(_ outcome: AlertOutcome) {
        self =
            switch outcome {
            case .discussedWithClient: .discussedWithClient
            case .planChanged: .planChanged
            case .referred: .referred
            case .noActionNeeded: .noActionNeeded
            }
    }
}

extension AlertOutcome {
    init(_ message: Attune_V1_AlertOutcome) throws(MalformedEvent) {
        switch message {
        case .discussedWithClient: self = .discussedWithClient
        case .planChanged: self = .planChanged
        case .referred: self = .referred
        case .noActionNeeded: self = .noActionNeeded
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "resolved.outcome", problem: "not a known outcome")
        }
    }
}

extension Attune_V1_SupersededReason {
    init(_ reason: SupersededReason) {
        self =
            switch reason {
            case .courseChanged: .courseChanged
            case .graverAlert: .graverAlert
            case .episodeClosed: .episodeClosed
            case .noLongerMissing: .noLongerMissing
            }
    }
}

extension SupersededReason {
    init(_ message: Attune_V1_SupersededReason) throws(MalformedEvent) {
        switch message {
        case .courseChanged: self = .courseChanged
        case .graverAlert: self = .graverAlert
        case .episodeClosed: self = .episodeClosed
        case .noLongerMissing: self = .noLongerMissing
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "superseded.reason", problem: "not a known reason")
        }
    }
}

extension Attune_V1_AssignmentReason {
    init(_ reason: AssignmentReason) {
        self =
            switch reason {
            case .handedOver: .handedOver
            case .clinicianLeft: .clinicianLeft
            case .episodeTransferred: .episodeTransferred
            }
    }
}

extension AssignmentReason {
    init(_ message: Attune_V1_AssignmentReason) throws(MalformedEvent) {
        switch message {
        case .handedOver: self = .handedOver
        case .clinicianLeft: self = .clinicianLeft
        case .episodeTransferred: self = .episodeTransferred
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "assigned.reason", problem: "not a known reason")
        }
    }
}

extension Attune_V1_WithdrawalReason {
    init(_ reason: WithdrawalOfAlert) {
        self =
            switch reason {
            case .ratingWithdrawn: .ratingWithdrawn
            case .wrongClient: .wrongClient
            case .enteredAsTest: .enteredAsTest
            }
    }
}

extension WithdrawalOfAlert {
    init(_ message: Attune_V1_WithdrawalReason) throws(MalformedEvent) {
        switch message {
        case .ratingWithdrawn: self = .ratingWithdrawn
        case .wrongClient: self = .wrongClient
        case .enteredAsTest: self = .enteredAsTest
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "withdrawn.reason", problem: "not a known reason")
        }
    }
}

extension Attune_V1_AlertUrgency {
    init(_ value: AlertUrgency?) {
        self =
            switch value {
            case .now: .now
            case .withinHours: .withinHours
            case .digest: .digest
            case nil: .unspecified
            }
    }
}

extension Optional<AlertUrgency> {
    init(_ message: Attune_V1_AlertUrgency) throws(MalformedEvent) {
        switch message {
        case .now: self = .now
        case .withinHours: self = .withinHours
        case .digest: self = .digest
        case .unspecified: self = nil
        case .UNRECOGNIZED: throw MalformedEvent(field: "raised.urgency", problem: "not known")
        }
    }
}

extension Attune_V1_AlertAudience {
    init(_ value: AlertAudience?) {
        self =
            switch value {
            case .clinician: .clinician
            case .supervisor: .supervisor
            case .dutyDesk: .dutyDesk
            case nil: .unspecified
            }
    }
}

extension Optional<AlertAudience> {
    init(_ message: Attune_V1_AlertAudience) throws(MalformedEvent) {
        switch message {
        case .clinician: self = .clinician
        case .supervisor: self = .supervisor
        case .dutyDesk: self = .dutyDesk
        case .unspecified: self = nil
        case .UNRECOGNIZED: throw MalformedEvent(field: "escalated.audience", problem: "not known")
        }
    }
}

extension Attune_V1_AlertReviewEntered.OneOf_Entry {
    init(_ entry: ReviewEntry) {
        self =
            switch entry {
            case .started(let tree): .started(tree)
            case .answered(let question, let answer):
                .answered(.with {
                    $0.question = question.text
                    $0.answer = answer.rawValue
                })
            case .actionChosen(let action): .actionChosen(action.text)
            case .discussed(let day): .discussedOn(Int32(day.daysSinceEpoch))
            case .completed: .completed(.init())
            }
    }
}

extension ReviewEntry {
    init(_ message: Attune_V1_AlertReviewEntered.OneOf_Entry) throws(MalformedEvent) {
        switch message {
        case .started(let tree): self = .started(tree: tree)
        case .answered(let message):
            guard let question = SupportQuestionID(message.question), let answer = SupportAnswer(rawValue: message.answer)
            else { throw MalformedEvent(field: "review_entered.answered", problem: "not a question's name and an answer") }
            self = .answered(question, answer)
        case .actionChosen(let name):
            guard let action = SupportActionID(name) else {
                throw MalformedEvent(field: "review_entered.action_chosen", problem: "not an action's name")
            }
            self = .actionChosen(action)
        case .discussedOn(let day): self = .discussed(CalendarDay(daysSinceEpoch: Int(day)))
        case .completed: self = .completed
        }
    }
}
