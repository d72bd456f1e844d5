import Contracts
import Domain
import Persistence

/// Destroys the key of a client's words: what is sealed stays in the ledger and in the audit log and can be read by
/// nobody. Everything in one transaction, under the lock of the client.
struct Erasure {
    enum Outcome {
        /// A key was destroyed, or the client marked as erased who had none.
        case done(key: ClientKeyID?)
        /// Nothing was left to do.
        case doneBefore
        /// The request is kept.
        case held(LegalHold)
    }

    let participant: ParticipantID
    let by: String
    let reason: String

    func run(on connection: Connection) throws -> Outcome {
        try connection.transaction { connection in
            try ClientRecord.lock(participant, on: connection)
            let record = try ClientRecord(participant, on: connection)
            if record.isErased { return .doneBefore }
            if let hold = record.hold {
                try keepRequest(record, on: connection)
                return .held(hold)
            }
            try connection.run(Self.destroy, [.id(participant), .text(by), .text(reason)])
            try connection.run(Self.settle, [.id(participant), .text(by), .text(reason)])
            try record.append(.erased(participant, key: record.key?.id, reason: reason), by: by, on: connection)
            return .done(key: record.key?.id)
        }
    }

    /// Once: asked again under the same hold, the first request goes on waiting.
    private func keepRequest(_ record: ClientRecord, on connection: Connection) throws {
        guard record.waiting == nil else { return }
        try connection.run(
            """
            insert into ledger.erasure_request (participant_id, requested_by, reason, state)
            values ($1, $2, $3, 'waiting')
            """, [.id(participant), .text(by), .text(reason)])
        try record.append(.erasureRefused(participant, reason: reason), by: by, on: connection)
    }

    // A client who never wrote anything gets a row without a key, so that none is made later.
    private static let destroy: Statement = """
        insert into ledger.client_key as k (participant_id, key_id, destroyed_at, destroyed_by, reason)
        values ($1, gen_random_uuid(), clock_timestamp(), $2, $3)
        on conflict (participant_id) do update
        set wrapped_by = null, wrapped_key = null, destroyed_at = excluded.destroyed_at,
            destroyed_by = excluded.destroyed_by, reason = excluded.reason
        """

    private static let settle: Statement = """
        with waited as (
            update ledger.erasure_request set state = 'done', done_at = clock_timestamp()
            where participant_id = $1 and state = 'waiting' returning request_id
        )
        insert into ledger.erasure_request (participant_id, requested_by, reason, state, done_at)
        select $1, $2, $3, 'done', clock_timestamp() where not exists (select from waited)
        """
}
