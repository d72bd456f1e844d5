import Contracts
import Domain
import Persistence

/// Invitations in the database: any process of the portal knows them, and each begins one check-in.
struct InvitationStore: Sendable {
    let pool: ConnectionPool
    /// How long a link is good for.
    let linkLifetime: Duration
    /// How long a code is good for.
    let codeLifetime: Duration

    /// What is invited to, before it has an id.
    struct Draft: Sendable {
        let site: SiteID
        let client: Visitor.Client
        let session: Int
        let language: Language
        let madeBy: String
    }

    /// Keeps a new invitation.
    ///
    /// - Parameter codeHashes: of codes to choose from; the first that no other invitation has is taken.
    /// - Returns: its id, and which of the codes it has.
    func make(_ draft: Draft, codeHashes: [[UInt8]], at now: Timestamp) async throws -> (id: InvitationID, code: Int)? {
        let id: InvitationID = TimeOrderedIdentity.make(at: now)
        return try await pool.with { connection in
            // Nobody else clears up. What ended long ago is as good as never made.
            _ = try connection.run(Self.clearUp)
            for (index, hash) in codeHashes.enumerated() {
                let parameters: [Parameter] = [
                    .id(id), .bytes(hash), .text(draft.site.text), .id(draft.client.episode), .id(draft.client.participant),
                    .int32(Int32(draft.session)), .text(draft.language.rawValue), .text(draft.madeBy),
                    .int64(linkLifetime.components.seconds),
                ]
                if try connection.run(Self.insert, parameters).first != nil { return (id, index) }
            }
            return nil
        }
    }

    /// Nil for one that never was, or ended long ago.
    func find(_ id: InvitationID) async throws -> Invitation? {
        try await pool.with { connection in
            try connection.run(Self.select, [.id(id)]).first.map { row in try Self.invitation(row) }
        }
    }

    /// Begins the check-in of a link, for one of however many ask.
    ///
    /// - Returns: nil where it has begun or ended.
    func begin(_ id: InvitationID) async throws -> Invitation? {
        try await claim(Self.beginByID, [.id(id)])
    }

    /// Begins the check-in of a code.
    ///
    /// - Parameter codeHashes: by which it may be kept; the first that is there counts.
    func begin(codeHashes: [[UInt8]]) async throws -> Invitation? {
        for hash in codeHashes {
            if let invitation = try await claim(Self.beginByCode, [.bytes(hash), .int64(codeLifetime.components.seconds)]) {
                return invitation
            }
        }
        return nil
    }

    private func claim(_ statement: Statement, _ parameters: [Parameter]) async throws -> Invitation? {
        try await pool.with { connection in
            try connection.run(statement, parameters).first.map { row in try Self.invitation(row) }
        }
    }

    private static func invitation(_ row: Row) throws(DatabaseError) -> Invitation {
        let state: Invitation.State =
            if let begun = try row.optionalTimestamp(6) { .begun(begun) } else { try row.bool(7) ? .ended : .open }
        return Invitation(
            id: try row.id(0), site: SiteID(unchecked: try row.text(1)), episode: try row.id(2),
            participant: try row.id(3), session: Int(try row.int32(4)),
            language: Language(rawValue: try row.text(5)) ?? .english, state: state)
    }

    private static let insert: Statement = """
        insert into portal.invitation
            (invitation_id, code_hash, site, episode_id, participant_id, session_number, language, made_by, ends_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9::bigint))
        on conflict (code_hash) do nothing
        returning true
        """
    private static let clearUp: Statement = "delete from portal.invitation where ends_at < now() - interval '90 days'"
    private static let select: Statement = """
        select invitation_id, site, episode_id, participant_id, session_number, language, used_at, ends_at <= now()
        from portal.invitation where invitation_id = $1
        """
    private static let beginByID: Statement = """
        update portal.invitation set used_at = now()
        where invitation_id = $1 and used_at is null and ends_at > now()
        returning invitation_id, site, episode_id, participant_id, session_number, language, used_at, false
        """
    /// A code ends earlier than its link.
    private static let beginByCode: Statement = """
        update portal.invitation set used_at = now()
        where code_hash = $1 and used_at is null and ends_at > now() and made_at > now() - make_interval(secs => $2::bigint)
        returning invitation_id, site, episode_id, participant_id, session_number, language, used_at, false
        """
}
