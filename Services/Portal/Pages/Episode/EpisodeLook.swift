import Contracts
import Domain
import Persistence
import ServiceKit

/// Reads one episode for somebody, with the look at it written down; a refusal is written down where there is such an
/// episode.
struct EpisodeLook: Sendable {
    let parts: PageParts

    private var reading: EpisodeReading { EpisodeReading(cases: parts.cases, policy: parts.policy) }

    /// - Parameters:
    ///   - participant: the rater whose figures alone are shown; nil for the whole episode.
    ///   - admits: whether the page has something to show of the episode; where it has not, nothing is written down.
    /// - Throws: ``Problem`` 404 where the visitor's scope has no such episode, or `admits` says no.
    func seen(
        _ id: EpisodeID, _ view: ClientDataView, of participant: ParticipantID? = nil, by visitor: Visitor, as role: Role,
        where admits: @escaping @Sendable (EpisodeSight) -> Bool = { _ in true }
    ) async throws -> EpisodeSight {
        let reading = reading
        let sight = try await parts.data.look(view, by: visitor, as: role) { connection, looks in
            let sight = try reading.sight(id, at: looks.now, on: connection)
            guard let sight else { return EpisodeSight?.none }
            if admits(sight) { looks.note(id, at: sight.found.site, of: participant) }
            return sight
        }
        guard let sight else {
            try await parts.data.refuse(view, of: id, to: visitor)
            throw Problem.notFound
        }
        guard admits(sight) else { throw Problem.notFound }
        return sight
    }

    /// The courses of partners side by side, for one of them: what is beyond their own figures is read only while all
    /// of the two agree.
    func seenTogether(
        _ id: EpisodeID, by visitor: Visitor, as role: Role
    ) async throws -> EpisodeSight {
        let reading = reading
        return try await parts.data.look(.jointGraph, by: visitor, as: role) { connection, looks in
            guard let own = try reading.sight(id, at: looks.now, on: connection) else { throw Problem.notFound }
            let agreeing = own.partners.map(\.id).filter(own.view.consentsToJointView)
            guard let client = visitor.client?.participant, agreeing.contains(client), agreeing.count > 1 else { return own }
            var wider = visitor.scope
            wider.participants = agreeing
            try wider.apply(on: connection)
            guard let together = try reading.sight(id, at: looks.now, on: connection) else { throw Problem.notFound }
            looks.note(id, at: together.found.site)
            return together
        }
    }

    /// The site of an episode in which somebody is about to record something.
    ///
    /// - Throws: ``Problem`` 404 where the visitor's scope has no such episode.
    func site(of id: EpisodeID, for view: ClientDataView, by visitor: Visitor) async throws -> SiteID {
        let reading = reading
        guard let site = try await parts.data.read(by: visitor, { try reading.site(of: id, on: $0) }) else {
            try await parts.data.refuse(view, of: id, to: visitor)
            throw Problem.notFound
        }
        return site
    }
}
