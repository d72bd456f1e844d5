import Foundation
import ServiceKit
import Testing

@testable import PortalFixture

/// The graph page as clinician and client look at it: wide and on a phone, zoomed, without script, by keyboard.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct CoursePageTests {
    private static func pages(_ site: CourseSite) -> [(name: String, path: String)] {
        [
            ("episode", "/episodes/\(site.offTrack.id)"), ("couple", "/episodes/\(site.couple.id)"),
            ("joint", "/episodes/\(site.couple.id)/joint"), ("session", "/episodes/\(site.offTrack.id)/session?number=6"),
        ]
    }

    @Test(arguments: [false, true])
    func everyPageIsInOrderWideAndOnAPhone(_ isDark: Bool) async throws {
        let site = try CourseSite()
        for var setting in [BrowserSetting.desktop, .phone] {
            setting.isDark = isDark
            try await Browser.run(setting) { browser in
                try site.signInAsClinician(browser)
                for (name, path) in Self.pages(site) {
                    try browser.open(site.url(path))
                    try browser.check("course-\(name)")
                }
                try browser.deleteCookies()
                try site.signInAsClient(browser, of: site.couple)
                for (name, path) in [("my", "/my"), ("my-joint", "/my/joint"), ("looks", "/my/looks")] {
                    try browser.open(site.url(path))
                    try browser.check("course-\(name)")
                }
            }
        }
    }

    @Test func theCourseThatGoesOffTrackSaysSoInGraphSentenceAndTable() async throws {
        let site = try CourseSite()
        try await Browser.run { browser in
            try site.signInAsClinician(browser)
            try browser.open(site.url("/episodes/\(site.offTrack.id)"))
            let text = try browser.find("main").text
            for part in [
                "Worth attention now", "First score 18.3", "latest 12.1", "reliably worse than at the first rating", "Review",
            ] {
                #expect(text.contains(part), "\(part)")
            }
            // Every point of the graph that is shown is reached by keyboard, in order, and explains itself.
            let points = try browser.all(".chart-wide a.point")
            #expect(points.count == 6)
            try browser.script("arguments[0].focus()", [points[0].reference])
            #expect(try browser.focused().find(".reading").style("visibility") == "visible")
            #expect(try browser.focused().label.contains("18.3"))
            for place in 1..<6 {
                try browser.press(.tab)
                #expect(try browser.focused().id == points[place].id)
            }
            #expect(try browser.focused().label.contains("12.1"))
            try browser.press(.enter)
            let row = "return document.querySelector(':target th').textContent"
            #expect(try browser.script(row) == "6")
        }
    }

    @Test func atTwiceTheSizeAndWithoutScriptsNothingIsLost() async throws {
        let site = try CourseSite()
        try await Browser.run(BrowserSetting(zoomPercent: 200)) { browser in
            try site.signInAsClinician(browser)
            for (name, path) in Self.pages(site) {
                try browser.open(site.url(path))
                try browser.check("course-\(name)-zoom")
            }
        }
        try await Browser.run(BrowserSetting(hasScripts: false)) { browser in
            try site.signInAsClinician(browser)
            try browser.open(site.url("/episodes/\(site.offTrack.id)/session?number=6"))
            let before = try browser.all("form[action$=discussed]").count
            #expect(before == 2)
            try browser.follow("form[action$=discussed] button")
            #expect(try browser.all("form[action$=discussed]").count == before - 1)
            try browser.open(site.url("/episodes/\(site.offTrack.id)"))
            #expect(try browser.find("a[download]").attribute("href")?.contains("graph.svg") == true)
            #expect(try !browser.find(".chart-tools").isDisplayed)
            try browser.deleteCookies()
            try site.signInAsClient(browser, of: site.couple)
            try browser.open(site.url("/my"))
            #expect(try browser.find("main").text.contains("You have agreed. Your partner has not agreed"))
            try browser.follow("form[action='/my/consent'] button")
            #expect(try browser.find("main").text.contains("Neither of you has agreed"))
            #expect(try browser.complaints() == [])
        }
    }
}
