import Domain
import HTTPTypes
import Hummingbird
import Persistence
import ServiceKit

/// `GET /v1/episodes/{id}`: how an episode stands, without any answer:
/// `{episodeId, site, service, clinician, openedOn, closedOn, participants, version}`; `ETag` is the version.
struct EpisodeRoute: Sendable {
    let reading: ScopedReading

    func add(to routes: RouterGroup<CallerContext>) {
        routes.get("episodes/:episode") { request, context in
            let id: EpisodeID = try context.identity("episode")
            // Another site's episode is not there.
            guard let view = try await reading.answer(to: context.caller, { try EpisodeView.read(id, on: $0) }) else {
                throw Problem.unknownEpisode
            }
            return view.document.response(headers: [.eTag: "\"\(view.version)\""])
        }
    }
}

private struct EpisodeView: Sendable {
    let version: Int64
    let document: JSON

    static func read(_ id: EpisodeID, on connection: Connection) throws(DatabaseError) -> EpisodeView? {
        let rows = try connection.run(
            """
            select e.site, s.version, e.service, e.clinician, e.opened_on, e.closed_on, e.participants
            from ledger.episode e join ledger.stream s on s.category = 1 and s.stream_id = e.episode_id
            where e.episode_id = $1
            """, [.id(id)])
        guard let row = rows.first else { return nil }
        let site = SiteID(unchecked: try row.text(0))
        let version = try row.int64(1)
        let participants = try row.ids(6, as: ParticipantID.self).sorted()
        let document: JSON = [
            "episodeId": .text(id), "site": .text(site), "service": .string(try row.text(2)),
            "clinician": .string(try row.text(3)), "openedOn": .text(try row.day(4)),
            "closedOn": .text(try row.optionalDay(5)), "participants": .array(participants.map { .text($0) }),
            "version": .integer(version),
        ]
        return EpisodeView(version: version, document: document)
    }
}
