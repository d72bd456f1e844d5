import Contracts
import ServiceKit
import Testing

@testable import PortalFixture

/// Addresses that are guessed, links and sessions that have ended: each leads to a page that says what to do.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct ClosedDoorTests {
    @Test func `Another site's episode, alert and event are not there, and each guess is written down at that site`() async throws {
        let site = try TourSite()
        let southern = site.courses.southern
        let event = try site.event(of: southern)
        try await Browser.run { browser in
            for (role, path, view) in [
                ("clinician", "/episodes/\(southern.id)", ClientDataView.graph),
                ("clinician", "/episodes/\(southern.id)/session", .session), ("clinician", "/alerts/\(site.southern)", .alert),
                ("supervisor", "/alerts/\(site.southern)", .alert), ("auditor", "/audit/events/\(event)", .history),
                ("auditor", "/audit/episodes/\(southern.id)", .history),
            ] {
                let known = try site.accesses(of: southern).count
                try site.enter(browser, as: role, to: path)
                #expect(try browser.url.hasSuffix(path))
                #expect(try browser.find("h1").text == "There is nothing here", "\(path)")
                #expect(try !browser.source.contains("c-09"))
                let new = try site.accesses(of: southern).dropFirst(known)
                #expect(
                    new.map(\.body) == [.viewRefused(view, as: role)] && new.first?.accessedBy == "c-01", "\(role), \(path)")
                #expect(try browser.complaints().contains { $0.contains("404") })
                try browser.forgetComplaints()
                try browser.follow("main a[href='/']")
                #expect(try browser.complaints() == [], "the way out leads somewhere")
            }
        }
    }

    @Test func `Used and ended links, mistyped ones, and sessions that have ended say what to do`() async throws {
        let site = try TourSite()
        try await Browser.run { browser in
            let fresh = site.courses.fresh.id
            func said(_ path: String) throws -> String {
                try browser.open(site.url(path))
                return try browser.words
            }
            let used = try browser.invitation(at: site, to: fresh)
            try browser.begin(used.path, at: site)
            // In the browser in which it was begun one can go on, when the session has ended, too.
            try site.change("delete from portal.session")
            #expect(try said(used.path + "/m/attune-wellbeing").contains("You can go on where you were"))
            try browser.follow("main form button")
            #expect(try !browser.all("#answers").isEmpty)
            try browser.deleteCookies()
            #expect(try said(used.path).contains("If it was not you who opened it"))
            #expect(try said(used.path + "/summary").contains("If it was not you who opened it"))
            try browser.open(site.url("/kiosk"))
            try browser.find("#code").type(used.code)
            try browser.follow("main form button")
            #expect(try browser.find("#code-fault").text.contains("ask for a new one"))

            let ended = try browser.invitation(at: site, to: fresh)
            try site.change("update portal.invitation set ends_at = now() where used_at is null")
            #expect(try said(ended.path).contains("Ask the people who treat you for a new one"))
            #expect(try said(String(ended.path.dropLast(3))).contains("part of it got lost"))

            try site.enter(browser, as: "clinician", to: "/episodes/\(fresh)")
            try site.change("update portal.session set ends_at = now()")
            #expect(try said("/episodes/\(fresh)").contains("Please sign in to go on"))
            #expect(try browser.url.hasSuffix("/sign-in?to=/episodes/\(fresh)"), "and leads back afterwards")
            // What is sent when the session is over is not taken, and the page says what to do.
            try site.enter(browser, as: "clinician", to: "/episodes/\(fresh)/session")
            try site.change("update portal.session set ends_at = now()")
            let held = try site.count(of: .sessionHeld)
            try browser.follow("form[action$=sessions] button")
            #expect(try browser.words.contains("Please sign in to go on"))
            #expect(try browser.url.hasSuffix("/sign-in?to=/episodes/\(fresh)/session"), "and leads back to the form")
            #expect(try site.count(of: .sessionHeld) == held)
        }
    }
}
