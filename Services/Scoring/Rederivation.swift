import Catalogue
import Contracts
import Domain
import Persistence

/// Derives trajectory events of the past anew from the ledger: the same ids, the same bytes.
struct Rederivation {
    let catalogue: Catalogue

    /// What followed from events that have been applied before.
    func events(for duplicates: [EventEnvelope], on connection: Connection) throws -> [EventEnvelope] {
        guard !duplicates.isEmpty else { return [] }
        var wanted: [EpisodeID: Set<Int64>] = [:]
        for event in duplicates { wanted[event.episode, default: []].insert(event.sequence) }
        let ranges = wanted.map { episode, versions in
            Ledger.StreamRange(stream: episode, firstVersion: 1, lastVersion: versions.max() ?? 0)
        }
        var episodes: [EpisodeID: ScoredEpisode] = [:]
        var derived: [EventEnvelope] = []
        for event in try Ledger.events(in: ranges.sorted { $0.stream < $1.stream }, category: .episode, on: connection) {
            let read = ReadEvent(try EventEnvelope(event))
            var episode = episodes[event.stream] ?? ScoredEpisode(id: event.stream, site: event.site)
            // What cannot be applied was parked when it came first; what waits behind it waits here, too.
            defer { episodes[event.stream] = episode }
            let follows: EventEnvelope?
            do throws(ScoringFault) {
                follows = try episode.apply(read, catalogue: catalogue)
            } catch {
                continue
            }
            guard let follows else { continue }
            if wanted[event.stream]?.contains(event.version) == true { derived.append(follows) }
        }
        return derived
    }
}
