import AuditLog
import Catalogue
import Contracts
import Domain
import Persistence

/// The trajectory events of one episode: those that follow from its events against those in the log.
struct TrajectoryLeaves {
    private let episode: EpisodeID
    private let events: [LedgerEvent]
    private let leaves: [StoredLog.Leaf]
    private let scored: Int64
    private let isHeld: Bool
    private let mayBeReordered: Bool

    init(_ episode: EpisodeID, _ page: LeafPage, mayBeReordered: Bool) {
        self.episode = episode
        self.mayBeReordered = mayBeReordered
        events = page.events[episode] ?? []
        leaves = page.leaves[episode] ?? []
        scored = page.scored[episode] ?? 0
        isHeld = page.held.holds(episode, .scoring, .audit)
    }

    func judge(by decided: inout DecidedCatalogues, into result: inout CheckResult, on connection: Connection) throws {
        let catalogues = events.first.map { decided.all(at: $0.site) } ?? []
        var expected: [Int64: [EventID: Expected]] = [:]
        var fault: Unapplicable?
        for catalogue in catalogues {
            let found = ScoredAgain.fold(events, by: catalogue) { event, update in
                guard let follows = try? TrajectoryEvents.following(EventEnvelope(event), update) else { return }
                let entry = AuditEntry(topic: Topic.trajectories.name, follows)
                expected[event.version, default: [:]][follows.id] = Expected(
                    entry: entry, course: update.key, provenance: update.course.trajectory.provenance)
            }
            if fault == nil { fault = found }
        }
        if let fault, fault.lacksInstrument {
            return result.undecidable("episode \(episode): version \(fault.version) \(fault.reason)")
        }
        let found = Dictionary(grouping: leaves, by: \.entry.sequence)
        let newest = leaves.last?.entry.sequence ?? 0
        for version in Set(expected.keys).union(found.keys).sorted() {
            result.examine()
            let (candidates, present) = (expected[version] ?? [:], found[version] ?? [])
            if present.isEmpty {
                missing(version, isOvertaken: version < newest, &result)
            } else if candidates.isEmpty {
                for leaf in present {
                    result.difference("\(words(leaf)) is a trajectory event that does not follow from version \(version)")
                }
            } else {
                try compare(present, candidates, version, &result, on: connection)
            }
        }
    }

    private struct Expected {
        let entry: AuditEntry
        let course: CourseKey
        let provenance: Provenance
    }

    private func missing(_ version: Int64, isOvertaken: Bool, _ result: inout CheckResult) {
        let words = "episode \(episode): the trajectory event of version \(version) is not in the log"
        if isHeld {
            result.held()
        } else if isOvertaken, version <= scored, !mayBeReordered {
            // They come in order: one that is missing before another will not come any more.
            result.difference(words)
        } else {
            result.pending(1, words)
        }
    }

    private func compare(
        _ present: [StoredLog.Leaf], _ candidates: [EventID: Expected], _ version: Int64, _ result: inout CheckResult,
        on connection: Connection
    ) throws {
        var known: Set<EventID> = []
        for leaf in present {
            guard let candidate = candidates[leaf.entry.event] else {
                if try hasFigures(of: candidates, on: connection) {
                    result.difference("\(words(leaf)) is not the trajectory event that follows from version \(version)")
                } else {
                    result.undecidable(
                        "\(words(leaf)) follows from version \(version) by figures that the catalogue at hand does not hold")
                }
                continue
            }
            if !known.insert(leaf.entry.event).inserted { result.difference("\(words(leaf)) is in the log twice") }
            if leaf.entry != candidate.entry {
                result.difference("\(words(leaf)) does not say what follows from version \(version)")
            }
        }
        if known.count > 1 {
            result.undecidable(
                "episode \(episode): version \(version) was scored by several decisions about models, one after the other")
        }
    }

    /// Whether the catalogue at hand is the one by which the course stands.
    private func hasFigures(of candidates: [EventID: Expected], on connection: Connection) throws -> Bool {
        guard let course = candidates.values.first?.course else { return true }
        let stored = try connection.run(
            """
            select body from published.trajectory
            where episode_id = $1 and participant_id = $2 and instrument = $3 and instrument_version = $4
            """,
            [.id(episode), .id(course.participant), .text(course.instrument.id.text), .text(course.instrument.version)])
        guard let body = try stored.first?.bytes(0), let trajectory = try? CourseCodec.decode(body) else { return true }
        return candidates.values.contains { $0.provenance == trajectory.provenance }
    }

    private func words(_ leaf: StoredLog.Leaf) -> String {
        "leaf \(leaf.index) (event \(leaf.entry.event), episode \(episode))"
    }
}

/// What ledger, scoring and log hold of some episodes at one moment.
struct LeafPage {
    let events: [EpisodeID: [LedgerEvent]]
    let leaves: [EpisodeID: [StoredLog.Leaf]]
    private(set) var scored: [EpisodeID: Int64] = [:]
    let held: HeldEpisodes

    init(_ ids: [EpisodeID], on connection: Connection) throws {
        let ranges = ids.map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        events = Dictionary(grouping: try Ledger.events(in: ranges, category: .episode, on: connection), by: \.stream)
        leaves = Dictionary(
            grouping: try StoredLog.leaves(of: ids, topic: Topic.trajectories.name, on: connection), by: \.entry.episode)
        for row in try connection.run(
            "select episode_id, version from published.scored_episode where episode_id = any($1)", [.ids(ids)])
        {
            scored[try row.id(0)] = try row.int64(1)
        }
        held = try HeldEpisodes.read(on: connection)
    }
}
