import Contracts
import Domain
import Hummingbird
import NIOCore
import Persistence
import ServiceKit

/// What auditors look at: the log, an episode's whole history with its proofs, who saw what, evidence to take away.
///
/// - `GET /audit`: the newest checkpoint, looking an episode up, refusals
/// - `GET /audit/episodes/{id}`: the history; `.../audit-events.ndjson`: its accesses as FHIR; `.../evidence.tar`
/// - `GET /audit/events/{id}`: one event with its proof
struct AuditPages: Sendable {

    let parts: PageParts
    private let places = Places(EvidenceDownload.mostAtOnce)

    init(parts: PageParts) { self.parts = parts }

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("audit", use: overview)
        routes.get("audit/episodes/:episode", use: history)
        routes.get("audit/episodes/:episode/audit-events.ndjson", use: accesses)
        routes.get("audit/episodes/:episode/evidence.tar", use: evidence)
        routes.get("audit/events/:event", use: event)
    }

    private func overview(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .audit)
        let search = EpisodeSearch(request.uri)
        if let id = search.id { return Pages.seeOther("/audit/episodes/\(id)") }
        let found = try await parts.data.look(.accessLog, by: visitor, as: role) {
            [keys = parts.logKeys] connection, looks in
            let overview = try AuditOverview(search, visitor.caller.sites, keys, at: looks.now, on: connection)
            for refusal in overview.refusals { looks.note(refusal.episode, at: refusal.site) }
            return overview
        }
        if found.episodes.count == 1 { return Pages.seeOther("/audit/episodes/\(found.episodes[0])") }
        let words = parts.pages.words(context)
        return parts.pages.page(.audit, title: words["audit.title"], in: .audit, found.values(words), context)
    }

    private func history(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .audit)
        let id: EpisodeID = try context.identity("episode")
        let wanted = try HistoryFilter(of: request.uri)
        let cases = parts.cases
        let found = try await parts.data.look(.history, by: visitor, as: role) { connection, looks in
            let found = try AuditedEpisode(id, wanted, cases, today: looks.now.day, on: connection)
            if let found { looks.note(id, at: found.site) }
            return found
        }
        guard let found else { return try await refuse(.history, id, visitor) }
        let words = parts.pages.words(context)
        return parts.pages.page(
            .auditEpisode, title: words("audit.episode.title", ["code": CodeName.text(of: id)]), in: .audit,
            found.values(words), context)
    }

    private func event(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .audit)
        let id: EventID = try context.identity("event")
        let found = try await parts.data.look(.history, by: visitor, as: role) {
            [keys = parts.logKeys] connection, looks in
            let found = try ProvenEvent(id, keys, on: connection)
            if let found { looks.note(found.event.stream, at: found.event.site) }
            return found
        }
        guard let found else {
            let episode = try await parts.data.read(by: visitor) { connection in
                try connection.run(Self.selectEpisode, [.id(id)]).only().optionalID(0, as: EpisodeID.self)
            }
            if let episode { try await parts.data.refuse(.history, of: episode, to: visitor) }
            throw Problem.notFound
        }
        let words = parts.pages.words(context)
        return parts.pages.page(
            .auditEvent, title: words["audit.proof.title"], in: .audit, found.values(words), context)
    }

    private func accesses(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .audit)
        let id: EpisodeID = try context.identity("episode")
        let base = parts.address
        let lines = try await parts.data.look(.accessLog, by: visitor, as: role) { connection, looks -> [UInt8]? in
            guard let head = try EpisodeHead(id, on: connection) else { return nil }
            looks.note(id, at: head.site)
            return try AuditEventExport(head, portal: base).lines(on: connection)
        }
        guard let lines else { return try await refuse(.accessLog, id, visitor) }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/fhir+ndjson", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"audit-events-\(CodeName.text(of: id)).ndjson\"",
            ], body: .init(byteBuffer: ByteBuffer(bytes: lines)))
    }

    private func evidence(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .audit)
        let id: EpisodeID = try context.identity("episode")
        guard let keys = parts.logKeys else {
            throw Problem.unavailable("the log's keys", retryAfterSeconds: 600)
        }
        let bundle = try await EvidenceDownload(data: parts.data, keys: keys, places: places).make(of: id, by: visitor, as: role)
        guard let bundle else { return try await refuse(.evidence, id, visitor) }
        return bundle.response(named: "attune-evidence-\(CodeName.text(of: id))")
    }

    private func refuse(_ view: ClientDataView, _ id: EpisodeID, _ visitor: Visitor) async throws -> Response {
        try await parts.data.refuse(view, of: id, to: visitor)
        throw Problem.notFound
    }

    private static let selectEpisode: Statement = "select published.episode_of_event($1)"
}
