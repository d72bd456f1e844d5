import AlertBook
import Contracts
import Domain
import ServiceKit

extension Alert {
    var json: JSON { .object(members) }

    var members: [JSON.Member] {
        [
            .init("alertId", .text(id)), .init("episodeId", .text(episode)), .init("site", .text(site)),
            .init("kind", .string(kind.rawValue)), .init("status", .string(status.rawValue)),
            .init("urgency", .text(urgency?.rawValue)), .init("rule", .string(rule)), .init("ratingId", .text(rating)),
            .init("sessionId", .text(session)),
            .init("participantId", .text(participant)), .init("instrument", .text(instrument)),
            .init("clinician", .string(clinician)), .init("causeEventId", .text(cause)),
            .init("raisedAt", .text(raisedAt)), .init("firstDueAt", .text(firstDueAt)), .init("dueAt", .text(dueAt)),
            .init("escalationLevel", .integer(escalationLevel)), .init("escalatedTo", .text(audience?.rawValue)),
            .init("openedBy", .text(opening?.actor)), .init("openedAt", .text(opening?.at)),
            .init("acknowledgedBy", .text(acknowledgement?.actor)), .init("acknowledgedAt", .text(acknowledgement?.at)),
            .init("reviewedAt", .text(reviewedAt)), .init("followedUpAt", .text(followedUpAt)),
            .init("closedBy", .text(closing?.actor)),
            .init("closedAt", .text(closing?.at)), .init("closedAs", .text(closing?.outcome)),
            .init("closedFor", .text(closing?.reason)),
        ]
    }
}

/// A support review for its reader: what was said and chosen so far, and what can be said next.
struct ReviewDocument {
    let life: AlertLife

    /// Before the first entry.
    static let beginning: JSON = [
        "tree": .string(SupportTree.standard.version), "nextQuestion": question(SupportTree.standard.branches[0].questions[0].id),
    ]

    var json: JSON {
        guard let review = life.review else {
            return ["alertId": .text(life.id), "entries": 0, "review": Self.beginning]
        }
        return [
            "alertId": .text(life.id), "entries": .integer(life.reviewEntries),
            "review": [
                "tree": .string(review.tree.version), "startedBy": .string(review.opening.by),
                "startedAt": .text(review.opening.at), "answers": .array(review.events.compactMap(Self.answer)),
                "nextQuestion": review.nextQuestion.map(Self.question) ?? .null,
                "needAttention": .array(review.domainsNeedingAttention.map { .string($0.rawValue) }),
                "withoutAction": .array(review.domainsWithoutAction.map { .string($0.rawValue) }),
                "offered": .array(offered(by: review).map(Self.action)),
                "actions": .array(review.actions.compactMap(review.tree.action).map(Self.action)),
                "discussedOn": .text(life.discussedOn), "completedAt": .text(review.completedAt),
                "followUp": followUp,
            ],
        ]
    }

    /// What the first rating after the review says; null before.
    private var followUp: JSON {
        guard let found = life.followUp else { return .null }
        return [
            "ratingId": .text(found.rating), "effect": .string(found.effect.rawValue),
            "improvement": .integer(found.improvement), "speaksOfDanger": .bool(found.isDangerous),
            "recordedAt": .text(life.followedUpAt),
        ]
    }

    /// Actions that could be chosen now.
    private func offered(by review: SupportReview) -> [SupportAction] {
        if review.completedAt != nil { return [] }
        return review.tree.branches.filter { review.findings[$0.domain] != nil }.flatMap(\.actions)
            .filter { !review.actions.contains($0.id) }
    }

    private static func answer(_ event: SupportReviewEvent) -> JSON? {
        guard case .answered(let question, let answer) = event.content else { return nil }
        return [
            "question": .text(question), "answer": .string(answer.rawValue), "by": .string(event.by), "at": .text(event.at),
        ]
    }

    private static func question(_ id: SupportQuestionID) -> JSON {
        ["id": .text(id), "text": .text(SupportTree.standard.question(id)?.text)]
    }

    private static func action(_ action: SupportAction) -> JSON {
        ["id": .text(action.id), "text": .string(action.text)]
    }
}

/// What somebody enters in a review: exactly one thing.
enum ReviewForm {
    static func entry(_ document: JSONField) throws(FieldError) -> ReviewEntry {
        let form = try document.object(["answer", "action", "discussedOn", "completed"])
        guard form.names.count == 1 else {
            throw document.error("must have exactly one of answer, action, discussedOn and completed")
        }
        if let answer = form.optional("answer") {
            let fields = try answer.object(["question", "answer"])
            return .answered(try fields["question"].name(), try fields["answer"].choice())
        }
        if let action = form.optional("action") { return .actionChosen(try action.name()) }
        if let day = form.optional("discussedOn") { return .discussed(try day.day()) }
        guard try form["completed"].bool() else { throw try form["completed"].error("must be true") }
        return .completed
    }
}
