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
        var scoring = EpisodeScoring()
        var moments: [Moment] = []
        for event in events {
            guard let type = EventType(rawValue: event.type) else {
                throw MalformedEvent(field: "type", problem: "not a known event type")
            }
            let content = try EpisodeEventCodec.decode(event.payload, type: type).event
            let update = try scoring.apply(content, version: event.version) { instrument, participant in
                catalogue.basis(
                    for: instrument, role: participant.role, ageBand: participant.ageBand, sex: participant.sex)
            }
            guard let update else { continue }
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
