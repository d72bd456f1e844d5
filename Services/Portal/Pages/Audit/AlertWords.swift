import Contracts
import Domain

/// The life of an alert in plain words.
struct AlertWords {
    let words: Words

    func line(_ event: AlertEvent) -> EventWords.Line {
        EventWords.Line(actor: actor(event.step), what: what(event))
    }

    func kind(_ kind: AlertKind) -> String { words["audit.kind.\(WordKey.camel(kind.rawValue))"] }

    private func actor(_ step: AlertStep) -> String {
        switch step {
        case .opened(let actor), .acknowledged(let actor), .reviewEntered(_, let actor, _), .resolved(let actor, _, _),
            .withdrawn(let actor, _):
            actor
        case .assigned(let assignment): assignment.actor ?? words["audit.event.attune"]
        case .raised, .superseded, .escalated, .followedUp: words["audit.event.attune"]
        }
    }

    private func what(_ event: AlertEvent) -> String {
        let values = ["alert": CodeName.text(of: event.alert), "kind": kind(event.kind)]
        func said(_ key: String, _ more: [String: String] = [:]) -> String {
            words("audit.alert.\(key)", values.merging(more) { own, _ in own })
        }
        return switch event.step {
        case .raised(let raising): said("raised", ["due": words.time(raising.dueAt, in: .utc)])
        case .opened: said("opened")
        case .acknowledged: said("acknowledged")
        case .assigned(let assignment): said("assigned", ["from": assignment.from, "to": assignment.to])
        case .reviewEntered(let number, _, let entry):
            said("review", ["number": words.integer(number), "entry": words["audit.review.\(name(entry))"]])
        case .resolved(_, let outcome, let reason):
            said("resolved", ["outcome": reason?.text ?? words["audit.outcome.\(WordKey.camel(outcome.rawValue))"]])
        case .superseded(_, let reason):
            said("superseded", ["reason": words["audit.superseded.\(WordKey.camel(reason.rawValue))"]])
        case .withdrawn(_, let reason):
            said("withdrawn", ["reason": words["audit.alertWithdrawn.\(WordKey.camel(reason.rawValue))"]])
        case .escalated(let level, _, let dueAt, _, _):
            said("escalated", ["level": words.integer(level), "due": words.time(dueAt, in: .utc)])
        case .followedUp(let followUp):
            said("followedUp", ["effect": words["audit.effect.\(WordKey.camel(followUp.effect.rawValue))"]])
        }
    }

    private func name(_ entry: ReviewEntry) -> String {
        switch entry {
        case .started: "started"
        case .answered: "answered"
        case .actionChosen: "actionChosen"
        case .discussed: "discussed"
        case .completed: "completed"
        }
    }
}
