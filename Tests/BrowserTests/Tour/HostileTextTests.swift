import Domain
import Foundation
import ServiceKit
import Testing

@testable import PortalFixture

/// Script, markup and template tags in whatever somebody can send or call themselves: shown as they were written, or not
/// at all, and never carried out.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct HostileTextTests {
    @Test func `In every field of every form it is nothing but text`() async throws {
        let site = try TourSite()
        let (sent, shown) = try await Browser.run { browser in
            var sent: Set<HostileForm> = []
            var shown: Set<PortalAddress> = []
            for leg in try TourPlan(site: site).legs {
                try leg.prepare(browser)
                for stop in leg.stops {
                    try stop.arrive(browser)
                    for form in try HostileForm.found(on: browser, at: stop.address).map(\.form)
                    // The choice of language is on every page: once is enough.
                    where !sent.contains(form) && (stop.address == .kiosk || form.fields.sorted() != ["language", "to"]) {
                        sent.insert(form)
                        for hostile in HostileText.all {
                            for everywhere in form.hasFreeText ? [true, false] : [true] {
                                // What was sent may have led elsewhere, or have changed the page.
                                try stop.arrive(browser)
                                guard let place = try HostileForm.found(on: browser, at: stop.address).first(where: { $0.form == form })
                                else { continue }
                                try HostileForm.send(hostile, in: place.place, everywhere: everywhere, from: browser)
                                if try hostile.expectNothingButText(on: browser, "\(stop.name), \(form.fields)") {
                                    shown.insert(stop.address)
                                }
                            }
                        }
                    }
                }
            }
            return (sent, shown)
        }
        // Every free text was sent, and the pages that repeat what was typed did so.
        let names = Set(sent.flatMap { form in form.fields.map { FreeTextField(page: form.page, name: $0) } })
        #expect(FreeTextField.all.subtracting(names) == [])
        #expect(shown.isSuperset(of: [.caseload, .audit, .invitations, .kiosk, .measure]))
    }

    @Test(arguments: HostileText.all) func `A comment is kept and shows up nowhere as anything else`(_ hostile: HostileText) async throws {
        let site = try TourSite()
        let fresh = site.courses.fresh
        try await Browser.run { browser in
            let link = try browser.invitation(at: site, to: fresh.id).path
            try browser.begin(link, at: site)
            for item in 1...5 { try browser.find("#item\(item)-3").click() }
            try browser.find("#comment").type(hostile.text)
            // Kept by the browser, and put back by script.
            try browser.wait(for: "what is kept") {
                try browser.script("return JSON.stringify(localStorage).includes(arguments[0])", [.string(hostile.beginning)]).isTrue
            }
            try browser.reload()
            try browser.wait(for: "what was kept") { try browser.find("#comment").property("value") == .string(hostile.text) }
            _ = try hostile.expectNothingButText(on: browser, "the measure")
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the other measure") { try browser.url.contains("attune-alliance") }
            func look(_ path: String) throws {
                try browser.open(site.url(path))
                _ = try hostile.expectNothingButText(on: browser, path)
            }
            try look(link + "/summary")
            for path in ["/my", "/my/looks"] { try look(path) }
            try browser.deleteCookies()
            try site.enter(browser, as: "clinician")
            for path in ["/caseload", "/episodes/\(fresh.id)", "/episodes/\(fresh.id)/session?number=1"] { try look(path) }
            try site.enter(browser, as: "auditor", "x-01")
            try look("/audit/episodes/\(fresh.id)")
        }
    }

    @Test(arguments: HostileText.all) func `What sites, services and people are called is nothing but text`(
        _ hostile: HostileText
    ) async throws {
        let site = try TourSite()
        let owner = try site.database.connect()
        var course = StoredEpisode(clinician: hostile.text, openedOn: TourCourses.today.advanced(byDays: -30), service: hostile.text)
        course.rate([250, 210, 180, 150])
        try course.store(on: owner)
        let alert = try StoredAlert.raise(of: course, daysAgo: 20, due: 60, on: owner)
        try owner.run(
            "insert into directory.person (person_id, site, roles, supervisor_id, active) values ($1, 'north', '{clinician}', $1, true)",
            [.text(hostile.text)])
        let event = try site.event(of: course)
        let allowed = CharacterSet.alphanumerics
        let subject = try #require(hostile.text.addingPercentEncoding(withAllowedCharacters: allowed))
        try await Browser.run { [course] browser in
            var shown: [String] = []
            for (role, paths) in [
                (
                    "clinician",
                    [
                        "/caseload", "/alerts", "/alerts/\(site.offTrack)", "/alerts/\(alert)?done=acknowledgement",
                        "/episodes/\(course.id)", "/episodes/\(course.id)/session", "/reflection",
                    ]
                ),
                ("supervisor", ["/supervision", "/alerts/\(alert)"]), ("site_admin", ["/network?by=service"]),
                ("auditor", ["/audit", "/audit/episodes/\(course.id)", "/audit/events/\(event)"]),
                ("operator", ["/operations"]),
            ] {
                try site.enter(browser, as: role, subject)
                for path in paths {
                    try browser.open(site.url(path))
                    if try hostile.expectNothingButText(on: browser, path) { shown.append(path) }
                }
            }
            #expect(shown.count == 14, "who is signed in stands on every page: \(shown)")
            for path in ["/my", "/my/looks"] {
                try site.enter(browser, as: course.rater, of: course.id, to: path)
                _ = try hostile.expectNothingButText(on: browser, path)
            }
        }
    }
}
