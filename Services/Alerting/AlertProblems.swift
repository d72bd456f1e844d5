import AlertBook
import Contracts
import Domain
import HTTPTypes
import ServiceKit

extension Problem {
    init(_ refusal: AlertRefusal) {
        self =
            switch refusal {
            case .unknown: .notFound
            case .notAtYourSites: AlertProblems.notAtYourSites
            case .closed(let alert): AlertProblems.closed(alert)
            case .superseded(let alert, let successor): AlertProblems.superseded(alert, by: successor)
            case .reviewMissing(let alert): AlertProblems.reviewMissing(alert)
            case .nothingToReview: AlertProblems.nothingToReview
            case .unknownReason(let reasons): AlertProblems.unknownReason(reasons)
            case .dayInFuture:
                .invalidContent([FieldError(pointer: "/discussedOn", detail: "must not be in the future")])
            case .review(let refusal): AlertProblems.review(refusal)
            }
    }
}

private enum AlertProblems {
    static func closed(_ alert: Alert) -> Problem {
        .conflict(
            "alert-closed", title: "The alert is closed",
            detail: "It was \(alert.status.rawValue) (\(alert.closing?.outcome ?? "")); list the open alerts of the episode.")
    }

    static func superseded(_ alert: Alert, by successor: AlertID) -> Problem {
        var problem = Problem.conflict(
            "alert-superseded", title: "Another alert has taken its place",
            detail: "It was superseded (\(alert.closing?.outcome ?? "")); answer alert \(successor).")
        problem.members = [.init("currentAlertId", .text(successor))]
        return problem
    }

    /// 403, the same for an alert of another site and for one that does not exist.
    static let notAtYourSites = Problem(
        "other-site", .forbidden, title: "Your access does not extend to this alert",
        detail: "It is at none of your sites, or there is no such alert.")

    static func reviewMissing(_ alert: Alert) -> Problem {
        .conflict(
            "review-required", title: "The alert has not been reviewed",
            detail: "The site closes \(alert.kind.rawValue) alerts only after a finished support review: "
                + "POST /v1/alerts/\(alert.id)/review.")
    }

    static let nothingToReview = Problem.conflict(
        "nothing-to-review", title: "The alert is about no rating",
        detail: "A support review looks at a course. Enter the missing measure, or close the alert for one of the site's reasons.")

    static func unknownReason(_ reasons: [AlertReason]) -> Problem {
        .invalidContent([
            FieldError(
                pointer: "/outcome", detail: "must be one of the site's reasons: " + reasons.map(\.id.text).joined(separator: ", "))
        ])
    }

    static func review(_ refusal: SupportRefusal) -> Problem {
        let detail =
            switch refusal {
            case .otherTree(let named, let given): "The review was begun with tree \(named); this service has \(given)."
            case .nobodyNamed: "Everything in a review has somebody who did it."
            case .answerOutOfOrder(let expected?, let given): "\(given) is not asked now; answer \(expected) next."
            case .answerOutOfOrder(nil, let given): "\(given) is not asked now; every question has been answered."
            case .unknownAction(let action): "The tree has no action \(action)."
            case .domainNotAnswered(let domain): "Actions on \(domain.rawValue) are chosen after its questions."
            case .actionAlreadyChosen(let action): "\(action) has been chosen."
            case .noActionChosen: "Choose an action before finishing."
            case .questionsLeft(let next): "Nothing has been found yet; answer \(next) next."
            case .alreadyCompleted: "The review is finished."
            case .beforeLastEntry: "An entry cannot stand before the last one."
            }
        return .conflict("review-refused", title: "The support review does not allow this now", detail: detail)
    }
}
