import Contracts
import Domain
import Intake
import Hummingbird
import Persistence
import ServiceKit

/// The graph that client and clinician look at together.
///
/// - `GET /episodes/{id}`: for those who treat
/// - `GET /episodes/{id}/graph.svg?participant=&instrument=`: a graph as a file
/// - `GET /episodes/{id}/joint?first=&second=`: two partners' courses side by side, while both agree
/// - `POST /episodes/{id}/consent`: that a partner agrees to that, or agrees no longer
struct EpisodeRoutes: Sendable {

    let parts: PageParts
    private var look: EpisodeLook { EpisodeLook(parts: parts) }

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("episodes/:episode", use: episode)
        routes.get("episodes/:episode/graph.svg", use: graph)
        routes.get("episodes/:episode/joint", use: joint)
        routes.post("episodes/:episode/consent", use: consent)
    }

    private func episode(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .seeCourse)
        let sight = try await look.seen(context.identity("episode"), .graph, by: visitor, as: role)
        let words = parts.pages.words(context)
        let page = EpisodePage(
            sight: sight, voice: .clinician, words: words, address: "/episodes/\(sight.found.episode)")
        return parts.pages.page(
            .episode, title: words("episode.title", ["client": CodeName.text(of: sight.found.episode)]), in: .caseload,
            page.values(canRecord: visitor.role(among: Action.recordInPages.roles) != nil), context)
    }

    private func graph(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .seeCourse)
        let query = request.uri.queryParameters
        let wanted = GraphFile.Wanted(participant: query["participant"], instrument: query["instrument"])
        guard let wanted else { throw Problem.notFound }
        let sight = try await look.seen(
            context.identity("episode"), .graphFile, of: wanted.participant, by: visitor, as: role,
            where: { GraphFile($0, wanted, voice: .clinician) != nil })
        guard let file = GraphFile(sight, wanted, voice: .clinician) else { throw Problem.notFound }
        return file.response(words: parts.pages.words(context))
    }

    private func joint(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .seeCourse)
        let query = request.uri.queryParameters
        let wanted = [query["first"], query["second"]].compactMap { $0.flatMap { ParticipantID($0) } }
        @Sendable func pair(_ sight: EpisodeSight) -> [Participant] {
            let chosen = wanted.compactMap { id in sight.partners.first { $0.id == id } }
            return chosen.count == 2 ? chosen : Array(sight.partners.prefix(2))
        }
        let sight = try await look.seen(
            context.identity("episode"), .jointGraph, by: visitor, as: role, where: { pair($0).count == 2 })
        let words = parts.pages.words(context)
        let partners = pair(sight)
        guard let first = partners.first, let second = partners.last else { throw Problem.notFound }
        let page = JointPage(
            sight: sight, words: words, pair: (first, second), names: (words.rater(first), words.rater(second)))
        var values = page.values
        values["back"] = "/episodes/\(sight.found.episode)"
        return parts.pages.page(.joint, title: words["episode.joint.title"], in: .caseload, values, context)
    }

    private func consent(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, _) = try context.visitor(to: .recordInPages)
        let episode: EpisodeID = try context.identity("episode")
        let site = try await look.site(of: episode, for: .graph, by: visitor)
        let form = FormReading(context.form, parts.pages.words(context))
        let change = try form.consent(of: try form.identity("participant"))
        try await parts.recording(context).record(
            CommandDraft(episode: episode, site: site, content: .consent(change)), by: visitor)
        return Pages.seeOther("/episodes/\(episode)#joint")
    }
}
