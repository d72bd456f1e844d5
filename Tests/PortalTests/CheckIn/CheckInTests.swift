import Catalogue
import ClientText
import Contracts
import Domain
import Foundation
import Persistence
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// What a client answers, and what becomes of it.
@Suite struct CheckInTests {
    private static let wellbeing = "/m/attune-wellbeing"
    private static let alliance = "/m/attune-alliance"

    @Test func `A check-in leads through both own measures, and says what was recorded`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (browser, path) = try await scene.begun()
            #expect(try await browser.get(path + "/next").location == path + Self.wellbeing)
            let page = try await browser.get(path + Self.wellbeing)
            #expect(page.text.contains("I managed what I had to do."))
            #expect(page.text.contains("Part 1 of 2"))
            #expect(!page.text.contains("checked"))
            #expect(!page.text.contains(#"name="comment""#), "there is no key to seal a comment with")
            let answered = try await browser.answer(path + Self.wellbeing, ["1", "2", "3", "4", "0"])
            #expect(answered.status == 303)
            #expect(try await browser.get(path + "/next").location == path + Self.alliance)
            _ = try await browser.answer(path + Self.alliance, ["4", "4", "4", "4", "4"])
            #expect(try await browser.get(path + "/next").location == path + "/summary")
            let summary = try await browser.get(path + "/summary").text
            #expect(summary.contains("Your answers add up to 10."))
            #expect(summary.contains("Your answers add up to 20."))
            #expect(summary.contains("from 0 to 20. Higher means that things are better."))
            #expect(summary.contains(#"href="/my""#))
            let ratings = try scene.ratings
            #expect(ratings.map(\.answers) == [.items([1, 2, 3, 4, 0]), .items([4, 4, 4, 4, 4])])
            #expect(ratings.allSatisfy { $0.session == 3 && $0.participant == scene.episode.rater })
            let looks = try scene.accesses(scene.episode.id)
            let own = AccessEventBody.viewed(.checkIn, as: "client", participant: scene.episode.rater)
            #expect(looks.filter { $0.body == own }.count >= 3)
            let token = try #require(try await browser.get(path + "/summary").token)
            #expect(try await browser.post(path + "/leave", [("_token", token)]).location == "/check-in/thanks")
            #expect(try await browser.get("/check-in/thanks").text.contains("Thank you"))
            #expect(try await browser.get(path + "/summary").location == path)
            #expect(try await browser.get(path).text.contains("already been opened"))
        }
    }

    @Test func `What is missing or no answer is shown beside its question, and nothing typed is lost`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (browser, path) = try await scene.begun()
            let refused = try await browser.answer(path + Self.wellbeing, ["1", "", "3", "2", ""])
            #expect(refused.status == 422)
            #expect(refused.text.contains("2 questions need another look"))
            for item in [2, 5] { #expect(refused.text.contains(#"id="item\#(item)-fault""#)) }
            #expect(!refused.text.contains(#"id="item1-fault""#))
            #expect(refused.text.firstMatch(of: #/id="item2-1" [^>]* autofocus/#) != nil)
            let main = refused.text.split(separator: "</main>")[0]
            #expect(main.matches(of: #/ autofocus/#).count == 1)
            #expect(refused.text.firstMatch(of: #/id="item3-4" name="item3" value="3" checked/#) != nil)
            for wrong in ["5", "-1", "1.5", "x", "9999999999999999999999", "<script>", "٣", "1e1"] {
                let refused = try await browser.answer(path + Self.wellbeing, ["1", wrong, "3", "2", "2"])
                #expect(refused.status == 422, "\(wrong)")
                #expect(refused.text.contains(#"id="item2-fault""#), "\(wrong)")
                #expect(!refused.text.contains("<script>"))
            }
            #expect(try await browser.answer(path + Self.wellbeing, []).status == 422)
            #expect(try scene.recorded() == [])
            #expect(try await browser.get(path + "/m/phq-9").status == 404)
        }
    }

    @Test func `Answers sent twice are one rating, other answers afterwards change nothing`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (browser, path) = try await scene.begun()
            let page = try await browser.get(path + Self.wellbeing)
            let token = try #require(page.token)
            func send(_ last: String) async throws -> Browser.Answer {
                try await browser.post(
                    path + Self.wellbeing,
                    [("_token", token), ("answer", "1")] + (1...4).map { ("item\($0)", "2") } + [("item5", last)])
            }
            for last in ["2", "2", "4"] {
                #expect(try await send(last).location == path + "/next")
            }
            #expect(try scene.ratings.map(\.answers) == [.items([2, 2, 2, 2, 2])])
            #expect(try await browser.get(path + Self.wellbeing).location == path + "/summary")
            #expect(try await browser.post(path + Self.alliance, [("_token", "x"), ("item1", "1")]).status == 403)
        }
    }

    @Test func `To decline is an answer, and can be thought over`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (browser, path) = try await scene.begun()
            for _ in 0..<2 {
                #expect(try await browser.answer(path + Self.wellbeing, ["1"], button: "decline").location == path + "/next")
            }
            #expect(try await browser.get(path + "/next").location == path + Self.alliance)
            #expect(try await browser.get(path + "/summary").text.contains("You would rather not answer this today."))
            guard case .ratingDeclined(let declined) = try #require(try scene.recorded().first) else {
                Issue.record("nothing was declined")
                return
            }
            #expect(declined.instrument.id.text == "attune-wellbeing" && declined.purpose == .outcome)
            #expect(try scene.recorded().count == 1)
            _ = try await browser.answer(path + Self.wellbeing, ["1", "1", "1", "1", "1"])
            #expect(try await browser.get(path + "/summary").text.contains("add up to 5."))
        }
    }

    /// A portal that takes comments.
    private func withContentKeys(_ body: (PortalServer) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "check-in-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = folder.appending(path: "content.keys")
        try Data(MasterKeys.line(named: "test").utf8).write(to: keys)
        try await PortalServer.run(
            on: try TestDatabase.make(), environment: ["ATTUNE_CONTENT_KEY_FILE": keys.path], body)
    }

    @Test func `A comment is sealed, and no markup of it reaches a page`() async throws {
        try await withContentKeys { server in
            let scene = try await CheckInScene(server)
            let (browser, path) = try await scene.begun()
            let words = "</textarea><script>alert('1')</script> \u{1F600}"
            let faulty = try await browser.answer(path + Self.wellbeing, ["1"], more: [("comment", words)])
            #expect(faulty.status == 422)
            #expect(faulty.text.contains("&lt;/textarea&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; \u{1F600}"))
            let long = try await browser.answer(
                path + Self.wellbeing, ["1", "1", "1", "1", "1"], more: [("comment", String(repeating: "ä", count: 4001))])
            #expect(long.status == 422)
            #expect(long.text.contains(#"id="comment-fault""#))
            let sent = try await browser.answer(
                path + Self.wellbeing, ["1", "1", "1", "1", "1"], more: [("comment", words)])
            #expect(sent.status == 303)
            let events = try Ledger.events(stream: scene.episode.id, category: .episode, on: server.database.connect())
            let payload = String(decoding: try #require(events.last).payload, as: UTF8.self)
            #expect(!payload.contains("alert"))
            #expect(try scene.ratings.count == 1)
        }
    }

    @Test func `Who treats a client reads what they wrote, until it is erased, and nobody else does`() async throws {
        try await withContentKeys { server in
            let scene = try await CheckInScene(server)
            let (browser, path) = try await scene.begun()
            let sent = try await browser.answer(
                path + Self.wellbeing, ["1", "1", "1", "1", "1"], more: [("comment", "I <b>did</b> not sleep.")])
            #expect(sent.status == 303)
            let session = "/episodes/\(scene.episode.id)/session?number="
            func clinician(_ number: Int) async throws -> String {
                try await scene.clinician.get(session + "\(number)").text
            }
            #expect(try await clinician(3).contains("<blockquote>I &lt;b&gt;did&lt;/b&gt; not sleep.</blockquote>"))
            // Beside the next session as well, and not for ever.
            #expect(try await clinician(4).contains("not sleep"))
            #expect(!(try await clinician(5).contains("not sleep")))
            let other = try await server.browser(.clinician, as: "c-02", sites: ["south"])
            #expect(!(try await other.get(session + "3").text.contains("not sleep")))
            try server.database.connect().run(
                """
                update ledger.client_key set wrapped_by = null, wrapped_key = null, destroyed_at = now(),
                    destroyed_by = 'op-1', reason = 'asked for' where participant_id = $1
                """, [.id(scene.episode.rater)])
            let erased = try await clinician(3)
            #expect(erased.contains("What was written here has been erased.") && !erased.contains("not sleep"))
        }
    }

    @Test func `The invitation's language is spoken, and a choice goes before it`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (browser, path) = try await scene.begun(language: "de")
            let page = try await browser.get(path + Self.wellbeing).text
            #expect(page.contains(#"<html lang="de">"#) && page.contains("Ich habe geschafft, was ich zu tun hatte."))
            let (english, link) = try await scene.begun()
            #expect(try await english.get(link + Self.alliance).text.contains("I was taken seriously."))
        }
    }
}
