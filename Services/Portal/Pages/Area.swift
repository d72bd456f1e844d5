import ServiceKit

/// The parts of the portal, as the navigation shows them.
enum Area: String, CaseIterable, Sendable {
    case my, looks, caseload, alerts, reflection, supervision, network, audit, operations

    var path: String {
        switch self {
        case .my: "/my"
        case .looks: "/my/looks"
        default: "/\(rawValue)"
        }
    }

    /// What one does there: who may, finds it in the navigation.
    var action: Action {
        switch self {
        case .my, .looks: .seeOwnCourse
        case .caseload: .seeCaseload
        case .alerts: .seeAlerts
        case .reflection: .seeOwnPractice
        case .supervision: .supervise
        case .network: .seeFigures
        case .audit: .audit
        case .operations: .operate
        }
    }

    /// Those of a visitor.
    static func all(of visitor: Visitor) -> [Area] { allCases.filter { visitor.role(among: $0.action.roles) != nil } }

    /// Where a visitor begins.
    static func home(of visitor: Visitor) -> String {
        let order: [Area] = [.caseload, .supervision, .network, .audit, .operations, .my]
        return order.first { visitor.role(among: $0.action.roles) != nil }?.path ?? "/welcome"
    }
}
