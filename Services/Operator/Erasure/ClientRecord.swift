import Contracts
import Domain
import Persistence

/// What there is of a client, as far as erasure is concerned: nothing of it is client data.
struct ClientRecord {
    struct Episode {
        let id: EpisodeID
        let site: SiteID
    }

    struct Key {
        let id: ClientKeyID
        let destroyedAt: Timestamp?
        let destroyedBy: String?
    }

    let participant: ParticipantID
    let episodes: [Episode]
    let key: Key?
    let hold: LegalHold?
    let waiting: ErasureRequest?

    /// - Throws: ``ErasureRefusal/unknownClient`` for a client of no episode.
    init(_ participant: ParticipantID, on connection: Connection) throws {
        self.participant = participant
        episodes = try connection.run(Self.selectEpisodes, [.id(participant)]).map {
            Episode(id: try $0.id(0), site: SiteID(unchecked: try $0.text(1)))
        }
        guard !episodes.isEmpty else { throw ErasureRefusal.unknownClient(participant) }
        key = try connection.run(Self.selectKey, [.id(participant)]).first.map {
            Key(id: try $0.id(0), destroyedAt: try $0.optionalTimestamp(1), destroyedBy: try $0.optionalText(2))
        }
        hold = try LegalHold.inForce(of: participant, on: connection).first
        waiting = try ErasureRequest.waiting(of: participant, on: connection).first
    }

    var isErased: Bool { key?.destroyedAt != nil }

    /// Ratings in which there are words, readable or not.
    func comments(on connection: Connection) throws -> Int {
        let ranges = episodes.map { Ledger.StreamRange(stream: $0.id, firstVersion: 1, lastVersion: .max) }
        return try Ledger.events(in: ranges, category: .episode, on: connection).count { event in
            guard event.type == EventType.ratingRecorded.rawValue,
                case .ratingRecorded(let rating) = try EpisodeEventCodec.decode(event.payload, type: .ratingRecorded).event
            else { return false }
            return rating.participant == participant && rating.comment != nil
        }
    }

    /// Appends an event to the history of each of the client's episodes, in the category that scoring does not read.
    func append(_ event: ClientEvent, by actor: String, on connection: Connection) throws {
        let now = try connection.run("select clock_timestamp()").only().timestamp(0)
        let payload = try ClientEventCodec.encode(event, actor: actor)
        let events = episodes.map { episode in
            NewEvent(
                id: TimeOrderedIdentity.make(at: now), stream: episode.id, site: episode.site, type: event.type.rawValue,
                traceparent: nil, payload: payload)
        }
        _ = try Ledger.append(events, to: .access, on: connection)
    }

    /// Whoever decides about a client's key or hold holds this until the transaction ends.
    static func lock(_ participant: ParticipantID, on connection: Connection) throws {
        try connection.run("select pg_advisory_xact_lock(4180, hashtext($1))", [.text(participant.description)])
    }

    private static let selectEpisodes: Statement = """
        select episode_id, site from published.episode where $1::uuid = any(participants) order by episode_id
        """
    private static let selectKey: Statement =
        "select key_id, destroyed_at, destroyed_by from ledger.client_key where participant_id = $1"
}

struct LegalHold {
    let participant: ParticipantID
    let placedAt: Timestamp
    let by: String
    let reason: String

    /// - Parameter participant: nil for all.
    static func inForce(of participant: ParticipantID? = nil, on connection: Connection) throws -> [LegalHold] {
        try connection.run(
            """
            select participant_id, placed_at, placed_by, reason from ledger.legal_hold
            where lifted_at is null and ($1::uuid is null or participant_id = $1) order by placed_at
            """, [.optional(participant?.rawValue)]
        ).map {
            LegalHold(participant: try $0.id(0), placedAt: try $0.timestamp(1), by: try $0.text(2), reason: try $0.text(3))
        }
    }
}

/// A request that met a hold.
struct ErasureRequest {
    let participant: ParticipantID
    let at: Timestamp
    let by: String
    let reason: String

    static func waiting(of participant: ParticipantID? = nil, on connection: Connection) throws -> [ErasureRequest] {
        try connection.run(
            """
            select participant_id, requested_at, requested_by, reason from ledger.erasure_request
            where state = 'waiting' and ($1::uuid is null or participant_id = $1) order by requested_at
            """, [.optional(participant?.rawValue)]
        ).map {
            ErasureRequest(participant: try $0.id(0), at: try $0.timestamp(1), by: try $0.text(2), reason: try $0.text(3))
        }
    }
}

/// Why nothing is done.
enum ErasureRefusal: Error, CustomStringConvertible {
    case unknownClient(ParticipantID)
    case held(LegalHold)
    case heldAlready(LegalHold)
    case notHeld(ParticipantID)

    var description: String {
        switch self {
        case .unknownClient(let client): "\(client) takes part in no episode"
        case .held(let hold):
            "a legal hold forbids it, placed by \(hold.by) at \(hold.placedAt): \(hold.reason). "
                + "The request is kept; make it again when `attune hold lift` has lifted the hold"
        case .heldAlready(let hold): "there is a hold already, placed by \(hold.by) at \(hold.placedAt): \(hold.reason)"
        case .notHeld(let client): "there is no hold on \(client)"
        }
    }
}
