import ServiceKit
import Testing

/// A proof checked again by the browser, from what stands in the page.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct ProofInBrowserTests {
    private static func results(_ browser: Browser) throws -> [String] {
        try browser.script(
            "return ['content', 'path', 'note', 'signature'].map(n => document.querySelector(`[data-check=${n}]`).textContent)"
        ).elements.compactMap(\.text)
    }

    /// Changes the page, has it checked again, and loads it anew.
    private static func tampered(_ browser: Browser, _ change: String) throws -> [String] {
        try browser.script("delete document.getElementById('proof-said').dataset.outcome; " + change)
        try browser.find("#proof-again").click()
        try browser.wait(for: "the result") { try browser.find("#proof-said").attribute("data-outcome") == "bad" }
        let found = try results(browser)
        try browser.reload()
        try browser.wait(for: "the check") { try browser.find("#proof-said").attribute("data-outcome") != nil }
        return found
    }

    @Test func `What holds is found to hold, and whatever is changed in the page is not`() async throws {
        let site = try AuditSite()
        try await Browser.run { browser in
            try site.signIn(browser)
            try browser.open(site.url("/audit/events/\(site.event)"))
            try browser.wait(for: "the check") { try browser.find("#proof-said").attribute("data-outcome") != nil }
            #expect(try Self.results(browser) == ["holds", "holds", "holds", "holds"])
            #expect(try browser.find("#proof-said").text.contains("has checked everything itself"))
            let no = "does not hold"
            func change(_ id: String, _ value: String) -> String {
                "document.getElementById('\(id)').textContent = \(value); "
            }
            func flipped(_ id: String) -> String {
                "const e = document.getElementById('\(id)'); const b = atob(e.textContent); "
                    + "e.textContent = btoa(b.slice(0, -1) + String.fromCharCode(b.charCodeAt(b.length - 1) ^ 1));"
            }
            #expect(try Self.tampered(browser, flipped("proof-payload")) == [no, "holds", "holds", "holds"])
            #expect(try Self.tampered(browser, flipped("proof-leaf")) == [no, no, "holds", "holds"])
            #expect(try Self.tampered(browser, flipped("proof-root")) == ["holds", no, no, "holds"])
            #expect(try Self.tampered(browser, change("proof-index", "'1'")) == ["holds", no, "holds", "holds"])
            #expect(
                try Self.tampered(browser, "document.querySelector('#proof-path li').remove()") == [
                    "holds", no, "holds", "holds",
                ])
            #expect(
                try Self.tampered(browser, "document.getElementById('proof').dataset.site = 'south'") == [
                    no, "holds", "holds", "holds",
                ])
            #expect(
                try Self.tampered(
                    browser,
                    "const n = document.getElementById('proof-note'); n.textContent = n.textContent.replace(/\\n(\\d+)\\n/, '\\n1$1\\n')"
                )
                    == ["holds", "holds", no, no])
            #expect(
                try Self.tampered(browser, "document.querySelector('#proof-keys code').dataset.until = '1'")
                    == ["holds", "holds", "holds", no])
            #expect(try Self.tampered(browser, change("proof-leaf", "'not base64!'")) == [no, no, "holds", "holds"])
            #expect(try browser.complaints() == [])
        }
    }

    @Test func `Without scripts the portal's own result stands`() async throws {
        let site = try AuditSite()
        try await Browser.run(BrowserSetting(hasScripts: false)) { browser in
            try site.signIn(browser)
            try browser.open(site.url("/audit/events/\(site.event)"))
            #expect(try Self.results(browser).allSatisfy { $0 == "not checked" })
            #expect(try browser.all("#proof-checks td:nth-child(2) .good").count == 4)
            #expect(try browser.find("#proof-note").text.contains("example.org/audit"))
        }
    }

    @Test(.enabled(if: Axe.isAvailable, Axe.absence), arguments: [false, true])
    func `Pages of auditors and operators are in order for everybody`(isDark: Bool) async throws {
        let site = try AuditSite()
        var setting = BrowserSetting.phone
        setting.isDark = isDark
        try await Browser.run(setting) { browser in
            for (role, paths) in [
                ("auditor", ["/audit", "/audit/episodes/\(site.episode)", "/audit/events/\(site.event)"]),
                ("operator", ["/operations"]),
            ] {
                try site.signIn(browser, as: role)
                for path in paths {
                    try browser.open(site.url(path))
                    try browser.check(path.split(separator: "/").prefix(2).joined(separator: "-"))
                }
            }
        }
    }
}
