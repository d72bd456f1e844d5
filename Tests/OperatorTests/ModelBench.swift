import Contracts
import Domain
import Foundation
import Persistence
import TestSupport

/// A ledger with simulated courses on the Outcome Rating Scale, and a folder for a site's catalogue.
struct ModelBench {
    static let ors = InstrumentReference(id: InstrumentID("ors")!, version: "2000")
    static let adult = Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)

    let database: TestDatabase
    let files: TestFolder
    private let writer: Connection

    init() throws {
        database = try TestDatabase.make()
        files = try TestFolder()
        writer = try database.connect(role: "attune_ingestion")
    }

    /// Runs a command in the role that operators have, with this folder as the site's catalogue.
    func attune(_ arguments: String..., catalogue: String? = nil) async throws -> Program.Ending {
        try await attune(arguments: arguments, catalogue: catalogue)
    }

    func attune(arguments: [String], catalogue: String? = nil) async throws -> Program.Ending {
        var environment = ["ATTUNE_DATABASE_URL": database.url, "ATTUNE_DATABASE_ROLE": "attune_operator"]
        environment["ATTUNE_CATALOGUE_DIR"] = catalogue
        return try await Program.attune(arguments, environment: environment)
    }

    /// A folder of the catalogue that holds one file.
    func catalogue(_ text: String, _ name: String = "site") throws -> String {
        let folder = files.path(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: folder).appending(path: "site.yaml"))
        return folder
    }

    /// The events of the one episode that the ledger holds, in order.
    func onlyEpisode() throws -> [LedgerEvent] { try Ledger.page(of: .episode, after: 0, limit: 1000, on: database.connect()) }

    func events() throws -> Int64 { try database.connect().run("select count(*) from ledger.event").only().int64(0) }

    /// Appends episodes, a batch at a time.
    func append(_ episodes: [[EpisodeEvent]], site: String = "north", lane: Lane = .episode) throws {
        let new = try episodes.flatMap { events in
            let stream: EpisodeID = TimeOrderedIdentity.make(at: .now)
            return try events.map { event in
                NewEvent(
                    id: TimeOrderedIdentity.make(at: .now), stream: stream, site: SiteID(site)!, type: event.type.rawValue,
                    traceparent: nil, payload: try EpisodeEventCodec.encode(event, actor: "c-01"))
            }
        }
        _ = try writer.transaction { try Ledger.append(new, to: lane, on: $0) }
    }

    /// What happens in an episode with these ratings: session and score in steps.
    static func episode(
        _ ratings: [(session: Int, score: Int)], rater: Participant = adult, openedOn: String = "2025-03-03",
        isClosed: Bool = true
    ) -> [EpisodeEvent] {
        let first = CalendarDay(openedOn)!
        func day(_ session: Int) -> CalendarDay { CalendarDay(daysSinceEpoch: first.daysSinceEpoch + 7 * (session - 1)) }
        var events: [EpisodeEvent] = [
            .opened(EpisodeOpening(service: "outpatient", openedOn: first, clinician: "c-01", participants: [rater]))
        ]
        events += ratings.map { rating in
            .ratingRecorded(
                Rating(
                    id: RatingID(rawValue: UUID()), participant: rater.id, instrument: ors, session: rating.session,
                    day: day(rating.session), answers: .total(rating.score)))
        }
        if isClosed {
            events.append(.closed(EpisodeClosure(day: day(ratings.last?.session ?? 1), reason: .agreedEnd)))
        }
        return events
    }
}
