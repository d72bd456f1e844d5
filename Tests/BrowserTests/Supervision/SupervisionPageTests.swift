import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture

/// Supervision with a month's fidelity, and the page of a clinician's own figures as it is shared, wide and on a phone.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct SupervisionPageTests {
    /// Where pictures of the pages go, to be looked at; nil: nowhere.
    private static let pictures = ProcessInfo.processInfo.environment["ATTUNE_TEST_PICTURES"].map { URL(filePath: $0) }

    /// Four weekly sessions from the first of the last complete month on, for each of the clinicians of two teams.
    private static func store(on owner: Connection) throws {
        let today = CalendarDay(daysSinceEpoch: Int(Date().timeIntervalSince1970) / 86_400)
        let month = CalendarMonth(holding: today).previous
        for (person, team, role) in [
            ("c-01", "blue", "clinician"), ("c-02", "blue", "clinician"), ("c-03", "green", "clinician"),
            ("c-04", "green", "clinician"), ("s-01", "green", "supervisor"),
        ] {
            try owner.run(
                """
                insert into directory.person (person_id, site, team, roles, supervisor_id, active)
                values ($1, 'north', $2, array[$3], 's-01', true)
                """, [.text(person), .text(team), .text(role)])
            guard role == "clinician" else { continue }
            for place in 0..<4 {
                var episode = StoredEpisode(clinician: person, openedOn: month.first)
                let first = 150 + place * 20
                episode.rate([first, first + 20, first + 35, first + 60])
                episode.rate([370, 400], on: .srs, holdingSessions: false)
                try episode.store(on: owner)
            }
        }
    }

    private static func check(_ browser: Browser, _ name: String) throws {
        if let pictures {
            let setting = browser.setting
            let file = "supervision-\(name)-\(setting.width)\(setting.isDark ? "-dark" : "").png"
            try Data(try browser.wholePage()).write(to: pictures.appending(path: file))
        }
        #expect(try browser.complaints() == [], "\(name)")
        if Axe.isAvailable { #expect(try browser.accessibilityFaults() == [], "\(name)") }
        let overflow = "return document.documentElement.scrollWidth > innerWidth"
        #expect(try !browser.script(overflow).isTrue, "\(name) is wider than the window")
    }

    @Test func aClinicianSharesThePageAndASupervisorOpensItWideAndOnAPhone() async throws {
        let database = try TestDatabase.make()
        try Self.store(on: database.connect())
        let folder = FileManager.default.temporaryDirectory.appending(path: "supervision-\(UUID().uuidString)")
        let portal = try PortalProcess(on: database, in: folder)
        for var setting in [BrowserSetting.desktop, .phone] {
            setting.isDark = setting.width == BrowserSetting.phone.width
            try await Browser.run(setting) { browser in
                try browser.open(portal.url("/demo-sign-in?role=clinician&subject=c-01&site=north"))
                try browser.open(portal.url("/reflection"))
                try Self.check(browser, "reflection-alone")
                try browser.find("form[action='/reflection/share'] button").click()
                try browser.wait(for: "the page that says it is shared") {
                    try browser.find("main").text.contains("Shared with the supervisors of north until")
                }
                try browser.deleteCookies()
                try browser.open(portal.url("/demo-sign-in?role=supervisor&subject=s-01&site=north"))
                try browser.open(portal.url("/supervision"))
                try Self.check(browser, "page")
                let text = try browser.find("#fidelity").text
                #expect(text.contains("north: blue") && text.contains("32 of 32 (100%)"), "\(text)")
                try browser.find("a[href^='/supervision/shared/']").click()
                try browser.wait(for: "the shared page") { try browser.find("h1").text == "Practice of c-01" }
                try Self.check(browser, "shared")
                try browser.deleteCookies()
                try browser.open(portal.url("/demo-sign-in?role=clinician&subject=c-01&site=north"))
                try browser.open(portal.url("/reflection"))
                #expect(try browser.find("#sharing").text.contains("s-01,"))
                try Self.check(browser, "reflection-shared")
                try browser.find("form[action='/reflection/share/end'] button").click()
                try browser.wait(for: "the page that only its owner sees") {
                    try browser.find("main").text.contains("Only you can see this page")
                }
            }
        }
    }
}
