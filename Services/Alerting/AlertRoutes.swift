import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Persistence
import ServiceKit

/// The HTTP side: list, read, acknowledge, resolve.
///
/// - `GET /v1/alerts?site=&status=open|raised|acknowledged|resolved|superseded|all&episode=&before=&limit=`
/// - `GET /v1/alerts/{id}`
/// - `POST /v1/alerts/{id}/acknowledgement` (no body)
/// - `POST /v1/alerts/{id}/resolution` with `{"outcome": "discussed_with_client" | "plan_changed" | "referred" | "no_action_needed"}`
struct AlertRoutes {
    static let readers: Set<Role> = [.clinician, .supervisor, .siteAdmin, .networkAdmin, .auditor, .operator]
    static let answerers: Set<Role> = [.clinician, .supervisor, .siteAdmin]
    private static let largestPage = 500

    let pool: ConnectionPool

    func add(to http: ServiceHTTP) {
        let reading = http.authenticated("v1/alerts", roles: Self.readers)
        reading.get(use: list)
        reading.get(":alert", use: read)
        let answering = http.authenticated("v1/alerts", roles: Self.answerers)
        answering.post(":alert/acknowledgement", use: acknowledge)
        answering.post(":alert/resolution", use: resolve)
    }

    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = request.uri.queryParameters
        var sites = context.caller.sites.listed
        if let text = query["site"] {
            guard let site = SiteID(text) else { throw Problem.badRequest("site: not a site name") }
            try context.caller.requireSite(site)
            sites = [site]
        }
        let statuses = try Self.statuses(query["status"].map(String.init) ?? "open")
        let episode = try query["episode"].map { text in
            guard let id = EpisodeID(text) else { throw Problem.badRequest("episode: not a UUID") }
            return id
        }
        let before = try query["before"].map { text in
            guard let time = Timestamp(text) else { throw Problem.badRequest("before: not an RFC 3339 time") }
            return time
        }
        let limit = try query["limit"].map { text in
            guard let limit = Int(text), (1...Self.largestPage).contains(limit) else {
                throw Problem.badRequest("limit: not a number from 1 to \(Self.largestPage)")
            }
            return limit
        } ?? 100
        let chosen = sites
        let alerts = try await pool.with {
            try AlertStore.list(
                sites: chosen, statuses: statuses, episode: episode, before: before, limit: limit, on: $0)
        }
        return JSON.object([.init("alerts", .array(alerts.map(\.json)))]).response()
    }

    private func read(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        let alert = try await pool.with { try AlertStore.find(id, on: $0) }
        guard let alert, caller.sites.includes(alert.site) else { throw Problem.notFound }
        return alert.json.response()
    }

    private func acknowledge(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        return try await pool.with { try AlertAnswers.acknowledge(id, by: caller, on: $0) }.json.response()
    }

    private func resolve(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        let outcome = try await request.json().object(["outcome"])["outcome"].choice(AlertOutcome.self)
        return try await pool.with { try AlertAnswers.resolve(id, as: outcome, by: caller, on: $0) }.json.response()
    }

    private static func statuses(_ text: String) throws -> [Alert.Status] {
        switch text {
        case "open": return [.raised, .acknowledged]
        case "all": return Alert.Status.allCases
        default:
            guard let status = Alert.Status(rawValue: text) else {
                throw Problem.badRequest("status: not open, all, raised, acknowledged, resolved or superseded")
            }
            return [status]
        }
    }
}

extension Alert {
    var json: JSON {
        [
            "alertId": .text(id), "episodeId": .text(episode), "site": .text(site), "kind": .string(kind.rawValue),
            "status": .string(status.rawValue), "rule": .string(rule), "ratingId": .text(rating),
            "participantId": .text(participant), "instrument": .text(instrument), "clinician": .string(clinician),
            "causeEventId": .text(cause), "raisedAt": .text(raisedAt), "dueAt": .text(dueAt),
            "escalationLevel": .integer(escalationLevel), "acknowledgedBy": .text(acknowledgement?.actor),
            "acknowledgedAt": .text(acknowledgement?.at), "closedBy": .text(closing?.actor),
            "closedAt": .text(closing?.at), "closedAs": .text(closing?.outcome),
        ]
    }
}
