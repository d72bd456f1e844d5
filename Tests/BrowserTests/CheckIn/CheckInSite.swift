import Contracts
import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit
import TestSupport
import Testing

/// A portal with an episode whose client is asked for the own measures, or for lines.
final class CheckInSite: PortalSite {
    let database: TestDatabase
    let episode = EpisodeID(rawValue: UUID())
    let client = ParticipantID(rawValue: UUID())
    private let portal: PortalProcess

    /// - Parameter asksOnLines: whether the client has been asked for an instrument of four lines before.
    init(asksOnLines: Bool = false) throws {
        database = try TestDatabase.make()
        let folder = FileManager.default.temporaryDirectory.appending(path: "check-in-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let keys = folder.appending(path: "content.keys")
        let key = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        try Data("test \(key)\n".utf8).write(to: keys)
        let texts = folder.appending(path: "texts").path
        if asksOnLines { try Self.loadLines(into: texts, folder) }
        portal = try PortalProcess(
            on: database, in: folder, ["ATTUNE_CONTENT_KEY_FILE": keys.path, "ATTUNE_TEXTS_DIR": texts])
        try store(asksOnLines: asksOnLines)
    }

    func url(_ path: String) -> String { portal.url(path) }

    private func store(asksOnLines: Bool) throws {
        let (day, site) = (CalendarDay("2026-03-02")!, SiteID(unchecked: "north"))
        let participant = Participant(id: client, role: .`self`, ageBand: .adult)
        var events: [EpisodeEvent] = [
            .opened(EpisodeOpening(service: "adult", openedOn: day, clinician: "c-01", participants: [participant]))
        ]
        if asksOnLines {
            events.append(
                .ratingDeclined(
                    RatingDeclined(
                        id: DeclineID(rawValue: UUID()), participant: client,
                        instrument: InstrumentReference(id: InstrumentID(unchecked: "ors"), version: "2000"),
                        purpose: .outcome, session: 1, day: day)))
        }
        let records = try events.map { event in
            NewEvent(
                id: EventID(rawValue: UUID()), stream: episode, site: site, type: event.type.rawValue, traceparent: nil,
                payload: try EpisodeEventCodec.encode(event, actor: "c-01"))
        }
        try database.connect().transaction { connection in
            _ = try Ledger.append(records, to: .episode, on: connection)
            try connection.run(
                """
                insert into ledger.episode (episode_id, site, service, clinician, opened_on, participants)
                values ($1, $2, 'adult', 'c-01', $3, $4)
                """, [.id(episode), .text(site.text), .day(day), .ids([client])])
        }
    }

    /// Ratings that the ledger has, in their order.
    func ratings() throws -> [Answers] {
        try Ledger.events(stream: episode, category: .episode, on: database.connect()).compactMap { record in
            let type = try #require(EventType(rawValue: record.type))
            guard case .ratingRecorded(let rating) = try EpisodeEventCodec.decode(record.payload, type: type).event
            else { return nil }
            return rating.answers
        }
    }

    /// Wording of the test's own on four lines from 0 to 10, checked and pinned as a site does it.
    private static func loadLines(into texts: String, _ folder: URL) throws {
        func limit(_ name: String, _ value: Int) -> String {
            #"{"url": "http://hl7.org/fhir/StructureDefinition/\#(name)", "valueDecimal": \#(value)}"#
        }
        let items = (1...4).map {
            #"{"linkId": "item\#($0)", "type": "decimal", "text": "Line number \#($0)", "#
                + #""extension": [\#(limit("minValue", 0)), \#(limit("maxValue", 10))]}"#
        }
        let file = folder.appending(path: "ors.json")
        let resource =
            #"{"resourceType": "Questionnaire", "status": "active", "language": "en", "title": "Four lines", "#
            + #""code": [{"system": "urn:attune:instrument", "code": "ors"}], "item": [\#(items.joined(separator: ","))]}"#
        try Data(resource.utf8).write(to: file)
        try ManagedProcess.run(
            Command(
                name: "attune", executable: TestPrograms.folder.appending(path: "attune"),
                arguments: ["texts", "load", file.path, "--folder", texts],
                output: .file(folder.appending(path: "texts.log"))),
            within: .seconds(60))
    }
}

extension Browser {
    /// Opens a new invitation's first measure.
    func begin(at site: CheckInSite, language: String = "en") throws {
        try begin(invitation(at: site, to: site.episode, language: language).path, at: site)
        try wait(for: "the first measure") { try !all("#answers").isEmpty }
    }

    /// Presses Tab until something has the focus.
    func tab(to css: String) throws {
        for _ in 0..<60 {
            try press(.tab)
            if try script("return document.activeElement.matches(arguments[0])", [.string(css)]).isTrue { return }
        }
        Issue.record("no way by Tab to \(css) on \(try url)")
    }

    /// What stands on the page.
    var words: String { get throws { try find("main").text } }
}
