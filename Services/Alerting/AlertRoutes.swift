import AlertBook
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Persistence
import ServiceKit

/// The HTTP side: what can be read and what can be answered; docs/alerts.md has the life of an alert as a table.
///
/// - `GET /v1/alerts?site=&status=open|STATUS|all&episode=&clinician=&before=&limit=`, newest first
/// - `GET /v1/alerts?overdue=true&site=&limit=`: unanswered past their first due time, longest first
/// - `GET /v1/alerts/{id}`, `GET /v1/alerts/{id}/review`
/// - `POST /v1/alerts/{id}/opening` and `…/acknowledgement` (no body)
/// - `POST /v1/alerts/{id}/assignment` with `{"clinician": "c-07"}`
/// - `POST /v1/alerts/{id}/review` with one of `{"answer": {"question": "alliance.bond", "answer": "no"}}`,
///   `{"action": "alliance.talk"}`, `{"discussedOn": "2026-03-09"}` and `{"completed": true}`
/// - `POST /v1/alerts/{id}/resolution` with `{"outcome": "plan_changed"}`: one of the site's reasons
/// - `POST /v1/alerts/{id}/withdrawal` with `{"reason": "rating_withdrawn" | "wrong_client" | "entered_as_test"}`
/// - `POST /v1/alerts/assignments` with `{"site": "north", "from": "c-01", "to": "c-02"}`: all open ones of a clinician
///
/// Whoever answers for none of the alert's sites gets 403, and the refusal is recorded as an access event.
struct AlertRoutes {
    private static let largestPage = 500

    let reading: ScopedReading
    /// Whose sessions have taken ``AlertAnswers/role``.
    let answering: ConnectionPool
    /// What holds at a site at the moment.
    let policy: @Sendable (SiteID) -> AlertPolicy

    func add(to http: ServiceHTTP) {
        let reading = http.authenticated("v1/alerts", to: .readAlerts)
        reading.get(use: list)
        reading.get(":alert", use: read)
        reading.get(":alert/review", use: readReview)
        let answering = http.authenticated("v1/alerts", to: .answerAlerts)
        answering.post(":alert/opening", use: open)
        answering.post(":alert/acknowledgement", use: acknowledge)
        answering.post(":alert/assignment", use: assign)
        answering.post(":alert/review", use: review)
        answering.post(":alert/resolution", use: resolve)
        let deciding = http.authenticated("v1/alerts", to: .withdrawAlerts)
        deciding.post(":alert/withdrawal", use: withdraw)
        deciding.post("assignments", use: reassign)
    }

    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = request.uri.queryParameters
        var sites = context.caller.sites.listed
        if let text = query["site"] {
            guard let site = SiteID(text) else { throw Problem.badRequest("site: not a site name") }
            try context.caller.requireSite(site)
            sites = [site]
        }
        let limit = try query["limit"].map { text in
            guard let limit = Int(text), (1...Self.largestPage).contains(limit) else {
                throw Problem.badRequest("limit: not a number from 1 to \(Self.largestPage)")
            }
            return limit
        } ?? 100
        if let text = query["overdue"] {
            guard text == "true" else { throw Problem.badRequest("overdue: not true") }
            return try await overdue(sites, limit, context.caller)
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
        let clinician = query["clinician"].map(String.init)
        let chosen = sites
        let alerts = try await reading.answer(to: context.caller) {
            try AlertStore.list(
                sites: chosen, statuses: statuses, episode: episode, clinician: clinician, before: before, limit: limit,
                on: $0)
        }
        return Self.response(alerts)
    }

    private func overdue(_ sites: [SiteID]?, _ limit: Int, _ caller: Caller) async throws -> Response {
        Self.response(
            try await reading.answer(to: caller) {
                try AlertStore.overdue(sites: sites, at: DatabaseClock.now(on: $0), limit: limit, on: $0)
            })
    }

    private static func response(_ alerts: [Alert]) -> Response {
        JSON.object([.init("alerts", .array(alerts.map(\.json)))]).response()
    }

    private func read(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        return try await reading.answer(to: context.caller) { connection in
            // Another site's alert is not there.
            guard let alert = try AlertStore.find(id, on: connection) else { throw Problem.notFound }
            let told = try AlertStore.told(of: id, on: connection)
            return JSON.object(
                alert.members + [
                    .init("notifiedAt", .text(told.askedAt)), .init("deliveredAt", .text(told.deliveredAt)),
                ])
        }.response()
    }

    private func readReview(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let found = try await reading.answer(to: context.caller) { try AlertReviews.find(id, on: $0) }
        guard let found else { throw Problem.notFound }
        return ReviewDocument(life: found.life).json.response()
    }

    private func open(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        let alert = try await answer { try AlertAnswers.open(id, by: caller, on: $0) }
        // Whoever opens an alert about a course is led into the support tool.
        var members = alert.members
        if alert.reviewEntries == 0, alert.kind.saysTheSame(as: .notOnTrack) {
            members.append(.init("review", ReviewDocument.beginning))
        }
        return JSON.object(members).response()
    }

    private func acknowledge(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        return try await answer { try AlertAnswers.acknowledge(id, by: caller, on: $0) }.json.response()
    }

    private func assign(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        let clinician = try await request.json().object(["clinician"])["clinician"].string(1...200)
        return try await answer { try AlertAnswers.assign(id, to: clinician, by: caller, on: $0) }.json.response()
    }

    private func reassign(_ request: Request, _ context: CallerContext) async throws -> Response {
        let form = try await request.json().object(["site", "from", "to"])
        let site = try form["site"].name(SiteID.self)
        try context.caller.requireSite(site)
        let (from, to) = (try form["from"].string(1...200), try form["to"].string(1...200))
        guard from != to else { throw try form["to"].error("must be somebody else than \"from\"") }
        let work = AlertReassignment(site: site, from: from, to: to, actor: context.caller)
        let count = try await answering.with { try work.run(on: $0) }
        return JSON.object([.init("assigned", .integer(count))]).response()
    }

    private func review(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        let entry = try ReviewForm.entry(try await request.json())
        let entered = try await answer { try AlertReviews.enter(entry, in: id, by: caller, on: $0) }
        return ReviewDocument(life: entered.life).json.response()
    }

    private func resolve(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        let policy = policy
        let reason = try await request.json().object(["outcome"])["outcome"].string(1...64)
        return try await answer {
            try AlertAnswers.resolve(id, for: reason, under: policy, by: caller, on: $0)
        }.json.response()
    }

    private func withdraw(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("alert", as: AlertID.self)
        let caller = context.caller
        let reason = try await request.json().object(["reason"])["reason"].choice(WithdrawalOfAlert.self)
        return try await answer { try AlertAnswers.withdraw(id, for: reason, by: caller, on: $0) }.json.response()
    }

    /// Refusals as the problems that a caller is told.
    private func answer<Answer: Sendable>(_ work: @escaping @Sendable (Connection) throws -> Answer) async throws -> Answer {
        do {
            return try await answering.with(work)
        } catch let refusal as AlertRefusal {
            throw Problem(refusal)
        }
    }

    private static func statuses(_ text: String) throws -> [Alert.Status] {
        switch text {
        case "open": return Alert.Status.open
        case "all": return Alert.Status.allCases
        default:
            guard let status = Alert.Status(rawValue: text) else {
                let names = Alert.Status.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.badRequest("status: not open, all, \(names)")
            }
            return [status]
        }
    }
}
