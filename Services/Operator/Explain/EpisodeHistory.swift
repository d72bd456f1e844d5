import Catalogue
import Contracts
import Domain
import Persistence

/// An episode's events from the ledger, scored again with the catalogue at hand.
struct EpisodeHistory {
    /// What was known after one event.
    struct Moment {
        let event: LedgerEvent
        /// The id of the trajectory event that followed.
        let trajectory: EventID
        let update: CourseUpdate
    }

    let moments: [Moment]

    /// - Parameter events: of one stream, from its beginning.
    init(_ events: [LedgerEvent], catalogue: Catalogue) throws {
        var fold = EpisodeFold(catalogue: catalogue)
        var moments: [Moment] = []
        for event in events {
            guard let update = try fold.apply(event) else { continue }
            let trajectory = DerivedIdentity.trajectory(following: event.id, on: update.course.basis)
            moments.append(Moment(event: event, trajectory: trajectory, update: update))
        }
        self.moments = moments
    }

    /// The moment that a trajectory event tells of; nil where the catalogue has other figures than it had then.
    func moment(of trajectory: EventID) -> Moment? {
        moments.last { $0.trajectory == trajectory }
    }
}
