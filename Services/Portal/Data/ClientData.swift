import Contracts
import Domain
import Intake
import Persistence
import ServiceKit

/// Reads client data for somebody. What is shown of an episode is written down before it is shown: an event of the
/// episode, in the same transaction as the reading.
struct ClientData: Sendable {
    let pool: ConnectionPool

    /// Reads within the visitor's scope and records every episode that `body` has noted.
    func look<Result: Sendable>(
        _ view: ClientDataView, by visitor: Visitor, as role: Role,
        _ body: @escaping @Sendable (Connection, inout Looks) throws -> Result
    ) async throws -> Result {
        try await pool.with { connection in
            try connection.transaction { connection in
                let now = try visitor.scope.apply(on: connection)
                var looks = Looks(view: view, subject: visitor.subject, role: role, now: now)
                let result = try body(connection, &looks)
                try looks.append(on: connection)
                return result
            }
        }
    }

    /// Reads within the visitor's scope what shows nobody's data, such as counts that suppress small numbers.
    func read<Result: Sendable>(
        by visitor: Visitor, _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        try await pool.with { connection in
            try connection.transaction { connection in
                try visitor.scope.apply(on: connection)
                return try body(connection)
            }
        }
    }

    /// Writes down that somebody asked for an episode that they may not see, where there is such an episode.
    func refuse(_ view: ClientDataView, of episode: EpisodeID, to visitor: Visitor) async throws {
        try await refuse(view, in: episode, at: "select published.site_of_episode($1), now()", to: visitor)
    }

    /// Writes down that somebody asked for a colleague's page that is not shared with them, where it ever was with anybody.
    func refuse(_ share: ReflectionShareID, to visitor: Visitor) async throws {
        try await refuse(
            .reflection, in: share.stream, at: "select published.site_of_reflection_share($1), now()", to: visitor)
    }

    private func refuse(
        _ view: ClientDataView, in stream: EpisodeID, at place: Statement, to visitor: Visitor
    ) async throws {
        let role = visitor.caller.roles.map(\.rawValue).sorted().first ?? ""
        let subject = visitor.subject
        try await pool.with { connection in
            try connection.transaction { connection in
                let row = try connection.run(place, [.id(stream)]).only()
                guard let site = try row.optionalText(0) else { return }
                let event = AccessEvent(accessedBy: subject, reason: "", body: .viewRefused(view, as: role))
                try Looks.append([(stream, SiteID(unchecked: site), event)], at: row.timestamp(1), on: connection)
            }
        }
    }
}

/// The episodes that a page shows.
struct Looks {
    private let view: ClientDataView
    private let subject: String
    private let role: Role
    /// By the database's clock.
    let now: Timestamp
    private var seen: [(EpisodeID, SiteID, ParticipantID?)] = []

    init(view: ClientDataView, subject: String, role: Role, now: Timestamp) {
        self.view = view
        self.subject = subject
        self.role = role
        self.now = now
    }

    /// - Parameter participant: the rater whose figures are shown; nil for the whole episode.
    mutating func note(_ episode: EpisodeID, at site: SiteID, of participant: ParticipantID? = nil) {
        guard !seen.contains(where: { $0 == (episode, site, participant) }) else { return }
        seen.append((episode, site, participant))
    }

    fileprivate func append(on connection: Connection) throws {
        try Self.append(
            seen.map { episode, site, participant in
                let body = AccessEventBody.viewed(view, as: role.rawValue, participant: participant)
                return (episode, site, AccessEvent(accessedBy: subject, reason: "", body: body))
            }, at: now, on: connection)
    }

    static func append(
        _ events: [(EpisodeID, SiteID, AccessEvent)], at now: Timestamp, on connection: Connection
    ) throws {
        guard !events.isEmpty else { return }
        // By stream, as everybody locks them.
        let records = try events.sorted { $0.0 < $1.0 }.map { episode, site, event in
            NewEvent(
                id: TimeOrderedIdentity.make(at: now), stream: episode, site: site, type: event.type.rawValue,
                traceparent: nil, payload: try AccessEventCodec.encode(event))
        }
        _ = try Ledger.append(records, to: .access, on: connection)
    }
}
