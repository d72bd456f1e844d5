import AlertBook
import Contracts
import Domain

/// The values of `Template.alert`.
struct AlertPage {
    let alert: Alert
    let life: AlertLife
    let seen: SeenAlert
    let policy: SitePolicy
    let words: Words

    var values: [String: Any] {
        var values: [String: Any] = [
            "path": "/alerts/\(alert.id)", "gravity": Gravity(alert.kind).rawValue, "code": CodeName.text(of: alert.episode),
            "episode": "/episodes/\(alert.episode)", "facts": facts, "isOpen": alert.status.isOpen,
            "isOverdue": alert.isOverdue(at: seen.now), "canAcknowledge": alert.status.isUnanswered,
            "colleagues": seen.colleagues.filter { $0 != alert.clinician },
            "hasColleagues": seen.colleagues.contains { $0 != alert.clinician },
            "reasons": policy.alerts.handling.reasons.map { ["id": $0.id.text, "title": words.reason($0)] },
            "needsReview": policy.alerts.handling.reviewedKinds.contains(alert.kind) && alert.reviewedAt == nil,
            "today": policy.zone.day(at: seen.now).description,
        ]
        if alert.rating != nil, alert.status.isOpen || life.review != nil {
            values["review"] = ReviewPart(life: life, isOpen: alert.status.isOpen, words: words).values
        }
        if let rule = SignalRule(name: alert.rule) {
            values["rule"] = ["statement": rule.evidence.statement, "source": rule.evidence.evidence.source]
        }
        return values
    }

    private var facts: [[String: String]] {
        var facts: [(String, String)] = [
            (words["alerts.column.status"], words.status(alert.status.rawValue)),
            (words["alerts.column.owner"], alert.clinician), (words["alerts.column.raised"], time(alert.raisedAt)),
        ]
        if alert.status.isOpen { facts.append((words["alerts.column.due"], time(alert.dueAt))) }
        if let told = seen.told { facts.append((words["alert.told"], time(told))) }
        if let opening = alert.opening { facts.append((words["alert.opened"], who(opening.actor, opening.at))) }
        if let answer = alert.acknowledgement { facts.append((words["alert.acknowledged"], who(answer.actor, answer.at))) }
        if let audience = alert.audience { facts.append((words["alert.escalated"], audience.rawValue)) }
        if let closing = alert.closing { facts.append((words["alert.closed"], who(closing.actor ?? "–", closing.at))) }
        return facts.map { ["name": $0.0, "value": $0.1] }
    }

    private func time(_ time: Timestamp) -> String { words.time(time, in: policy.zone) }
    private func who(_ actor: String, _ at: Timestamp) -> String { words("alert.by", ["who": actor, "time": time(at)]) }

    /// The first acknowledgement stands: whoever was second is told whose it is.
    func acknowledgementNotice(of subject: String) -> String {
        guard let first = alert.acknowledgement, first.actor != subject else { return words["alert.done.acknowledgement"] }
        return words("alert.done.second", ["who": first.actor, "time": time(first.at)])
    }

    /// Why an answer was not taken.
    func refusal(_ refusal: AlertRefusal) -> String {
        switch refusal {
        case .unknown, .notAtYourSites: words["fault.notFound.text"]
        case .closed(let alert):
            words("alert.refused.closed", ["who": alert.closing?.actor ?? "–", "status": words.status(alert.status.rawValue)])
        case .superseded: words["alert.refused.superseded"]
        case .reviewMissing: words["alert.refused.reviewMissing"]
        case .nothingToReview: words["alert.refused.nothingToReview"]
        case .unknownReason: words["alert.refused.unknownReason"]
        case .dayInFuture: words["alert.refused.dayInFuture"]
        case .review(let refusal):
            switch refusal {
            case .answerOutOfOrder: words["alert.refused.answered"]
            case .alreadyCompleted: words["alert.refused.completed"]
            default: words["alert.refused.review"]
            }
        }
    }
}

/// The support tool as a guided form: one question at a time, then what could help.
struct ReviewPart {
    let life: AlertLife
    let isOpen: Bool
    let words: Words

    var values: [String: Any] {
        let tree = life.review?.tree ?? .standard
        let next = life.review.map(\.nextQuestion) ?? tree.branches[0].questions[0].id
        let isRunning = isOpen && life.review?.completedAt == nil
        var values: [String: Any] = [
            "isRunning": isRunning, "answers": answers, "hasAnswers": !answers.isEmpty,
            "chosen": (life.review?.actions ?? []).map { words.action($0, in: tree) },
            "hasChosen": !(life.review?.actions ?? []).isEmpty,
            "discussedOn": life.discussedOn.map(words.day) ?? "", "isDiscussed": life.discussedOn != nil,
            "completed": life.review?.completedAt.map { words.day($0.day) } ?? "", "isCompleted": life.review?.completedAt != nil,
        ]
        if isRunning, let next, let question = tree.question(next) {
            values["question"] = [
                "id": next.text, "text": words.question(question),
                "answers": SupportAnswer.allCases.map { ["value": $0.rawValue, "name": words.answer($0)] },
            ] as [String: Any]
        }
        if isRunning, let review = life.review {
            let offered = review.tree.branches.filter { review.findings[$0.domain] != nil }.flatMap(\.actions)
                .filter { !review.actions.contains($0.id) }
            values["offered"] = offered.map { ["id": $0.id.text, "text": words.action($0.id, in: tree)] }
            values["hasOffered"] = !offered.isEmpty
            values["canComplete"] = !review.actions.isEmpty
        }
        return values
    }

    private var answers: [[String: String]] {
        guard let review = life.review else { return [] }
        return review.events.compactMap { event in
            guard case .answered(let id, let answer) = event.content, let question = review.tree.question(id) else { return nil }
            return ["question": words.question(question), "answer": words.answer(answer), "by": event.by]
        }
    }
}
