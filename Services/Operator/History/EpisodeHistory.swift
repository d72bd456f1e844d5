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

    private(set) var moments: [Moment]

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

    /// The history by the decisions about models that hold today, or else by those that held when a trajectory event
    /// was made: the registry keeps them all.
    init(explaining trajectory: EventID, _ events: [LedgerEvent], catalogue: Catalogue) throws {
        self = try EpisodeHistory(events, catalogue: catalogue)
        guard moment(of: trajectory) == nil, let site = events.first?.site else { return }
        let decisions = Set(catalogue.registry.activations.filter { $0.site == site }.map(\.activatedAt))
        guard !decisions.isEmpty else { return }
        for time in decisions.sorted(by: >) + [Timestamp(microseconds: .min)] {
            let earlier = try EpisodeHistory(events, catalogue: catalogue.asDecided(by: time))
            if earlier.moment(of: trajectory) != nil {
                self = earlier
                return
            }
        }
    }

    /// The moment that a trajectory event tells of; nil where the catalogue has other figures than it had then.
    func moment(of trajectory: EventID) -> Moment? {
        moments.last { $0.trajectory == trajectory }
    }
}
