import Contracts
import Domain
import Hummingbird
import Intake
import Persistence
import ServiceKit

/// What a client sees of their own treatment.
///
/// - `GET /my`: their own graph
/// - `GET /my/graph.svg?instrument=`: the graph as a file
/// - `GET /my/joint`: their course beside their partner's, while both agree
/// - `POST /my/consent`: that they agree to that, or agree no longer
/// - `GET /my/looks?before=`: who has looked at their data
struct MyRoutes: Sendable {
    let parts: PageParts
    private var look: EpisodeLook { EpisodeLook(parts: parts) }

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("my", use: course)
        routes.get("my/graph.svg", use: graph)
        routes.get("my/joint", use: joint)
        routes.post("my/consent", use: consent)
        routes.get("my/looks", use: looks)
    }

    /// - Throws: ``Problem`` 403 for somebody whose account says not whose ratings they give.
    private func client(_ context: PageContext) throws -> (visitor: Visitor, role: Role, client: Visitor.Client) {
        let (visitor, role) = try context.visitor(to: .seeOwnCourse)
        guard let client = visitor.client else { throw Problem.wrongRole }
        return (visitor, role, client)
    }

    private func course(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role, client) = try client(context)
        let sight = try await look.seen(
            client.episode, .graph, of: client.participant, by: visitor, as: role,
            where: { $0.rater(client.participant) != nil })
        let words = parts.pages.words(context)
        return parts.pages.page(
            .my, title: words["my.title"], in: .my, MyPage(sight: sight, client: client, words: words).values, context)
    }

    private func graph(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role, client) = try client(context)
        guard let instrument = request.uri.queryParameters["instrument"].flatMap({ InstrumentReference(written: $0) }) else {
            throw Problem.notFound
        }
        let wanted = GraphFile.Wanted(participant: client.participant, instrument: instrument)
        let sight = try await look.seen(
            client.episode, .graphFile, of: client.participant, by: visitor, as: role,
            where: { GraphFile($0, wanted, voice: .client) != nil })
        guard let file = GraphFile(sight, wanted, voice: .client) else { throw Problem.notFound }
        return file.response(words: parts.pages.words(context))
    }

    private func joint(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role, client) = try client(context)
        let sight = try await look.seenTogether(client.episode, by: visitor, as: role)
        let words = parts.pages.words(context)
        guard let own = sight.partners.first(where: { $0.id == client.participant }) else { throw Problem.notFound }
        let others = sight.partners.filter { $0.id != client.participant }
        let pages = others.map { other in
            JointPage(
                sight: sight, words: words, pair: (own, other), names: (words["my.you"], words.partner(other, of: others)))
        }
        // One partner, nearly always; of several, those who agree.
        guard let page = pages.first(where: { $0.isAgreed }) ?? pages.first else { throw Problem.notFound }
        var values = page.values
        values["back"] = "/my"
        return parts.pages.page(.joint, title: words["episode.joint.title"], in: .my, values, context)
    }

    private func consent(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, _, client) = try client(context)
        let site = try await look.site(of: client.episode, for: .graph, by: visitor)
        // Of themselves alone, whatever the form says.
        let change = try FormReading(context.form, parts.pages.words(context)).consent(of: client.participant)
        try await parts.recording(context).record(
            CommandDraft(episode: client.episode, site: site, content: .consent(change)), by: visitor)
        return Pages.seeOther("/my#joint")
    }

    private func looks(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role, client) = try client(context)
        let before = request.uri.queryParameters["before"].flatMap { Int64($0) }
        let reading = EpisodeReading(cases: parts.cases, policy: parts.policy)
        let found = try await parts.data.look(.accessLog, by: visitor, as: role) { connection, looks in
            guard let sight = try reading.sight(client.episode, at: looks.now, on: connection) else {
                throw Problem.notFound
            }
            looks.note(client.episode, at: sight.found.site, of: client.participant)
            return (sight: sight, seen: try SeenBy.read(client.episode, before: before, on: connection))
        }
        let words = parts.pages.words(context)
        let page = LooksPage(
            seen: found.seen, sight: found.sight, client: client, subject: visitor.subject, words: words)
        return parts.pages.page(.looks, title: words["looks.title"], in: .looks, page.values, context)
    }
}

extension EpisodeSight {
    func rater(_ id: ParticipantID) -> Participant? { view.participants.first { $0.id == id } }
}

extension Words {
    /// What a client's page calls another who rates themselves.
    func partner(_ partner: Participant, of others: [Participant]) -> String {
        others.count == 1 ? self["my.partner"] : self("my.partnerOf", ["code": CodeName.text(of: partner.id)])
    }
}
