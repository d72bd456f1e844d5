import Domain
import Persistence
import ServiceKit

/// Somebody who is signed in.
struct Visitor: Sendable {
    /// What is known about a client beyond the site: whose ratings they give, and in which episode.
    struct Client: Hashable, Sendable {
        let episode: EpisodeID
        let participant: ParticipantID
    }

    let session: SessionID
    let caller: Caller
    let client: Client?
    /// The language chosen, or nil for the browser's.
    let language: String?

    var subject: String { caller.subject }

    /// What the policies of the database let through.
    var scope: Scope {
        Scope(
            sites: caller.sites, episodes: client.map { [$0.episode] }, participants: client.map { [$0.participant] },
            subject: subject, roles: caller.roles)
    }

    /// The first of these roles that the visitor has: as what they look at a page.
    func role(among roles: [Role]) -> Role? { roles.first { caller.roles.contains($0) } }
}

/// The name of a session: random, known to the browser alone; the database has a hash of it.
struct SessionID: Hashable, Sendable {
    let bytes: [UInt8]

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// A new one.
    static func random() -> SessionID {
        var generator = SystemRandomNumberGenerator()
        return SessionID(unchecked: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}
