import ClientText
import Contracts
import Domain
import Persistence

/// The keys of the clients whose words are in a batch: read when it begins, new ones written when it is accepted.
struct CommentKeys {
    private enum State {
        case usable(ClientKey, isNew: Bool)
        case refused(CommandRefusal)
    }

    private let states: [ParticipantID: State]
    private let masters: MasterKeys?

    static let none = CommentKeys(states: [:], masters: nil)

    private init(states: [ParticipantID: State], masters: MasterKeys?) {
        self.states = states
        self.masters = masters
    }

    static func read(
        for batch: ArraySlice<Submission>, masters: MasterKeys?, on connection: Connection
    ) throws(DatabaseError) -> CommentKeys {
        let writers = Set(batch.compactMap(\.commentWriter))
        guard !writers.isEmpty, let masters else { return .none }
        let known = try ClientKeyStore.entries(of: Array(writers), masters: masters, on: connection)
        var states: [ParticipantID: State] = [:]
        for writer in writers {
            states[writer] =
                switch known[writer] {
                case .usable(let key): .usable(key, isNew: false)
                case .erased: .refused(.clientErased)
                case .unreadable(let error): .refused(.commentKeyUnreadable(error))
                case nil: .usable(ClientKey(for: writer), isNew: true)
                }
        }
        return CommentKeys(states: states, masters: masters)
    }

    /// Of a command with a comment, the fingerprint covers the text under the client's key: the same text gives the same
    /// fingerprint, although it is sealed otherwise each time, and without the key nobody can try texts against it.
    func fingerprint(of submission: Submission) throws(CommandRefusal) -> [UInt8] {
        guard let comment = submission.comment, let writer = submission.commentWriter else { return submission.fingerprint }
        return DerivedIdentity.digest(of: [submission.fingerprint, try key(of: writer).mark(of: comment)])
    }

    /// The event as the ledger keeps it, the comment sealed.
    func payload(of accepted: BatchDecision.Accepted) throws -> [UInt8] {
        let submission = accepted.submission
        guard let comment = submission.comment, case .ratingRecorded(let rating) = submission.command.event else {
            return submission.payload
        }
        let sealed = try key(of: rating.participant).seal(comment, in: accepted.receipt.event)
        return try EpisodeEventCodec.encode(.ratingRecorded(rating.with(comment: sealed)), actor: submission.actor)
    }

    /// Writes the new keys that the accepted commands use.
    func store(for accepted: [BatchDecision.Accepted], on connection: Connection) throws {
        guard let masters else { return }
        var keys: [ClientKey] = []
        for writer in Set(accepted.compactMap(\.submission.commentWriter)).sorted() {
            if case .usable(let key, isNew: true) = states[writer] { keys.append(key) }
        }
        try ClientKeyStore.insert(keys, masters: masters, on: connection)
    }

    private func key(of writer: ParticipantID) throws(CommandRefusal) -> ClientKey {
        switch states[writer] {
        case .usable(let key, _): return key
        case .refused(let refusal): throw refusal
        case nil: throw .commentsNotSetUp
        }
    }
}

extension Submission {
    /// Whose words it carries; nil without any.
    fileprivate var commentWriter: ParticipantID? {
        guard comment != nil, case .ratingRecorded(let rating) = command.event else { return nil }
        return rating.participant
    }
}
