import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// The graph page, its file, the joint view and its consent.
@Suite struct EpisodePageTests {
    private static let partners = (0..<2).map { _ in
        Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)
    }

    private static func newID() -> String { UUID().uuidString.lowercased() }

    private static func accesses(_ episode: EpisodeID, on database: TestDatabase) throws -> [AccessEvent] {
        try Ledger.events(stream: episode, category: .access, on: database.connect()).map {
            try AccessEventCodec.decode($0.payload, type: try #require(EventType(rawValue: $0.type)))
        }
    }

    /// Goes off track at the third session.
    private static func offTrack(openedOn: CalendarDay = CalendarDay(daysSinceEpoch: 20_400)) -> StoredEpisode {
        var episode = StoredEpisode(openedOn: openedOn)
        episode.rate([183, 201, 152, 128])
        episode.rate([372, 368, 345, 331], on: .srs, holdingSessions: false)
        return episode
    }

    @Test func `The page has graph, sentences, table, what needs attention with its rule, and what happened`() async throws {
        let database = try TestDatabase.make()
        var episode = Self.offTrack()
        let day = CalendarDay(daysSinceEpoch: 20_415)
        let missed = Domain.SessionID(rawValue: UUID())
        episode.add(.sessionMissed(SessionMissed(id: missed, day: day, reason: .cancelledByClient)))
        episode.add(.reviewHeld(ReviewHeld(id: ReviewID(rawValue: UUID()), kind: .joint, day: day, by: "c-01")))
        let alert = AlertID(rawValue: UUID())
        let owner = try database.connect()
        try episode.store(on: owner)
        try AlertRow.insert(alert, of: episode, kind: .notOnTrack, on: owner)
        let found = episode
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let page = try await browser.get("/episodes/\(found.id)")
            #expect(page.status == 200)
            for part in [
                "Client \(CodeName.text(of: found.id))", "The client (\(CodeName.text(of: found.rater)))",
                "Outcome Rating Scale", "class=\"chart chart-wide\"", "class=\"chart chart-narrow\"",
                "First score 18.3 on 8 November 2025, latest 12.8 on 29 November 2025, 4 ratings.",
                "Every rating in this course", "<code>rci.worse</code>",
                "the latest rating is clearly harder than the first",
                "worse than the first by the reliable change or more", "/alerts/\(alert)\">Not on track</a>",
                "Appointment that did not take place", "cancelled by the client", "together with the client",
                "<td>Not talked about yet</td>", "more</summary>", "/session?number=5",
            ] {
                #expect(page.text.contains(part), "\(part)")
            }
            #expect(!page.text.contains(" style=") && !page.text.contains("<script>"))
            #expect(page.text.utf8.count < 100_000)
            // Missing data comes after the alliance, which comes after the course.
            let order = ["rci.worse", "alliance.cutoff", "missing.discussion"].compactMap {
                page.text.range(of: "<code>\($0)</code>")?.lowerBound
            }
            #expect(order.count == 3 && order == order.sorted())
            // A supervisor sees the same and records nothing.
            let supervisor = try await server.browser(.supervisor, as: "s-01").get("/episodes/\(found.id)")
            #expect(supervisor.status == 200 && !supervisor.text.contains("/session?number="))
            let german = try await browser.get("/episodes/\(found.id)", headers: [("Accept-Language", "de")])
            #expect(german.text.contains("Jetzt einen Blick wert") && german.text.contains("Erster Wert 18,3"))
        }
    }

    @Test func `A graph is served as a file of its own, and the look at it names the rater`() async throws {
        let database = try TestDatabase.make()
        let episode = Self.offTrack()
        try episode.store(on: try database.connect())
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let path = "/episodes/\(episode.id)/graph.svg?participant=\(episode.rater)"
            let file = try await browser.get("\(path)&instrument=ors@2000")
            #expect(file.status == 200)
            #expect(file.header("Content-Type") == "image/svg+xml; charset=utf-8")
            let name = "course-\(CodeName.text(of: episode.rater))-ors.svg"
            #expect(file.header("Content-Disposition") == "attachment; filename=\"\(name)\"")
            #expect(file.text.hasPrefix("<?xml") && Drawing(file.text) != nil)
            #expect(
                try Self.accesses(episode.id, on: database) == [
                    AccessEvent(
                        accessedBy: "c-01", reason: "",
                        body: .viewed(.graphFile, as: "clinician", participant: episode.rater))
                ])
            for wrong in ["\(path)&instrument=phq-9@2001", "\(path)&instrument=nonsense", path] {
                #expect(try await browser.get(wrong).status == 404, "\(wrong)")
            }
            // Nothing was shown, so nothing is written down.
            #expect(try Self.accesses(episode.id, on: database).count == 1)
        }
    }

    @Test func `Partners are side by side only while both agree; else the page says whose word is missing`() async throws {
        let database = try TestDatabase.make()
        var couple = StoredEpisode(participants: Self.partners)
        couple.rate([183, 201])
        couple.rate([250, 240], by: Self.partners[1].id, holdingSessions: false)
        try couple.store(on: try database.connect())
        let found = couple
        let (first, second) = (Self.partners[0].id, Self.partners[1].id)
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            func form(
                _ page: Browser.Answer, _ participant: ParticipantID, _ agrees: String, id: String = Self.newID()
            ) throws -> [(String, String)] {
                [
                    ("_token", try #require(page.token)), ("id", id), ("day", "2025-11-20"),
                    ("participant", participant.description), ("agrees", agrees),
                ]
            }
            let page = try await browser.get("/episodes/\(found.id)")
            let codes = Self.partners.map { CodeName.text(of: $0.id) }
            #expect(page.text.contains("the agreement of 2 people is missing"))
            let before = try await browser.get("/episodes/\(found.id)/joint")
            #expect(before.text.contains(codes[0]) && before.text.contains(codes[1]))
            #expect(!before.text.contains("class=\"chart"))
            let id = Self.newID()
            for _ in 0..<2 {
                let sent = try await browser.post("/episodes/\(found.id)/consent", try form(page, first, "yes", id: id))
                #expect(sent.status == 303 && sent.location == "/episodes/\(found.id)#joint")
            }
            let count = try database.connect().run(
                "select count(*) from ledger.event where type = 'attune.episode.consent-changed.v1'"
            ).only()
            #expect(try count.int64(0) == 1)
            let half = try await browser.get("/episodes/\(found.id)")
            #expect(half.text.contains("the agreement of one person is missing: The client (\(codes[1]))"))
            let yes = try form(page, second, "yes")
            #expect(try await browser.post("/episodes/\(found.id)/consent", yes).status == 303)
            let joint = try await browser.get("/episodes/\(found.id)/joint")
            #expect(joint.text.contains("class=\"chart") && joint.text.contains("22.0") == false)
            #expect(joint.text.contains("20.1") && joint.text.contains("24.0"))
            // What cannot be: somebody else, another word, a day to come.
            let wrong = [("participant", Self.newID()), ("agrees", "maybe"), ("day", "2199-01-01")]
            for (name, value) in wrong {
                let fields = try form(page, first, "no").map { $0.0 == name ? (name, value) : $0 }
                let refused = try await browser.post("/episodes/\(found.id)/consent", fields)
                #expect(refused.status == 422 && refused.text.contains("<code>/\(name)</code>"), "\(name)")
            }
        }
    }

    @Test func `One person alone has no joint view, and another site's couple is nothing`() async throws {
        let database = try TestDatabase.make()
        let single = Self.offTrack()
        var couple = StoredEpisode(at: SiteID(unchecked: "south"), participants: Self.partners)
        couple.rate([183, 201])
        let owner = try database.connect()
        try single.store(on: owner)
        try couple.store(on: owner)
        let found = couple
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let page = try await browser.get("/episodes/\(single.id)")
            #expect(!page.text.contains("id=\"joint\""))
            #expect(try await browser.get("/episodes/\(single.id)/joint").status == 404)
            #expect(try await browser.get("/episodes/\(found.id)/joint").status == 404)
            let sent = try await browser.post(
                "/episodes/\(found.id)/consent",
                [
                    ("_token", try #require(page.token)), ("id", Self.newID()), ("day", "2025-11-20"),
                    ("participant", Self.partners[0].id.description), ("agrees", "yes"),
                ])
            #expect(sent.status == 404)
            #expect(
                try Self.accesses(found.id, on: database).map(\.body) == [
                    .viewRefused(.jointGraph, as: "clinician"), .viewRefused(.graph, as: "clinician"),
                ])
        }
    }
}

/// An open alert as alerting would have left it.
enum AlertRow {
    static func insert(_ alert: AlertID, of episode: StoredEpisode, kind: AlertKind, on owner: Connection) throws {
        let rating: RatingID? = episode.events.lazy.compactMap {
            if case .ratingRecorded(let rating) = $0 { rating.id } else { nil }
        }.first
        try owner.run(
            """
            insert into alerting.alert
                (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument, clinician,
                 cause_event_id, raised_at, due_at, first_due_at)
            values ($1, $2, $3, $4, 'raised', 'etr.80', $5, $6, 'ors', $7, gen_random_uuid(), now(), now(), now())
            """,
            [
                .id(alert), .id(episode.id), .text(episode.site.text), .int16(kind.number),
                rating.map { .id($0) } ?? .null, .id(episode.rater), .text(episode.clinician),
            ])
    }
}
