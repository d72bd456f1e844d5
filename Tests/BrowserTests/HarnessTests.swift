import Foundation
import ServiceKit
import Testing

/// What the browser tests lean on: that the browser does what they ask, and that its complaints are heard.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct HarnessTests {
    private static let policy = (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
    )

    private static let pages: [String: TestPages.Page] = [
        "/good": .init(
            headers: [policy],
            body: """
                <!doctype html><html lang="en"><head><title>Good</title><link rel="icon" href="data:,">
                <meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css">
                <script src="/script.js" defer></script></head><body><main><h1>A page in order</h1>
                <p id="said">no script</p>
                <form><label for="name">Name</label> <input id="name" name="name" autocomplete="off">
                <label for="pace">Pace</label> <input id="pace" type="range" min="0" max="10" value="5">
                <button type="button" id="go" aria-label="Go on">Go</button></form></main></body></html>
                """),
        "/bad": .init(
            headers: [policy],
            body: """
                <!doctype html><html><head><title>Bad</title><link rel="icon" href="data:,"></head><body><main><h1>One</h1>
                <input id="name"><p style="color: #ccc">inline</p><img src="/none.png"></main>
                <script>document.title = 'run'</script></body></html>
                """),
        "/style.css": .init(
            type: "text/css",
            body: """
                body { color: #111; background: #fff }
                @media (prefers-color-scheme: dark) { body { color: #eee; background: #111 } }
                input, button { min-height: 24px }
                """),
        "/script.js": .init(
            type: "text/javascript",
            body: """
                const said = document.getElementById('said');
                said.textContent = 'script ran';
                document.getElementById('go').onclick = () => fetch('/more.txt').then(
                    () => { said.textContent = 'reached' }, () => { said.textContent = 'not reached' });
                """),
        "/more.txt": .init(type: "text/plain", body: "more"),
    ]

    @Test func aPageIsReadAndUsedByKeyboard() async throws {
        let pages = try TestPages(Self.pages)
        try await Browser.run { browser in
            try browser.open(pages.url("/good"))
            try browser.wait(for: "the script") { try browser.find("#said").text == "script ran" }
            #expect(try browser.title == "Good")
            try browser.press(.tab, .character("a"), .character("b"), .tab, .right, .right, .left)
            #expect(try browser.find("#name").property("value") == "ab")
            #expect(try browser.find("#pace").property("value") == "6")
            try browser.press(.tab)
            let button = try browser.focused()
            #expect(try button.role == "button")
            #expect(try button.label == "Go on")
            try browser.press(.enter)
            try browser.wait(for: "the answer") { try browser.find("#said").text == "reached" }
            try browser.press(.backwardTab, .backwardTab)
            #expect(try browser.focused().attribute("id") == "name")
            let picture = try browser.wholePage()
            #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(try browser.complaints() == [])
        }
    }

    @Test func violationsErrorsAndMissingFilesAreHeard() async throws {
        let pages = try TestPages(Self.pages)
        try await Browser.run { browser in
            try browser.open(pages.url("/bad"))
            #expect(try browser.title == "Bad", "the policy keeps the script from running")
            let complaints = try browser.complaints()
            #expect(complaints.contains { $0.contains("script-src") })
            #expect(complaints.contains { $0.contains("style-src") })
            try browser.forgetComplaints()
            #expect(try browser.complaints() == [])
            try browser.script("setTimeout(() => { throw new Error('on purpose') })")
            try browser.wait(for: "the error") { try browser.complaints().contains { $0.contains("on purpose") } }
            try browser.open(pages.url("/absent"))
            #expect(try browser.complaints().contains { $0.contains("404") })
        }
    }

    @Test func withoutScriptsNoneRuns() async throws {
        let pages = try TestPages(Self.pages)
        try await Browser.run(BrowserSetting(hasScripts: false)) { browser in
            try browser.open(pages.url("/good"))
            try browser.find("#name").type("x")
            #expect(try browser.find("#said").text == "no script")
            #expect(try browser.complaints() == [])
        }
    }

    @Test func theNetworkCanBeLost() async throws {
        let pages = try TestPages(Self.pages)
        try await Browser.run { browser in
            try browser.open(pages.url("/good"))
            try browser.network(.offline)
            try browser.find("#go").click()
            try browser.wait(for: "the failure") { try browser.find("#said").text == "not reached" }
            try browser.network(.slow(latencyMilliseconds: 100, bytesPerSecond: 50_000))
            try browser.find("#go").click()
            try browser.wait(for: "the answer") { try browser.find("#said").text == "reached" }
            // The list of what was fetched grows a little after the answer.
            let slow = "return performance.getEntriesByName(location.origin + '/more.txt').some(entry => entry.duration >= 100)"
            try browser.wait(for: "the note of a slow answer") { try browser.script(slow).isTrue }
        }
    }

    @Test func phoneZoomColoursMotionAndLanguageReachThePage() async throws {
        let pages = try TestPages(Self.pages)
        var setting = BrowserSetting.narrow
        (setting.isDark, setting.prefersReducedMotion, setting.language) = (true, true, "de")
        try await Browser.run(setting) { browser in
            try browser.open(pages.url("/good"))
            #expect(try browser.script("return innerWidth") == 320)
            #expect(try browser.script("return navigator.maxTouchPoints > 0").isTrue)
            #expect(try browser.script("return matchMedia('(prefers-reduced-motion: reduce)').matches").isTrue)
            #expect(try browser.find("body").style("background-color").contains("17, 17, 17"))
            #expect(pages.requests[0].contains { $0.lowercased().hasPrefix("accept-language: de") })
        }
        try await Browser.run(BrowserSetting(zoomPercent: 200)) { browser in
            try browser.open(pages.url("/good"))
            #expect(try browser.script("return innerWidth") == 640)
            #expect(try browser.script("return devicePixelRatio") == 2)
            #expect(try browser.find("body").style("background-color").contains("255, 255, 255"))
        }
    }

    @Test(.enabled(if: Axe.isAvailable, Axe.absence))
    func faultsOfAccessibilityAreFound() async throws {
        let pages = try TestPages(Self.pages)
        try await Browser.run { browser in
            try browser.open(pages.url("/good"))
            #expect(try browser.accessibilityFaults() == [])
            #expect(try browser.complaints() == [])
            try browser.open(pages.url("/bad"))
            let faults = try browser.accessibilityFaults()
            for rule in ["html-has-lang: html:", "label: #name:", "image-alt: img:"] {
                #expect(faults.contains { $0.hasPrefix(rule) }, "\(rule) in \(faults)")
            }
        }
    }
}
