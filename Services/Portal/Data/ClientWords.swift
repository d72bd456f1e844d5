import ClientText
import Contracts
import Domain
import Persistence

/// What clients wrote with their ratings, opened for those who treat them: never logged, and kept nowhere.
struct ClientWords: Sendable {
    enum Reading: Hashable, Sendable {
        case said(String)
        /// The client's key has been destroyed.
        case erased
        /// The key is not at hand, or the text is damaged.
        case unreadable
    }

    /// Somebody's words, with the rating that they came with.
    struct Comment: Sendable {
        let rating: Rating
        let reading: Reading
    }

    /// Nil where the portal was given none.
    let masters: MasterKeys?
    let commands: Commands

    /// The comments of some sessions, in the order in which they were written; those of withdrawn ratings are left out.
    ///
    /// - Parameter found: what the visitor may see, the look at it written down.
    func comments(in found: EpisodeCase, ofSessions sessions: ClosedRange<Int>) async throws -> [Comment] {
        var written: [(event: EventID, rating: Rating)] = []
        for entry in found.entries {
            switch entry.event {
            case .ratingRecorded(let rating) where rating.comment != nil && sessions.contains(rating.session):
                written.append((entry.id, rating))
            case .ratingWithdrawn(let withdrawal): written.removeAll { $0.rating.id == withdrawal.rating }
            default: break
            }
        }
        guard !written.isEmpty else { return [] }
        guard let masters else { return written.map { Comment(rating: $0.rating, reading: .unreadable) } }
        let writers = Array(Set(written.map(\.rating.participant)))
        let keys = try await commands.asIntake { try ClientKeyStore.entries(of: writers, masters: masters, on: $0) }
        return written.map { event, rating in
            Comment(rating: rating, reading: Self.reading(rating, in: event, with: keys[rating.participant]))
        }
    }

    private static func reading(_ rating: Rating, in event: EventID, with entry: ClientKeyStore.Entry?) -> Reading {
        guard let sealed = rating.comment else { return .unreadable }
        switch entry {
        case .usable(let key): return (try? key.open(sealed, in: event)).map { .said($0) } ?? .unreadable
        case .erased: return .erased
        case .unreadable, nil: return .unreadable
        }
    }
}
