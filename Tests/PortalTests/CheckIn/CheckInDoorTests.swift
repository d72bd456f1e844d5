import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// Who gets into a check-in: links, codes, and what neither is.
@Suite struct CheckInDoorTests {
    @Test func `Opening a link uses nothing up, beginning does, for one of two at once`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (link, code) = try await scene.invite()
            for _ in 0..<3 {
                let page = try await server.browser().get(link)
                #expect(page.status == 200 && page.text.contains("Your check-in"))
                #expect(page.header("Cache-Control") == "no-store")
            }
            let browsers = (0..<6).map { _ in server.browser() }
            let answers = try await withThrowingTaskGroup(of: Browser.Answer.self) { group in
                for browser in browsers { group.addTask { try await browser.post(link, []) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0.location == link + "/next" }.count == 1)
            #expect(answers.filter { $0.status == 410 && $0.text.contains("already been opened") }.count == 5)
            // The code is the same check-in.
            let typed = try await server.browser().post("/kiosk", [("code", code)])
            #expect(typed.status == 422)
            var open = 0
            for browser in browsers where try await browser.get(link).location == link + "/next" { open += 1 }
            #expect(open == 1)
        }
    }

    @Test func `Forged, changed and foreign links open nothing`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (link, _) = try await scene.invite()
            let key = try #require(PortalKey(String(repeating: "k", count: 40)))
            let id = InvitationID(rawValue: UUID())
            let other = try #require(PortalKey(String(repeating: "x", count: 40)))
            let forged = [
                link.dropLast(1) + (link.hasSuffix("A") ? "B" : "A"), "/check-in/x", "/check-in/a.b.c",
                "/check-in/\(other.signed(id.bytes, for: .link))", "/check-in/\(key.signed(id.bytes, for: .session))",
                "/check-in/\(key.signed([1, 2], for: .link))", "/check-in/" + String(repeating: "a", count: 3000),
            ]
            for address in forged {
                let browser = server.browser()
                for answer in [try await browser.get(String(address)), try await browser.post(String(address), [])] {
                    #expect(answer.status == 404, "\(address)")
                    #expect(answer.text.contains("This link does not work"), "\(address)")
                }
            }
            // Signed here, and not there any more: cleared up long after its end.
            let lost = try await server.browser().get("/check-in/\(key.signed(id.bytes, for: .link))")
            #expect(lost.status == 410 && lost.text.contains("This link has ended"))
        }
    }

    @Test func `Links and codes go on under a new key, and end when the old one is taken away`() async throws {
        let database = try TestDatabase.make()
        let (old, new) = (String(repeating: "k", count: 40), String(repeating: "n", count: 40))
        var made: [(link: String, code: String)] = []
        try await PortalServer.run(on: database) { server in
            let scene = try await CheckInScene(server)
            for session in 3...5 { made.append(try await scene.invite(session: "\(session)")) }
        }
        try await PortalServer.run(on: database, environment: ["ATTUNE_PORTAL_KEY": "\(old)\n\(new)"]) { server in
            let browser = server.browser()
            let begun = try await browser.post(made[0].link, [])
            let kiosk = try await server.browser().post("/kiosk", [("code", made[1].code)])
            // From here on under the address that the new key gives it.
            #expect(begun.location?.hasSuffix("/next") == true, "\(begun.text)")
            #expect(kiosk.location?.hasSuffix("/next") == true, "\(kiosk.text)")
        }
        try await PortalServer.run(on: database, environment: ["ATTUNE_PORTAL_KEY": new]) { server in
            let link = try await server.browser().get(made[2].link)
            let code = try await server.browser().post("/kiosk", [("code", made[2].code)])
            #expect(link.status == 404)
            #expect(code.status == 422)
        }
    }

    @Test func `An ended link says so, and an ended code is as a wrong one`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (link, code) = try await scene.invite()
            let owner = try server.database.connect()
            _ = try owner.run("update portal.invitation set made_at = now() - interval '31 minutes'")
            #expect(try await server.browser().post("/kiosk", [("code", code)]).status == 422)
            #expect(try await server.browser().get(link).status == 200)
            _ = try owner.run("update portal.invitation set ends_at = now()")
            for answer in [try await server.browser().get(link), try await server.browser().post(link, [])] {
                #expect(answer.status == 410 && answer.text.contains("This link has ended"))
            }
            #expect(try owner.run("select 1 from portal.invitation where used_at is null").count == 1)
        }
    }

    @Test func `The browser in which it began can go on after its session, another cannot`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (browser, link) = try await scene.begun()
            _ = try await browser.answer(link + "/m/attune-wellbeing", ["1", "1", "1", "1", "1"])
            let owner = try server.database.connect()
            _ = try owner.run("delete from portal.session where participant_id is not null")
            #expect(try await browser.get(link + "/summary").location == link)
            #expect(try await browser.get(link).text.contains("Go on"))
            #expect(try await browser.post(link, []).location == link + "/next")
            #expect(try await browser.get(link + "/next").location == link + "/m/attune-alliance")
            #expect(try await server.browser().post(link, []).status == 410)
            _ = try owner.run("delete from portal.session where participant_id is not null")
            _ = try owner.run("update portal.invitation set used_at = now() - interval '3 hours'")
            #expect(try await browser.post(link, []).status == 410)
        }
    }

    @Test func `A code begins at a shared device, and leaves nothing to go on with`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (link, code) = try await scene.invite()
            let kiosk = server.browser()
            #expect(try await kiosk.get("/kiosk").text.contains("eight digits"))
            #expect(try await kiosk.post("/kiosk", [("code", "1234")]).text.contains("has eight digits"))
            let begun = try await kiosk.post("/kiosk", [("code", " " + code.replacing(" ", with: "-"))])
            #expect(begun.location == link + "/next")
            let page = try await kiosk.get(link + "/m/attune-wellbeing")
            #expect(!page.text.contains("data-kept"), "a shared device keeps no answers")
            let token = try #require(page.token)
            _ = try await kiosk.post(link + "/leave", [("_token", token)])
            let closed = try await kiosk.get(link)
            #expect(closed.status == 410 && !closed.text.contains("Go on"))
            let owner = try server.database.connect()
            let kept = try owner.run("select code_hash from portal.invitation").only().bytes(0)
            #expect(kept.count == 32)
            let row = try owner.run("select i::text from portal.invitation i").only().text(0)
            #expect(!row.contains(code.filter(\.isNumber)))
        }
    }

    @Test func `Guessing codes ends soon`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (_, code) = try await scene.invite()
            let digits = try #require(Int(code.filter(\.isNumber)))
            func text(_ number: Int) -> String { String(String(100_000_000 + number % 100_000_000).dropFirst()) }
            for step in 1...CodeAttempts.fromAddress {
                #expect(try await server.browser().post("/kiosk", [("code", text(digits + step))]).status == 422)
            }
            let refused = try await server.browser().post("/kiosk", [("code", code)])
            #expect(refused.status == 429 && refused.text.contains("too many wrong codes"))
        }
    }

    @Test func `Wrong codes count by address and in all, right ones do not, and both are forgotten in time`() async {
        let clock = TestClock()
        let attempts = CodeAttempts { clock.now }
        for _ in 0..<100 {
            #expect(await attempts.begin(from: "a"))
            await attempts.wasRight(from: "a")
        }
        for _ in 0..<CodeAttempts.fromAddress { #expect(await attempts.begin(from: "a")) }
        #expect(await !attempts.begin(from: "a"))
        #expect(await attempts.begin(from: "b"))
        clock.pass(CodeAttempts.window)
        #expect(await attempts.begin(from: "a"))
        for address in 0..<(CodeAttempts.inAll - 1) { #expect(await attempts.begin(from: "x\(address)")) }
        #expect(await !attempts.begin(from: "fresh"))
        clock.pass(CodeAttempts.window)
        #expect(await attempts.begin(from: "fresh"))
    }

    @Test func `Nobody invites to another site's episode, and the attempt is written down`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let south = StoredEpisode(at: SiteID(unchecked: "south"))
            try south.store(on: server.database.connect())
            let token = try #require(try await scene.clinician.get("/episodes/\(scene.episode.id)/invitations").token)
            let fields = [("_token", token), ("participant", "\(south.rater)"), ("session", "1")]
            #expect(try await scene.clinician.get("/episodes/\(south.id)/invitations").status == 404)
            #expect(try await scene.clinician.post("/episodes/\(south.id)/invitations", fields).status == 404)
            let refusals = try scene.accesses(south.id)
            #expect(refusals.map(\.body) == Array(repeating: .viewRefused(.checkIn, as: "clinician"), count: 2))
            // Nor somebody of another episode, nor a role that does not treat.
            let strange = try await scene.clinician.post("/episodes/\(scene.episode.id)/invitations", fields)
            #expect(strange.status == 422 && strange.text.contains("participant-fault"))
            for session in ["0", "x", "-1", "10000", ""] {
                let answer = try await scene.clinician.post(
                    "/episodes/\(scene.episode.id)/invitations",
                    [("_token", token), ("participant", "\(scene.episode.rater)"), ("session", session)])
                #expect(answer.status == 422 && answer.text.contains("session-fault"), "\(session)")
            }
            let auditor = try await server.browser(.auditor, as: "a-01")
            #expect(try await auditor.get("/episodes/\(scene.episode.id)/invitations").status == 403)
            #expect(try server.database.connect().run("select 1 from portal.invitation").isEmpty)
        }
    }

    @Test func `A client's session is of one check-in and ends within the hour`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let scene = try await CheckInScene(server)
            let (browser, _) = try await scene.begun()
            let other = try await CheckInScene(server, StoredEpisode())
            let (_, path) = try await other.begun()
            #expect(try await browser.get(path + "/summary").location == path)
            #expect(try await browser.get(path + "/m/attune-wellbeing").location == path)
            #expect(try await browser.get("/episodes/\(scene.episode.id)/invitations").status == 403)
            let row = try server.database.connect().run(
                """
                select bool_and(ends_at <= now() + interval '1 hour' and roles = '{client}' and episode_id is not null)
                from portal.session where participant_id is not null
                """
            ).only()
            #expect(try row.bool(0))
        }
    }
}

/// A clock that tests move.
private final class TestClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }
    func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
}
