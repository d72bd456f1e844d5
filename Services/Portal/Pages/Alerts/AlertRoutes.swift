import AlertBook
import Contracts
import Domain
import Hummingbird
import Persistence
import ServiceKit

/// One alert: what it is about, what was done, and what to do now.
///
/// - `GET /alerts/{id}`: whoever may answer it has then opened it
/// - `POST /alerts/{id}/acknowledgement`, `…/assignment` with `clinician`, `…/resolution` with `reason`
/// - `POST /alerts/{id}/review` with one of `answer` (and `question`), `action`, `discussed` (a day) and `completed`
///
/// Somebody who was second sees the page with who was first. Nothing is recorded twice.
struct AlertRoutes: Sendable {
    let parts: PageParts

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("alerts/:alert", use: show)
        add("acknowledgement", to: routes) { _ in
            { id, visitor, connection in _ = try AlertAnswers.acknowledge(id, by: visitor.caller, on: connection) }
        }
        add("assignment", to: routes) { form in
            let clinician = try form.required("clinician")
            return { id, visitor, connection in
                _ = try AlertAnswers.assign(id, to: clinician, by: visitor.caller, on: connection)
            }
        }
        let policy = parts.policy
        add("resolution", to: routes) { form in
            let reason = try form.required("reason")
            return { id, visitor, connection in
                _ = try AlertAnswers.resolve(id, for: reason, under: { policy($0).alerts }, by: visitor.caller, on: connection)
            }
        }
        add("review", to: routes) { form in
            let entry = try ReviewForm.entry(form)
            return { id, visitor, connection in
                _ = try AlertReviews.enter(entry, in: id, by: visitor.caller, on: connection)
            }
        }
    }

    private typealias Answer = @Sendable (AlertID, Visitor, Connection) throws -> Void

    /// A form that answers an alert. Who asks comes before what was sent.
    private func add(
        _ name: String, to routes: RouterGroup<PageContext>, _ reading: @escaping @Sendable (Form) throws -> Answer
    ) {
        routes.post("alerts/:alert/\(name)") { _, context in
            _ = try context.visitor(to: .seeAlerts)
            return try await answer(context, try reading(context.form))
        }
    }

    private func show(_ request: Request, _ context: PageContext) async throws -> Response {
        try await page(of: context.identity("alert"), context, notice: request.uri.queryParameters["done"].flatMap(Done.init))
    }

    /// What was just done, as the page says it once.
    private enum Done: String {
        case acknowledgement, assignment, resolution, review

        init?(_ text: Substring) { self.init(rawValue: String(text)) }
    }

    /// Carries an answer out and leads back to the page; where it could not be, the page says why.
    private func answer(
        _ context: PageContext, _ work: @escaping Answer
    ) async throws -> Response {
        let (visitor, _) = try context.visitor(to: .seeAlerts)
        let id: AlertID = try context.identity("alert")
        do {
            try await parts.commands.answer { try work(id, visitor, $0) }
        } catch AlertRefusal.unknown, AlertRefusal.notAtYourSites {
            throw Problem.notFound
        } catch AlertRefusal.superseded(_, let successor) {
            return Pages.seeOther("/alerts/\(successor)")
        } catch let refusal as AlertRefusal {
            return try await page(of: id, context, refusal: refusal)
        }
        let step = context.address.split(separator: "?")[0].split(separator: "/").last ?? ""
        return Pages.seeOther("/alerts/\(id)?done=\(step)")
    }

    private func page(
        of id: AlertID, _ context: PageContext, notice: Done? = nil, refusal: AlertRefusal? = nil
    ) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .seeAlerts)
        let seen = try await parts.data.look(.alert, by: visitor, as: role) { connection, looks in
            let found = try connection.run(Self.selectPlace, [.id(id)]).first
            guard let found else { return nil as SeenAlert? }
            let (episode, site) = (try found.id(0, as: EpisodeID.self), SiteID(unchecked: try found.text(1)))
            looks.note(episode, at: site)
            return SeenAlert(
                now: looks.now, told: try Self.told(of: id, on: connection),
                colleagues: try Self.colleagues(at: site, on: connection))
        }
        guard let seen else {
            try await refuse(id, to: visitor)
            throw Problem.notFound
        }
        let caller = visitor.caller
        let found = try await parts.commands.answer { connection in
            // Looking is a step of the alert's life, taken once.
            do { _ = try AlertAnswers.open(id, by: caller, on: connection) } catch is AlertRefusal {}
            return try connection.transaction { connection in
                try Scope(caller).apply(on: connection)
                return try AlertReviews.find(id, on: connection)
            }
        }
        guard let found else { throw Problem.notFound }
        let words = parts.pages.words(context)
        let page = AlertPage(
            alert: found.alert, life: found.life, seen: seen, policy: parts.policy(found.alert.site), words: words)
        var values = page.values
        values["notice"] = notice.map { notice in
            switch notice {
            case .acknowledgement: page.acknowledgementNotice(of: visitor.subject)
            case .assignment: words("alert.done.assignment", ["clinician": found.alert.clinician])
            case .resolution: words["alert.done.resolution"]
            case .review: words["alert.done.review"]
            }
        }
        values["refusal"] = refusal.map(page.refusal)
        return parts.pages.page(
            .alert, title: words.kind(found.alert.kind), in: .alerts, values, context, status: refusal == nil ? .ok : .conflict)
    }

    private func refuse(_ id: AlertID, to visitor: Visitor) async throws {
        let episode = try await parts.data.read(by: visitor) { connection in
            try connection.run("select published.episode_of_alert($1)", [.id(id)]).only().optionalID(0, as: EpisodeID.self)
        }
        if let episode { try await parts.data.refuse(.alert, of: episode, to: visitor) }
    }

    private static func told(of id: AlertID, on connection: Connection) throws -> Timestamp? {
        try connection.run(selectTold, [.id(id)]).only().optionalTimestamp(0)
    }

    private static func colleagues(at site: SiteID, on connection: Connection) throws -> [String] {
        try connection.run(selectColleagues, [.text(site.text)]).map { try $0.text(0) }
    }

    private static let selectPlace: Statement = "select episode_id, site from published.portal_alert where alert_id = $1"
    private static let selectTold: Statement = """
        select min(finished_at) from published.portal_delivery where alert_id = $1 and status = 'delivered'
        """
    private static let selectColleagues: Statement = """
        select person_id from published.directory_person
        where site = $1 and active and 'clinician' = any (roles) order by person_id
        """
}

/// What the page knows beside the alert itself.
struct SeenAlert: Sendable {
    let now: Timestamp
    /// When a message about it first arrived.
    let told: Timestamp?
    /// To whom it could be given.
    let colleagues: [String]
}

/// What somebody enters in a support review: exactly one thing.
enum ReviewForm {
    static func entry(_ form: Form) throws -> ReviewEntry {
        if let question = form.optional("question") {
            guard let answer = form["answer"].flatMap(SupportAnswer.init(rawValue:)), let id = SupportQuestionID(question) else {
                throw FieldError(pointer: "/answer", detail: "is to be one of the answers")
            }
            return .answered(id, answer)
        }
        if let action = form.optional("action") {
            guard let id = SupportActionID(action) else { throw FieldError(pointer: "/action", detail: "is no action") }
            return .actionChosen(id)
        }
        if let day = form.optional("discussed") {
            guard let day = CalendarDay(day) else { throw FieldError(pointer: "/discussed", detail: "is no day (YYYY-MM-DD)") }
            return .discussed(day)
        }
        guard form["completed"] != nil else { throw FieldError(pointer: "/answer", detail: "is missing") }
        return .completed
    }
}
