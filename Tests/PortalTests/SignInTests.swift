import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import attune_portal

/// Sessions, forms and what every page says to the browser.
@Suite struct SignInTests {
    @Test func `Nobody sees anything before signing in, and comes back to where they wanted to go`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let browser = server.browser()
            let answer = try await browser.get("/episodes/018f2c1e-7a00-7000-8000-000000000001")
            #expect(answer.status == 303)
            #expect(answer.location == "/sign-in?to=/episodes/018f2c1e-7a00-7000-8000-000000000001")
            let page = try await browser.get("/sign-in")
            #expect(page.status == 200 && page.text.contains("<h1>Sign in</h1>"))
        }
    }

    @Test func `Every page, also one that says no, forbids what it does not need`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            for path in ["/sign-in", "/nowhere"] {
                let answer = try await server.browser().get(path)
                #expect(answer.header("Content-Security-Policy") == PageHeaders.contentSecurityPolicy)
                #expect(answer.header("Cache-Control") == "no-store" && answer.header("X-Content-Type-Options") == "nosniff")
                #expect(!answer.text.contains("style=") && !answer.text.contains("<script>"))
            }
        }
    }

    @Test func `A form is taken from the session it was made for alone`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let other = try await server.browser(.clinician, as: "c-02")
            let page = try await browser.get("/nowhere")
            let token = try #require(page.token)
            let fields = [("language", "de"), ("to", "/sign-in")]
            #expect(try await browser.post("/language", fields).status == 403)
            #expect(try await other.post("/language", fields + [("_token", token)]).status == 403)
            let foreign = [("Sec-Fetch-Site", "cross-site")]
            #expect(try await browser.post("/language", fields + [("_token", token)], headers: foreign).status == 403)
            let taken = try await browser.post("/language", fields + [("_token", token)])
            #expect(taken.status == 303 && taken.location == "/sign-in")
            #expect(try await browser.get("/nowhere").text.contains("Hier ist nichts"))
        }
    }

    @Test func `Signing out ends the session for every copy of its cookie`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let token = try #require(try await browser.get("/nowhere").token)
            #expect(try await browser.get("/").location == "/caseload")
            #expect(try await browser.post("/sign-out", [("_token", token)]).location == "/sign-in")
            #expect(try await browser.get("/").location == "/sign-in")
            #expect(try server.database.connect().run("select count(*) from portal.session").only().int64(0) == 0)
        }
    }

    @Test func `A session that was idle for too long, or is over, is none`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            for change in ["seen_at = now() - interval '16 minutes'", "ends_at = now() - interval '1 second'"] {
                let browser = try await server.browser(.clinician, as: "c-01")
                #expect(try await browser.get("/").location == "/caseload")
                try server.database.connect().script("update portal.session set \(change)")
                #expect(try await browser.get("/").location == "/sign-in")
            }
        }
    }

    @Test func `A cookie that was not signed here opens nothing`() async throws {
        let key = try #require(PortalKey(String(repeating: "a", count: 32)))
        let other = try #require(PortalKey(String(repeating: "b", count: 32)))
        let id = SessionID.random()
        #expect(key.verified(key.signed(id.bytes, for: .session), for: .session) == id.bytes)
        #expect(other.verified(key.signed(id.bytes, for: .session), for: .session) == nil)
        #expect(key.verified(key.signed(id.bytes, for: .link), for: .session) == nil)
        for text in ["", ".", "a.b.c", key.signed(id.bytes, for: .session) + "A"] {
            #expect(key.verified(text, for: .session) == nil)
        }
        #expect(PortalKey("short") == nil)
    }

    @Test func `What an older line of the key has signed is known beside the new one, and no longer without`() throws {
        let (a, b) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
        let (old, new) = (try #require(PortalKey(a)), try #require(PortalKey(b)))
        let both = try #require(PortalKey("\(a)\n\(b)\n"))
        let id = SessionID.random()
        for use in [PortalKey.Use.session, .form, .link, .resumption, .signIn] {
            let before = old.signed(id.bytes, for: use)
            #expect(both.verified(before, for: use) == id.bytes)
            #expect(new.verified(before, for: use) == nil)
            #expect(both.isCode(old.code(id.bytes, for: use), of: id.bytes, for: use))
            // The last line signs.
            #expect(new.verified(both.signed(id.bytes, for: use), for: use) == id.bytes)
        }
        #expect(PortalKey("\(a)\nshort") == nil)
        #expect(PortalKey("\n") == nil)
    }

    @Test(arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "javascript:x", ""])
    func `Addresses to come back to lead nowhere else`(address: String) {
        #expect(LocalAddress.checked(address) == nil)
        #expect(LocalAddress.checked("/alerts?status=open") == "/alerts?status=open")
    }

    @Test func `The demonstration's sign-in is refused where others could reach it`() throws {
        let settings = try Settings(
            PortalSettings.all,
            environment: [
                "ATTUNE_DATABASE_URL": "postgresql:///", "ATTUNE_PORTAL_KEY": String(repeating: "k", count: 40),
                "ATTUNE_PORTAL_DEMO_SIGN_IN": "true", "ATTUNE_HTTP_HOST": "0.0.0.0",
            ])
        #expect(throws: SettingsError.self) { try settings.refuseOpenDemo() }
    }
}
