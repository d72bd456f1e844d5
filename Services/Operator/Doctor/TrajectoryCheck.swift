import Catalogue
import Contracts
import Domain
import Persistence

/// Every stored course equals a fresh scoring of the ledger up to the version that scoring has reached, byte for byte;
/// and so do the stored participants. No row stands that no event calls for.
struct TrajectoryCheck: DoctorCheck {
    let name = CheckName.trajectories
    let site: SiteID?
    let catalogue: Catalogue

    func run(into result: inout CheckResult, on connection: Connection) throws {
        var decided = DecidedCatalogues(catalogue)
        let pages = EpisodePages(sources: [.ledger, .scored, .courses], site: site)
        try pages.forEach("checking trajectories", into: &result, on: connection) { episodes, result in
            let page = try connection.snapshot { try ScoredPage(episodes, on: $0) }
            for episode in episodes {
                var comparison = EpisodeComparison(episode, page)
                try comparison.run(by: &decided, into: &result)
            }
        }
    }
}

/// One episode: what is stored against what follows.
private struct EpisodeComparison {
    private let episode: EpisodeID
    private let page: ScoredPage
    private let events: [LedgerEvent]
    private let rows: [CourseKey: ScoredPage.CourseRow]

    init(_ episode: EpisodeID, _ page: ScoredPage) {
        self.episode = episode
        self.page = page
        events = page.events[episode] ?? []
        rows = page.courses[episode] ?? [:]
    }

    mutating func run(by decided: inout DecidedCatalogues, into result: inout CheckResult) throws {
        result.examine()
        let stored = page.episodes[episode]
        guard let last = events.last else {
            if stored != nil || !rows.isEmpty {
                result.difference("episode \(episode) is scored, and not in the ledger")
            }
            return
        }
        guard let stored else {
            for key in rows.keys.sorted() { result.difference("\(words(key)) is stored, and the episode is not") }
            return waits("episode \(episode): not scored at all, ledger at version \(last.version)", &result)
        }
        if stored.version > last.version {
            result.difference(
                "episode \(episode): scored to version \(stored.version), the ledger ends at \(last.version)")
        } else if stored.version < last.version {
            waits("episode \(episode): scored to version \(stored.version) of \(last.version)", &result)
        }
        let catalogues = decided.all(at: last.site)
        let again = ScoredAgain(events, through: stored.version, by: catalogues[0])
        if let fault = again.fault {
            let words = "episode \(episode): scored to version \(stored.version), but version \(fault.version) \(fault.reason)"
            if fault.lacksInstrument { result.undecidable(words) } else { result.difference(words) }
            return
        }
        if stored.site != last.site.text { result.difference("episode \(episode) is stored under another site") }
        if try TrajectoryCodec.encode(again.participants) != stored.participants {
            result.difference("episode \(episode): the stored participants are not those of the ledger")
        }
        try compare(again, stored.version, catalogues, &result)
    }

    private func compare(
        _ again: ScoredAgain, _ version: Int64, _ catalogues: [Catalogue], _ result: inout CheckResult
    ) throws {
        for key in Set(again.courses.keys).union(rows.keys).sorted() {
            guard let row = rows[key] else {
                result.difference("\(words(key)) is not stored")
                continue
            }
            guard let expected = again.courses[key] else {
                result.difference("\(words(key)) is stored, and no event calls for it")
                continue
            }
            if try row.faults(expected.course, expected.version).isEmpty { continue }
            try explain(row, key, expected, version, catalogues, &result)
        }
    }

    /// A course may rest on an earlier decision about models; one on figures that the catalogue does not hold cannot be
    /// scored again.
    private func explain(
        _ row: ScoredPage.CourseRow, _ key: CourseKey, _ expected: (course: Course, version: Int64), _ version: Int64,
        _ catalogues: [Catalogue], _ result: inout CheckResult
    ) throws {
        guard let stored = try? CourseCodec.decode(row.body) else {
            return result.difference("\(words(key)): the stored body cannot be read")
        }
        var candidates = [expected.course]
        if stored.provenance != expected.course.trajectory.provenance {
            candidates = catalogues.dropFirst().compactMap {
                ScoredAgain(events, through: version, by: $0).courses[key]?.course
            }
        }
        guard let course = candidates.first(where: { $0.trajectory.provenance == stored.provenance }) else {
            return result.undecidable(
                "\(words(key)) was scored with \(stored.provenance.words), and the catalogue at hand scores with "
                    + expected.course.trajectory.provenance.words)
        }
        let faults = try row.faults(course, expected.version)
        guard !faults.isEmpty else { return }
        result.difference("\(words(key)) differs from a fresh scoring in \(faults.joined(separator: ", "))")
    }

    private func waits(_ words: String, _ result: inout CheckResult) {
        if page.held.holds(episode, .scoring) { result.held() } else { result.pending(1, words) }
    }

    private func words(_ key: CourseKey) -> String {
        "episode \(episode), course of \(key.participant) on \(key.instrument)"
    }
}

extension Provenance {
    var words: String {
        let model = model.map { "model \($0.id)@\($0.version)" } ?? "no model"
        return "norm set \(normSet?.text ?? "none") and \(model)"
    }
}

/// What ledger and scoring hold of some episodes at one moment.
private struct ScoredPage {
    struct EpisodeRow {
        let site: String
        let version: Int64
        let participants: [UInt8]
    }

    struct CourseRow {
        let site: String
        let points: Int32
        let state: Int16
        let version: Int64
        let body: [UInt8]
        let episodeSite: String

        /// In what the row is not as scoring stores a course.
        func faults(_ course: Course, _ version: Int64) throws -> [String] {
            let trajectory = course.trajectory
            let comparisons: [(String, Bool)] = [
                ("body", try CourseCodec.encode(trajectory) == body), ("point count", trajectory.points.count == Int(points)),
                ("state", (trajectory.points.isEmpty ? 0 : trajectory.state.number) == state),
                ("version", version == self.version), ("site", site == episodeSite),
            ]
            return comparisons.filter { !$0.1 }.map(\.0)
        }
    }

    private(set) var events: [EpisodeID: [LedgerEvent]]
    private(set) var episodes: [EpisodeID: EpisodeRow] = [:]
    private(set) var courses: [EpisodeID: [CourseKey: CourseRow]] = [:]
    let held: HeldEpisodes

    init(_ ids: [EpisodeID], on connection: Connection) throws {
        let ranges = ids.map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        events = Dictionary(
            grouping: try Ledger.events(in: ranges, category: .episode, on: connection), by: \.stream)
        for row in try connection.run(Self.selectEpisodes, [.ids(ids)]) {
            episodes[try row.id(0)] = EpisodeRow(
                site: try row.text(1), version: try row.int64(2), participants: try row.bytes(3))
        }
        for row in try connection.run(Self.selectCourses, [.ids(ids)]) {
            let episode: EpisodeID = try row.id(0)
            let instrument = InstrumentReference(id: InstrumentID(unchecked: try row.text(2)), version: try row.text(3))
            let key = CourseKey(participant: try row.id(1), instrument: instrument)
            let site = try row.text(4)
            courses[episode, default: [:]][key] = CourseRow(
                site: site, points: try row.int32(5), state: try row.int16(6), version: try row.int64(7),
                body: try row.bytes(8), episodeSite: events[episode]?.first?.site.text ?? site)
        }
        held = try HeldEpisodes.read(on: connection)
    }

    private static let selectEpisodes: Statement = """
        select e.episode_id, e.site, e.version, p.participants
        from published.scored_episode e join published.scored_participants p using (episode_id)
        where e.episode_id = any($1)
        """

    private static let selectCourses: Statement = """
        select episode_id, participant_id, instrument, instrument_version, site, point_count, state, version, body
        from published.trajectory where episode_id = any($1)
        """
}
