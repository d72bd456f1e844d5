@testable import Catalogue
import Domain
import Foundation
import Persistence
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// What a clinician sees and records around one session.
@Suite struct SessionPageTests {
    private static func rated() -> StoredEpisode {
        var episode = StoredEpisode()
        episode.rate([183, 201, 152])
        episode.rate([372, 368, 345], on: .srs, holdingSessions: false)
        return episode
    }

    private static func ratings(_ episode: StoredEpisode) -> [Rating] {
        episode.events.compactMap { if case .ratingRecorded(let rating) = $0 { rating } else { nil } }
    }

    private static func newID() -> String { UUID().uuidString.lowercased() }

    private static func recorded(_ type: String, on database: TestDatabase) throws -> Int64 {
        try database.connect().run("select count(*) from ledger.event where type = $1", [.text(type)]).only().int64(0)
    }

    @Test func `The outcome comes before the alliance, each with what was rated at this session`() async throws {
        let database = try TestDatabase.make()
        let episode = Self.rated()
        try episode.store(on: try database.connect())
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let page = try await browser.get("/episodes/\(episode.id)/session?number=2")
            #expect(page.status == 200)
            #expect(page.text.contains("Session 2 · client \(CodeName.text(of: episode.id))"))
            let outcome = try #require(page.text.range(of: "Outcome Rating Scale: 20.1 on 15 November 2025"))
            let alliance = try #require(page.text.range(of: "Session Rating Scale: 36.8 on 15 November 2025"))
            #expect(outcome.lowerBound < alliance.lowerBound)
            for part in [
                "Held on 15 November 2025.", "session?number=1\"", "session?number=3\"", "/invitations\"",
                "action=\"/episodes/\(episode.id)/discussed\"",
            ] { #expect(page.text.contains(part), "\(part)") }
            let next = try await browser.get("/episodes/\(episode.id)/session")
            #expect(next.text.contains("Session 4 ·") && next.text.contains("Nothing rated at this session."))
            for wrong in ["0", "1000", "x"] {
                #expect(try await browser.get("/episodes/\(episode.id)/session?number=\(wrong)").status == 404)
            }
            let supervisor = try await server.browser(.supervisor, as: "s-01").get("/episodes/\(episode.id)/session")
            #expect(supervisor.status == 403)
        }
    }

    @Test func `A rating is discussed in one tap, once, however often the form is sent`() async throws {
        let database = try TestDatabase.make()
        let episode = Self.rated()
        try episode.store(on: try database.connect())
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let path = "/episodes/\(episode.id)/session?number=3"
            let page = try await browser.get(path)
            let rating = try #require(Self.ratings(episode).first { $0.session == 3 && $0.instrument == .ors })
            let fields = [
                ("_token", try #require(page.token)), ("id", Self.newID()), ("session", "3"),
                ("rating", rating.id.description), ("day", "2025-11-23"),
            ]
            for _ in 0..<2 {
                let sent = try await browser.post("/episodes/\(episode.id)/discussed", fields)
                #expect(sent.status == 303 && sent.location == path)
            }
            #expect(try Self.recorded("attune.rating.discussed.v1", on: database) == 1)
            let after = try await browser.get(path)
            #expect(after.text.contains("Discussed on 23 November 2025"))
            #expect(!after.text.contains("value=\"\(rating.id)\""))
            let unknown = try await browser.post(
                "/episodes/\(episode.id)/discussed",
                fields.map { $0.0 == "rating" || $0.0 == "id" ? ($0.0, Self.newID()) : $0 })
            #expect(unknown.status == 422 && unknown.text.contains("<code>/rating</code>"))
        }
    }

    @Test func `Sessions, missed appointments, reviews and totals are recorded, each once`() async throws {
        let database = try TestDatabase.make()
        let episode = Self.rated()
        try episode.store(on: try database.connect())
        let forms: [(path: String, type: String, fields: [(String, String)])] = [
            ("sessions", "attune.session.held.v1", [("number", "4"), ("day", "2025-11-29")]),
            ("missed", "attune.session.missed.v1", [("reason", "not_attended"), ("day", "2025-12-06")]),
            ("reviews", "attune.episode.review-held.v1", [("kind", "joint"), ("day", "2025-12-07")]),
            (
                "ratings", "attune.rating.recorded.v1",
                [
                    ("participant", episode.rater.description), ("instrument", "ors@2000"), ("total", "21.4"),
                    ("day", "2025-11-29"),
                ]
            ),
        ]
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let token = try #require(try await browser.get("/episodes/\(episode.id)/session?number=4").token)
            for form in forms {
                let before = try Self.recorded(form.type, on: database)
                let fields = [("_token", token), ("id", Self.newID()), ("session", "4")] + form.fields
                for _ in 0..<2 {
                    let sent = try await browser.post("/episodes/\(episode.id)/\(form.path)", fields)
                    #expect(sent.status == 303, "\(form.path): \(sent.text)")
                    #expect(sent.location == "/episodes/\(episode.id)/session?number=4")
                }
                #expect(try Self.recorded(form.type, on: database) == before + 1, "\(form.path)")
            }
            let after = try await browser.get("/episodes/\(episode.id)")
            #expect(after.text.contains("29 November 2025") && after.text.contains("did not come"))
        }
    }

    @Test func `Preferences are recorded, shown by scale with their strength, and whether the work is so`() async throws {
        let database = try TestDatabase.make()
        let episode = Self.rated()
        try episode.store(on: try database.connect())
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let path = "/episodes/\(episode.id)/session?number=3"
            let page = try await browser.get(path)
            #expect(page.text.contains("Nobody has asked yet.") && page.text.contains("name=\"item18\""))
            let base = [
                ("_token", try #require(page.token)), ("session", "3"), ("participant", episode.rater.description),
                ("day", "2025-11-23"),
            ]
            // Directiveness sums to 8, a strong wish; emotion lacks an answer; time and support are balanced.
            let answers = (1...18).map { item in
                ("item\(item)", item <= 4 ? "2" : item == 6 ? "" : "0")
            }
            let fields = base + [("id", Self.newID())] + answers
            for _ in 0..<2 {
                #expect(try await browser.post("/episodes/\(episode.id)/preferences", fields).status == 303)
            }
            #expect(try Self.recorded("attune.episode.preferences-recorded.v1", on: database) == 1)
            let asked = try await browser.get(path).text
            #expect(asked.contains("<strong>Strongly led by the clinician</strong>"))
            #expect(asked.contains("not all questions answered") && asked.contains("No strong wish"))
            let review = base + [
                ("id", Self.newID()), ("scale", "directiveness"), ("asked", "strong_first"), ("agreed", "try_out"),
                ("followed", "partly"),
            ]
            for _ in 0..<2 {
                #expect(try await browser.post("/episodes/\(episode.id)/preference-reviews", review).status == 303)
            }
            #expect(try Self.recorded("attune.episode.preference-reviewed.v1", on: database) == 1)
            let reviewed = try await browser.get(path).text
            #expect(reviewed.contains("agreed on 23 November 2025: try it for some sessions"))
            #expect(reviewed.contains("<span class=\"tag watch\">in part</span>"))
            for (place, field, value) in [
                ("preferences", "item5", "4"), ("preferences", "item7", "<i>"), ("preference-reviews", "scale", "speed"),
                ("preference-reviews", "followed", ""),
            ] {
                let changed = (place == "preferences" ? fields : review).map { $0.0 == field ? (field, value) : $0 }
                let refused = try await browser.post("/episodes/\(episode.id)/\(place)", changed)
                #expect(refused.status == 422 && refused.text.contains("<code>/\(field)</code>"), "\(field)")
            }
        }
    }

    @Test func `Whoever enters preferences from paper reads the wording that the site has loaded`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "texts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "c-nip.json")
        try Data(MeasureWordingTests.questionnaire("c-nip", items: 18, -3...3, language: "en").utf8).write(to: file)
        let texts = folder.appending(path: "texts").path
        _ = try TextFolder(path: texts).store(file.path, against: StoredEpisode.catalogue)
        let database = try TestDatabase.make()
        let episode = Self.rated()
        try episode.store(on: try database.connect())
        try await PortalServer.run(on: database, environment: ["ATTUNE_TEXTS_DIR": texts]) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let page = try await browser.get("/episodes/\(episode.id)/session?number=3").text
            #expect(page.contains(#"<label for="item18">18. <span lang="en">Line &lt;18&gt;</span></label>"#))
            #expect(page.contains("Of a test"))
        }
    }

    private static let refused: [(path: String, field: String, value: String)] = [
        ("sessions", "number", "0"), ("sessions", "number", "many"), ("sessions", "day", "29.11.2025"),
        ("sessions", "day", "2199-01-01"), ("sessions", "day", "2025-01-01"), ("sessions", "id", "7"),
        ("missed", "reason", "<script>alert(1)</script>"), ("reviews", "kind", ""),
        ("ratings", "total", "<script>alert(1)</script>"), ("ratings", "total", "40.1"), ("ratings", "total", "-1"),
        ("ratings", "total", "12.34"), ("ratings", "instrument", "c-nip@1.1"), ("ratings", "instrument", "none@1"),
        ("ratings", "participant", "018f2c1e-7a00-7000-8000-000000000001"), ("discussed", "rating", "<b>"),
    ]

    @Test func `What cannot be accepted is refused with its field named, and nothing is recorded`() async throws {
        let database = try TestDatabase.make()
        let episode = Self.rated()
        let owner = try database.connect()
        try episode.store(on: owner)
        let good = [
            ("number", "4"), ("day", "2025-11-29"), ("reason", "not_attended"), ("kind", "joint"),
            ("participant", episode.rater.description), ("instrument", "ors@2000"), ("total", "21.4"), ("session", "4"),
            ("rating", Self.newID()),
        ]
        let before = try owner.run("select count(*) from ledger.event where category = 1").only().int64(0)
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let token = try #require(try await browser.get("/episodes/\(episode.id)/session").token)
            for (path, field, value) in Self.refused {
                let fields = ([("_token", token), ("id", Self.newID())] + good).map { $0.0 == field ? (field, value) : $0 }
                let answer = try await browser.post("/episodes/\(episode.id)/\(path)", fields)
                #expect(answer.status == 422, "\(path) \(field) \(value): \(answer.status)")
                #expect(answer.text.contains("<code>/\(field)</code>"), "\(path) \(field) \(value)")
                #expect(!answer.text.contains("<script>alert"))
            }
            let german = try await browser.post(
                "/episodes/\(episode.id)/ratings",
                ([("_token", token), ("id", Self.newID())] + good).map { $0.0 == "total" ? ("total", "40,1") : $0 },
                headers: [("Accept-Language", "de")])
            #expect(german.text.contains("liegt außerhalb des Verfahrens: schreiben Sie 0,0 bis 40,0"))
        }
        #expect(try owner.run("select count(*) from ledger.event where category = 1").only().int64(0) == before)
    }

    @Test func `Nobody records in another site's episode, or in one that is closed`() async throws {
        let database = try TestDatabase.make()
        var south = StoredEpisode(at: SiteID(unchecked: "south"))
        south.rate([200])
        var closed = StoredEpisode()
        closed.rate([200])
        closed.add(.closed(EpisodeClosure(day: CalendarDay(daysSinceEpoch: 20_430), reason: .agreedEnd)))
        let owner = try database.connect()
        try south.store(on: owner)
        try closed.store(on: owner)
        let (other, ended) = (south.id, closed.id)
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let page = try await browser.get("/episodes/\(ended)/session")
            #expect(!page.text.contains("action=\"/episodes/\(ended)/sessions\""))
            // What was talked about before the end can be entered after it.
            let last = try await browser.get("/episodes/\(ended)/session?number=1").text
            #expect(last.contains("/discussed\"") && last.contains("name=\"day\" value=\"2025-12-08\""))
            let fields = [
                ("_token", try #require(page.token)), ("id", Self.newID()), ("number", "2"), ("day", "2025-11-29"),
            ]
            #expect(try await browser.get("/episodes/\(other)/session").status == 404)
            #expect(try await browser.post("/episodes/\(other)/sessions", fields).status == 404)
            let refused = try await browser.post("/episodes/\(ended)/sessions", fields)
            #expect(refused.status == 422 && refused.text.contains("<code>/day</code>"))
        }
    }
}
