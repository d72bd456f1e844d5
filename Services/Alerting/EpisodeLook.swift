import Catalogue
import Contracts
import Domain
import Persistence

/// Reads whole episodes from the ledger and scores them with the catalogue at hand.
struct EpisodeLook {
    let catalogue: Catalogue

    struct Seen {
        let site: SiteID
        let events: [EpisodeLacks.Event]
        /// Of the newest event.
        let newest: EventID
    }

    /// By episode. Those with an event that cannot be read are left out.
    func read(_ episodes: some Sequence<EpisodeID>, on connection: Connection) throws -> [EpisodeID: Seen] {
        let ranges = episodes.map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        let records = Dictionary(
            grouping: try Ledger.events(in: ranges, category: .episode, on: connection), by: \.stream)
        var seen: [EpisodeID: Seen] = [:]
        for (episode, records) in records {
            let events = records.compactMap { record -> EpisodeLacks.Event? in
                guard let type = EventType(rawValue: record.type),
                    let content = try? EpisodeEventCodec.decode(record.payload, type: type).event
                else { return nil }
                return EpisodeLacks.Event(id: record.id, content: content)
            }
            guard events.count == records.count, let last = records.last else { continue }
            seen[episode] = Seen(site: last.site, events: events, newest: last.id)
        }
        return seen
    }

    /// Nil where scoring cannot apply an event either.
    func lacks(_ episode: EpisodeID, _ seen: Seen, asOf day: CalendarDay, _ rules: EpisodeRulePolicy) -> EpisodeLacks? {
        try? EpisodeLacks(of: episode, seen.events, asOf: day, rules: rules, basis: basis(at: seen.site))
    }

    /// A course as it is now; nil where it cannot be scored.
    func course(
        of participant: ParticipantID, on instrument: InstrumentID, with rating: RatingID, in seen: Seen
    ) -> Course? {
        var scoring = EpisodeScoring()
        do throws(ScoringFailure) {
            for event in seen.events {
                _ = try scoring.apply(event.content, version: scoring.version + 1, basis: basis(at: seen.site))
            }
        } catch {
            return nil
        }
        return scoring.courses.first {
            $0.key.participant == participant && $0.key.instrument.id == instrument
                && $0.value.trajectory.point(of: rating) != nil
        }?.value
    }

    private func basis(at site: SiteID) -> (InstrumentReference, Participant) -> ScoringBasis? {
        { [catalogue] instrument, rater in
            catalogue.basis(for: instrument, role: rater.role, ageBand: rater.ageBand, sex: rater.sex, site: site)
        }
    }
}
