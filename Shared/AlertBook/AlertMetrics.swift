package import Contracts
package import Domain
import Metrics
package import ServiceKit

package enum AlertMetrics {
    package static let descriptions = [
        MetricDescription(
            .counter, "attune_alerting_steps_total", "Steps of alerts, by kind of alert.", labels: ["step", "kind"]),
        MetricDescription(
            .counter, "attune_alerting_round_episodes_total", "Open episodes looked at by daily rounds."),
    ]

    /// Makes the series that rules ask for, so that their first increase is seen as one.
    package static func start() {
        for kind in AlertKind.allCases {
            for step in [StepLabel.raised, .escalated] { _ = steps(step, kind) }
        }
    }

    package static func count(_ step: AlertStep, _ kind: AlertKind) { steps(StepLabel(step), kind).increment() }

    private static func steps(_ step: StepLabel, _ kind: AlertKind) -> Counter {
        Counter(label: "attune_alerting_steps_total", dimensions: [("step", step.rawValue), ("kind", kind.rawValue)])
    }
}

/// The values of the label `step`.
private enum StepLabel: String {
    case raised, opened, acknowledged, resolved, superseded, assigned, withdrawn, escalated
    case reviewEntered = "review_entered"
    case followedUp = "followed_up"

    init(_ step: AlertStep) {
        self =
            switch step {
            case .raised: .raised
            case .opened: .opened
            case .acknowledged: .acknowledged
            case .resolved: .resolved
            case .superseded: .superseded
            case .assigned: .assigned
            case .reviewEntered: .reviewEntered
            case .withdrawn: .withdrawn
            case .escalated: .escalated
            case .followedUp: .followedUp
            }
    }
}
