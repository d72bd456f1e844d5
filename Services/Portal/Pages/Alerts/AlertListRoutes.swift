import Contracts
import Domain
import Hummingbird
import Persistence
import ServiceKit

/// The alert inbox.
///
/// - `GET /alerts?show=mine|site|closed`: `part=list` gives the list alone, for a page that keeps itself up to date
/// - `GET /alerts/live`: server-sent events, one whenever the list should be asked for again
struct AlertListRoutes: Sendable {
    private static let mostAlerts = 200

    let parts: PageParts
    let watch: AlertWatch

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("alerts", use: list)
        routes.get("alerts/live", use: live)
    }

    /// What of the inbox somebody wants to see.
    enum Show: String, CaseIterable, Sendable { case mine, site, closed }

    private func list(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .seeAlerts)
        let show = request.uri.queryParameters["show"].flatMap { Show(rawValue: String($0)) } ?? (role == .clinician ? .mine : .site)
        let subject = visitor.subject
        let (alerts, now) = try await parts.data.look(.alerts, by: visitor, as: role) { connection, looks in
            let alerts = try Self.alerts(show, of: subject, on: connection)
            for alert in alerts { looks.note(alert.episode, at: alert.site) }
            return (alerts, looks.now)
        }
        let words = parts.pages.words(context)
        var values = AlertListPage(alerts: alerts, show: show, now: now, words: words, zone: zone).values
        if request.uri.queryParameters["part"] == "list" {
            return Pages.html(parts.pages.part(.alertList, values, context))
        }
        values["isLive"] = show != .closed
        return parts.pages.page(.alerts, title: words["alerts.title"], in: .alerts, values, context)
    }

    private func live(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, _) = try context.visitor(to: .seeAlerts)
        return LiveEvents.response(of: await watch.changes(at: visitor.caller.sites))
    }

    private func zone(_ site: SiteID) -> ZoneOffsets { parts.policy(site).zone }

    private static func alerts(_ show: Show, of subject: String, on connection: Connection) throws -> [OpenAlert] {
        let limit = Parameter.int64(Int64(mostAlerts))
        let rows =
            switch show {
            case .mine: try connection.run(selectMine, [.text(subject), limit])
            case .site: try connection.run(selectOpen, [limit])
            case .closed: try connection.run(selectClosed, [limit])
            }
        let alerts = try rows.compactMap { try OpenAlert($0) }
        return show == .closed ? alerts : alerts.sorted(by: OpenAlert.graver)
    }

    private static let columns = """
        alert_id, episode_id, site, kind, status, clinician, raised_at, due_at, first_due_at, acknowledged_by
        """
    private static let selectMine = Statement(
        """
        select \(columns) from published.portal_alert
        where site = any (published.scope_sites()) and clinician = $1
          and status in ('raised', 'opened', 'acknowledged', 'in_review') order by alert_id limit $2
        """)
    private static let selectOpen = Statement(
        """
        select \(columns) from published.portal_alert
        where site = any (published.scope_sites()) and status in ('raised', 'opened', 'acknowledged', 'in_review')
        order by site, clinician, alert_id limit $1
        """)
    private static let selectClosed = Statement(
        """
        select \(columns) from published.portal_alert
        where site = any (published.scope_sites()) and status in ('resolved', 'superseded', 'withdrawn')
        order by raised_at desc limit $1
        """)
}

/// The values of `Template.alerts` and `Template.alertList`.
struct AlertListPage {
    let alerts: [OpenAlert]
    let show: AlertListRoutes.Show
    let now: Timestamp
    let words: Words
    let zone: (SiteID) -> ZoneOffsets

    var values: [String: Any] {
        [
            "alerts": alerts.map(values), "isEmpty": alerts.isEmpty, "address": "/alerts?show=\(show.rawValue)",
            "count": words("alerts.count", count: alerts.count),
            "choices": AlertListRoutes.Show.allCases.map {
                ["path": "/alerts?show=\($0.rawValue)", "name": choice($0), "isHere": $0 == show] as [String: Any]
            },
        ]
    }

    private func choice(_ show: AlertListRoutes.Show) -> String {
        switch show {
        case .mine: words["alerts.show.mine"]
        case .site: words["alerts.show.site"]
        case .closed: words["alerts.show.closed"]
        }
    }

    private func values(_ alert: OpenAlert) -> [String: Any] {
        let due = words.time(alert.dueAt, in: zone(alert.site))
        let isOverdue = show != .closed && alert.isOverdue(at: now)
        return [
            "path": "/alerts/\(alert.id)", "kind": words.kind(alert.kind), "gravity": Gravity(alert.kind).rawValue,
            "code": CodeName.text(of: alert.episode), "episode": "/episodes/\(alert.episode)", "site": alert.site.text,
            "clinician": alert.clinician, "status": words.status(alert.status), "isOverdue": isOverdue,
            "raised": words.time(alert.raisedAt, in: zone(alert.site)),
            "due": isOverdue ? words("alerts.overdue", ["time": due]) : due,
        ]
    }
}

extension Words {
    /// How far an alert has come.
    func status(_ status: String) -> String {
        switch status {
        case "raised": self["alerts.status.raised"]
        case "opened": self["alerts.status.opened"]
        case "acknowledged": self["alerts.status.acknowledged"]
        case "in_review": self["alerts.status.inReview"]
        case "resolved": self["alerts.status.resolved"]
        case "superseded": self["alerts.status.superseded"]
        case "withdrawn": self["alerts.status.withdrawn"]
        default: status
        }
    }
}
