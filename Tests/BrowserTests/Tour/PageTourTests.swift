import ServiceKit
import Testing

@testable import PortalFixture

/// Every page of every role, as a program can judge it: accessible on a phone and on a desk, light and dark, in both
/// languages, without sideways scrolling and without a complaint of the browser.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct PageTourTests {
    @Test func `Every page is in order for everybody`() async throws {
        let site = try TourSite(hasPast: true)
        let seen = try await Browser.run { browser in
            try browser.bringAxe()
            var tour = PageTour(browser: browser)
            for leg in try TourPlan(site: site).legs { try tour.go(leg) }
            return (tour.visited, tour.fields)
        }
        #expect(seen.0 == Set(PortalAddress.allCases))
        #expect(seen.1 == FreeTextField.all)
    }
}

/// Goes from page to page and looks at each.
struct PageTour {
    let browser: Browser
    private(set) var visited: Set<PortalAddress> = []
    private(set) var fields: Set<FreeTextField> = []

    init(browser: Browser) { self.browser = browser }

    mutating func go(_ leg: TourLeg) throws {
        try leg.prepare(browser)
        try browser.forgetComplaints()
        for stop in leg.stops { try look(at: stop) }
    }

    private mutating func look(at stop: TourStop) throws {
        try stop.arrive(browser)
        visited.insert(stop.address)
        fields.formUnion(try FreeTextField.found(on: browser, at: stop.address))
        let first = try language()
        try look(at: stop, in: first)
        // By the page's own buttons, as people do it.
        let second = first == "en" ? "de" : "en"
        let place = try browser.url
        try browser.follow("button[name=language][value=\(second)]")
        if stop.isPlain { #expect(try browser.url == place, "\(stop.name): the buttons lead back") }
        // What a form has led to is not where the buttons lead back to.
        if !stop.isPlain { try stop.arrive(browser) }
        try look(at: stop, in: second)
    }

    private func language() throws -> String { try browser.script("return document.documentElement.lang").text ?? "" }

    /// In all four combinations of size and colours, two for each language.
    private func look(at stop: TourStop, in language: String) throws {
        #expect(try self.language() == language)
        let complaints = try browser.complaints().filter { !(stop.isFault && $0.contains("Failed to load resource")) }
        #expect(complaints == [], "\(stop.name) in \(language)")
        let views = language == "en" ? [(1280, false), (360, false)] : [(360, true), (1280, true)]
        for (place, (width, isDark)) in views.enumerated() {
            try browser.look(width: width, isDark: isDark)
            let name = "\(stop.name) in \(language), \(width) px, \(isDark ? "dark" : "light")"
            try browser.expectOrder(of: name, isKnown: place > 0)
        }
        // What axe itself says on the console is not the page's.
        try browser.forgetComplaints()
        if language == "en" { try keepPictures(of: stop) }
    }

    private func keepPictures(of stop: TourStop) throws {
        guard Pictures.areWanted, let pictures = stop.pictures else { return }
        try browser.look(width: 900, isDark: false)
        try Pictures.keep(browser, as: stop.name)
        for view in pictures {
            try browser.look(width: view == .phone ? 360 : 900, height: 740, isDark: view == .dark)
            try Pictures.keep(browser, as: "\(stop.name)-\(view.rawValue)")
        }
    }
}
