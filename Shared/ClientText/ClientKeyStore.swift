public import Domain
import FoundationEssentials
public import Persistence

/// Clients' keys in `ledger.client_key`.
public enum ClientKeyStore {
    /// What the table has of a client.
    public enum Entry: Sendable {
        case usable(ClientKey)
        case erased
        case unreadable(ClientTextError)
    }

    /// Those of the clients that the table knows.
    public static func entries(
        of participants: [ParticipantID], masters: MasterKeys, on connection: Connection
    ) throws(DatabaseError) -> [ParticipantID: Entry] {
        guard !participants.isEmpty else { return [:] }
        var entries: [ParticipantID: Entry] = [:]
        for row in try connection.run(select, [.ids(participants)]) {
            let participant: ParticipantID = try row.id(0)
            entries[participant] = try entry(row, of: participant, masters)
        }
        return entries
    }

    private static func entry(
        _ row: Row, of participant: ParticipantID, _ masters: MasterKeys
    ) throws(DatabaseError) -> Entry {
        guard let name = try row.optionalText(2), let bytes = try row.optionalBytes(3) else { return .erased }
        let (wrapped, id) = (WrappedKey(by: name, bytes: bytes), try row.id(1, as: ClientKeyID.self))
        do throws(ClientTextError) {
            return .usable(try ClientKey(unwrapping: wrapped, id: id, of: participant, with: masters))
        } catch {
            return .unreadable(error)
        }
    }

    /// Stores new keys. A key that somebody else has made for the client meanwhile makes it fail as a unique
    /// violation: never may a text be sealed with a key that is not in the table.
    public static func insert(_ keys: [ClientKey], masters: MasterKeys, on connection: Connection) throws {
        guard !keys.isEmpty else { return }
        let wrapped = try keys.map { try $0.wrapped(by: masters) }
        try connection.run(
            insertKeys,
            [
                .ids(keys.map(\.participant)), .ids(keys.map(\.id)), .texts(wrapped.map(\.by)),
                .byteArrays(wrapped.map(\.bytes)),
            ])
    }

    /// What the client wrote with a rating, in plain words; nil for a rating without. Client data.
    public static func comment(
        of rating: Rating, in event: EventID, masters: MasterKeys, on connection: Connection
    ) throws -> String? {
        guard let sealed = rating.comment else { return nil }
        switch try entries(of: [rating.participant], masters: masters, on: connection)[rating.participant] {
        case .usable(let key): return try key.open(sealed, in: event)
        case .erased: throw ClientTextError.erased
        case .unreadable(let error): throw error
        case nil: throw ClientTextError.noKey
        }
    }

    private static let select: Statement = """
        select participant_id, key_id, wrapped_by, wrapped_key from ledger.client_key where participant_id = any($1)
        """

    private static let insertKeys: Statement = """
        insert into ledger.client_key (participant_id, key_id, wrapped_by, wrapped_key)
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[])
        """
}
