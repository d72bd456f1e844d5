import Catalogue
import Contracts
import Domain
import Foundation
import Persistence

/// An episode put into the tables as the services would have left it: ledger, episode, courses.
struct StoredEpisode {
    let id: EpisodeID
    let site: SiteID
    let clinician: String
    let participants: [Participant]
    private(set) var events: [EpisodeEvent]

    init(
        at site: SiteID = SiteID(unchecked: "north"), clinician: String = "c-01",
        participants: [Participant] = [Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)],
        openedOn: CalendarDay = CalendarDay(daysSinceEpoch: 20_400), service: String = "adult-outpatient"
    ) {
        id = EpisodeID(rawValue: UUID())
        self.site = site
        self.clinician = clinician
        self.participants = participants
        events = [
            .opened(
                EpisodeOpening(
                    service: service, openedOn: openedOn, clinician: clinician, participants: participants))
        ]
    }

    var rater: ParticipantID { participants[0].id }

    /// A session a week, and at each a total on an instrument.
    mutating func rate(
        _ totals: [Int], on instrument: InstrumentReference = .ors, by rater: ParticipantID? = nil, holdingSessions: Bool = true
    ) {
        guard case .opened(let opening) = events[0] else { return }
        for (index, total) in totals.enumerated() {
            let day = CalendarDay(daysSinceEpoch: opening.openedOn.daysSinceEpoch + index * 7)
            if holdingSessions {
                events.append(.sessionHeld(SessionHeld(id: SessionID(rawValue: UUID()), number: index + 1, day: day)))
            }
            events.append(
                .ratingRecorded(
                    Rating(
                        id: RatingID(rawValue: UUID()), participant: rater ?? self.rater, instrument: instrument,
                        session: index + 1, day: day, answers: .total(total))))
        }
    }

    mutating func add(_ event: EpisodeEvent) { events.append(event) }

    /// - Parameter connection: of a superuser.
    func store(on connection: Connection, catalogue: Catalogue = Self.catalogue) throws {
        var scoring = EpisodeScoring()
        for (index, event) in events.enumerated() {
            _ = try scoring.apply(event, version: Int64(index + 1)) { instrument, rater in
                catalogue.basis(for: instrument, role: rater.role, ageBand: rater.ageBand, sex: rater.sex, site: site)
            }
        }
        let records = try events.map { event in
            NewEvent(
                id: EventID(rawValue: UUID()), stream: id, site: site, type: event.type.rawValue, traceparent: nil,
                payload: try EpisodeEventCodec.encode(event, actor: clinician))
        }
        let closedOn: CalendarDay? = events.lazy.compactMap { if case .closed(let closure) = $0 { closure.day } else { nil } }.first
        guard case .opened(let opening) = events[0] else { return }
        try connection.transaction { connection in
            _ = try Ledger.append(records, to: .episode, on: connection)
            try connection.run(
                """
                insert into ledger.episode (episode_id, site, service, clinician, opened_on, closed_on, participants)
                values ($1, $2, $3, $4, $5, $6, $7)
                """,
                [
                    .id(id), .text(site.text), .text(opening.service), .text(clinician), .day(opening.openedOn),
                    .optional(closedOn), .ids(participants.map(\.id)),
                ])
            for case .ratingRecorded(let rating) in events {
                try connection.run(
                    """
                    insert into ledger.rating (site, rating_id, episode_id, participant_id, instrument, instrument_version)
                    values ($1, $2, $3, $4, $5, $6)
                    """,
                    [
                        .text(site.text), .id(rating.id), .id(id), .id(rating.participant),
                        .text(rating.instrument.id.text), .text(rating.instrument.version),
                    ])
            }
            for (key, course) in scoring.courses {
                try connection.run(
                    """
                    insert into scoring.trajectory
                        (episode_id, participant_id, instrument, instrument_version, site, point_count, state, version, body)
                    values ($1, $2, $3, $4, $5, $6, 1, $7, $8)
                    """,
                    [
                        .id(id), .id(key.participant), .text(key.instrument.id.text), .text(key.instrument.version),
                        .text(site.text), .int32(Int32(course.trajectory.points.count)), .int64(scoring.version),
                        .bytes(try CourseCodec.encode(course.trajectory)),
                    ])
            }
        }
    }

    static let catalogue: Catalogue = {
        guard let catalogue = try? Catalogue.load(siteFolder: nil) else { fatalError("the built-in catalogue is good") }
        return catalogue
    }()
}

extension InstrumentReference {
    static let ors = newest("ors")
    static let srs = newest("srs")
    static let phq9 = newest("phq-9")

    /// The built-in version.
    static func newest(_ id: String) -> InstrumentReference {
        let found = StoredEpisode.catalogue.instruments.first { $0.reference.id.text == id }
        guard let found else { fatalError("\(id) is built in") }
        return found.reference
    }
}
