import Contracts
import Domain
import Hummingbird
import Intake
import Persistence
import ServiceKit

/// What a clinician looks at and records around one session.
///
/// - `GET /episodes/{id}/session?number=N`: before the session the outcome, after it the alliance
/// - `POST /episodes/{id}/discussed`, `/sessions`, `/missed`, `/reviews`, `/ratings`, `/preferences`, `/preference-reviews`:
///   what was done; each form has an id of its own, so that sent twice it records once
struct SessionRoutes: Sendable {

    let parts: PageParts
    private var look: EpisodeLook { EpisodeLook(parts: parts) }

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("episodes/:episode/session", use: session)
        add("discussed", to: routes) { form, visitor in
            .discussion(
                RatingDiscussed(
                    id: try form.identity("id"), rating: try form.identity("rating"), day: try form.day(),
                    by: visitor.subject))
        }
        add("sessions", to: routes) { form, _ in
            .sessionHeld(
                SessionHeld(id: try form.identity("id"), number: try form.session(), day: try form.day()))
        }
        add("missed", to: routes) { form, _ in
            .sessionMissed(
                SessionMissed(id: try form.identity("id"), day: try form.day(), reason: try form.choice("reason")))
        }
        add("reviews", to: routes) { form, visitor in
            .review(
                ReviewHeld(
                    id: try form.identity("id"), kind: try form.choice("kind"), day: try form.day(), by: visitor.subject))
        }
        let catalogue = parts.catalogue
        add("ratings", to: routes) { form, _ in .rating(try form.total(in: catalogue())) }
        add("preferences", to: routes) { form, _ in .preferences(try form.preferences(in: catalogue())) }
        add("preference-reviews", to: routes) { form, visitor in
            .preferenceReview(try form.preferenceReview(by: visitor.subject))
        }
    }

    private func session(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .recordInPages)
        let wanted = request.uri.queryParameters["number"]
        let number = wanted.flatMap { Int($0) }
        if wanted != nil {
            guard let number, EpisodeRules.sessionNumbers.contains(number) else { throw Problem.notFound }
        }
        let sight = try await look.seen(context.identity("episode"), .session, by: visitor, as: role)
        let words = parts.pages.words(context)
        let session = number ?? sight.nextSession
        // Also of the session before: what was said about it came after it.
        let comments = try await parts.clientWords.comments(in: sight.found, ofSessions: (session - 1)...session)
        let page = SessionPage(
            sight: sight, number: session, comments: comments, catalogue: parts.catalogue(), texts: parts.texts,
            words: words)
        return parts.pages.page(.session, title: page.title, in: .caseload, page.values, context)
    }

    /// A form that records something and comes back to the session's page.
    private func add(
        _ name: String, to routes: RouterGroup<PageContext>,
        content: @escaping @Sendable (FormReading, Visitor) throws -> DraftContent
    ) {
        routes.post("episodes/:episode/\(name)") { request, context in
            try await record(context) { form, visitor in try content(form, visitor) }
        }
    }

    private func record(
        _ context: PageContext, _ content: (FormReading, Visitor) throws -> DraftContent
    ) async throws -> Response {
        let (visitor, _) = try context.visitor(to: .recordInPages)
        let episode: EpisodeID = try context.identity("episode")
        let site = try await look.site(of: episode, for: .session, by: visitor)
        let form = FormReading(context.form, parts.pages.words(context))
        let draft = CommandDraft(episode: episode, site: site, content: try content(form, visitor))
        try await parts.recording(context).record(draft, by: visitor)
        let number = context.form["session"].flatMap { Int($0) }.map { "?number=\($0)" } ?? ""
        return Pages.seeOther("/episodes/\(episode)/session\(number)")
    }
}
