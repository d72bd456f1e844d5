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

    /// Who finds it in the navigation, and may open it. The first that a visitor has is the one they look as.
    var roles: [Role] {
        switch self {
        case .my, .looks: [.client]
        case .caseload: [.clinician]
        case .alerts: [.clinician, .supervisor, .siteAdmin]
        case .reflection: [.clinician]
        case .supervision: [.supervisor]
        case .network: [.siteAdmin, .networkAdmin]
        case .audit: [.auditor]
        case .operations: [.operator]
        }
    }

    /// Those of a visitor.
    static func all(of visitor: Visitor) -> [Area] { allCases.filter { visitor.role(among: $0.roles) != nil } }

    /// Where a visitor begins.
    static func home(of visitor: Visitor) -> String {
        let order: [Area] = [.caseload, .supervision, .network, .audit, .operations, .my]
        return order.first { visitor.role(among: $0.roles) != nil }?.path ?? "/welcome"
    }
}
