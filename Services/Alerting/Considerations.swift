import Contracts
import Domain
import Persistence

/// What the rules about alerts look at beside the courses of an episode.
struct Surroundings {
    let open: [OpenAlert]
    let episodeIsOpen: Bool
    let raisedKinds: Set<AlertKind>
}

/// What alerting has considered in a batch, and what it had before it.
///
/// A trajectory that says nothing, of a course that said nothing, while nothing is open, can lead to nothing: it is not
/// noted. Most are of this kind, so that a note costs only where an alert is near.
struct Considerations {
    private struct Note {
        let event: EventEnvelope
        let isFollowed: Bool
        let surroundings: Surroundings
    }

    private var notes: [Note] = []

    /// A trajectory that is the newest of its course.
    mutating func follow(_ event: EventEnvelope, before: [Signal], after: [Signal], _ surroundings: Surroundings) {
        if before.isEmpty, after.isEmpty, surroundings.open.isEmpty { return }
        notes.append(Note(event: event, isFollowed: true, surroundings: surroundings))
    }

    /// A trajectory that a newer one of its course has overtaken, or one that comes again: of that the first note stands.
    mutating func passOver(_ event: EventEnvelope, saying signals: [Signal], _ surroundings: Surroundings) {
        if signals.isEmpty { return }
        notes.append(Note(event: event, isFollowed: false, surroundings: surroundings))
    }

    mutating func close(_ event: EventEnvelope, open: [OpenAlert]) {
        if open.isEmpty { return }
        let surroundings = Surroundings(open: open, episodeIsOpen: false, raisedKinds: [])
        notes.append(Note(event: event, isFollowed: true, surroundings: surroundings))
    }

    func save(on connection: Connection) throws {
        guard !notes.isEmpty else { return }
        try connection.run(
            Self.insert,
            [
                .ids(notes.map(\.event.episode)), .ids(notes.map(\.event.id)), .int64s(notes.map(\.event.sequence)),
                .bools(notes.map(\.isFollowed)),
                .texts(notes.map { $0.surroundings.open.map(\.id.description).joined(separator: ",") }),
                .bools(notes.map(\.surroundings.episodeIsOpen)), .int32s(notes.map(\.surroundings.raisedKinds.bits)),
            ])
    }

    // In the order given: the numbers tell it. Lists of several lengths cannot be an array of arrays.
    private static let insert: Statement = """
        insert into alerting.consideration
            (episode_id, event_id, version, followed, open_alerts, episode_open, raised_kinds)
        select episode_id, event_id, version, followed, string_to_array(open, ',')::uuid[], episode_open, raised_kinds
        from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bool[], $5::text[], $6::bool[], $7::int[])
            with ordinality as u (episode_id, event_id, version, followed, open, episode_open, raised_kinds, place)
        order by place
        on conflict (episode_id, event_id) do nothing
        """
}
