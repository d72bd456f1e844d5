import Catalogue
import Contracts
import Domain
import Persistence

/// One episode as a page shows it: what happened, the courses as they are stored, and what follows from both today.
struct EpisodeCase: Sendable {
    /// Something that happened, with when and by whom it was recorded.
    struct Entry: Sendable {
        let id: EventID
        let event: EpisodeEvent
        let actor: String
        let recordedAt: Timestamp
    }

    let episode: EpisodeID
    let site: SiteID
    /// The service or programme within the site.
    let service: String
    /// Who answers for it: an opaque directory id.
    let clinician: String
    let openedOn: CalendarDay
    let closedOn: CalendarDay?
    let view: EpisodeView
    /// In the order of the stream.
    let entries: [Entry]
    /// Number of the newest event: what a command can be made conditional on.
    let version: UInt64
}

/// Reads episodes with the figures at hand.
struct CaseReading: Sendable {
    let catalogue: @Sendable () -> Catalogue

    /// Those of the episodes that the transaction's scope lets through, in the order of their ids. An episode whose
    /// events cannot be read is left out; `attune doctor` tells of it.
    ///
    /// Three statements, however many episodes.
    func cases(_ episodes: [EpisodeID], asOf day: CalendarDay, on connection: Connection) throws -> [EpisodeCase] {
        guard !episodes.isEmpty else { return [] }
        let parameters: [Parameter] = [.ids(episodes)]
        var entries: [EpisodeID: [(Int64, EpisodeCase.Entry?)]] = [:]
        for row in try connection.run(Self.selectEvents, parameters) {
            entries[try row.id(0), default: []].append((try row.int64(1), try Self.entry(row)))
        }
        var trajectories: [EpisodeID: [(CourseKey, Trajectory)]] = [:]
        for row in try connection.run(Self.selectCourses, parameters) {
            let key = CourseKey(
                participant: try row.id(1),
                instrument: InstrumentReference(id: InstrumentID(unchecked: try row.text(2)), version: try row.text(3)))
            guard let trajectory = try? CourseCodec.decode(try row.bytes(4)) else { continue }
            trajectories[try row.id(0), default: []].append((key, trajectory))
        }
        let catalogue = catalogue()
        return try connection.run(Self.selectEpisodes, parameters).compactMap { row in
            let id: EpisodeID = try row.id(0)
            return try Self.one(row, entries[id] ?? [], trajectories[id] ?? [], catalogue, day)
        }
    }

    /// One episode; nil where there is none in the scope.
    func one(_ episode: EpisodeID, asOf day: CalendarDay, on connection: Connection) throws -> EpisodeCase? {
        try cases([episode], asOf: day, on: connection).first
    }

    private static func one(
        _ row: Row, _ read: [(version: Int64, entry: EpisodeCase.Entry?)], _ trajectories: [(CourseKey, Trajectory)],
        _ catalogue: Catalogue, _ day: CalendarDay
    ) throws -> EpisodeCase? {
        let site = SiteID(unchecked: try row.text(1))
        let entries = read.compactMap(\.entry)
        guard entries.count == read.count, let version = read.last?.version else { return nil }
        var raters: [ParticipantID: Participant] = [:]
        for entry in entries {
            switch entry.event {
            case .opened(let opening): for rater in opening.participants { raters[rater.id] = rater }
            case .participantJoined(let rater): raters[rater.id] = rater
            default: break
            }
        }
        var courses: [CourseKey: Course] = [:]
        for (key, trajectory) in trajectories {
            guard let rater = raters[key.participant],
                let basis = catalogue.basis(
                    for: key.instrument, role: rater.role, ageBand: rater.ageBand, sex: rater.sex, site: site)
            else { continue }
            courses[key] = Course(restoring: trajectory, on: basis)
        }
        let id: EpisodeID = try row.id(0)
        guard let view = EpisodeView(of: id, events: entries.map(\.event), courses: courses, asOf: day) else { return nil }
        return EpisodeCase(
            episode: id, site: site, service: try row.text(2), clinician: try row.text(3), openedOn: try row.day(4),
            closedOn: try row.optionalDay(5), view: view, entries: entries, version: UInt64(version))
    }

    private static func entry(_ row: Row) throws -> EpisodeCase.Entry? {
        guard let type = EventType(rawValue: try row.text(3)),
            let read = try? EpisodeEventCodec.decode(try row.bytes(4), type: type)
        else { return nil }
        return EpisodeCase.Entry(id: try row.id(2), event: read.event, actor: read.actor, recordedAt: try row.timestamp(5))
    }

    private static let selectEpisodes: Statement = """
        select episode_id, site, service, clinician, opened_on, closed_on from published.portal_episode
        where episode_id = any($1) order by episode_id
        """
    private static let selectEvents: Statement = """
        select stream_id, version, event_id, type, payload, recorded_at from published.portal_event
        where category = 1 and stream_id = any($1) order by stream_id, version
        """
    private static let selectCourses: Statement = """
        select episode_id, participant_id, instrument, instrument_version, body from published.portal_course
        where episode_id = any($1)
        """
}
