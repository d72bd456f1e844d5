import Domain
import Foundation
import ServiceKit
import Testing

/// A check-in as somebody goes through it: on a phone, by keyboard alone, without script, over a bad connection.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct CheckInPageTests {
    @Test func aWholeCheckInByKeyboardAloneOnAPhone() async throws {
        let site = try CheckInSite()
        try await Browser.run(.phone) { browser in
            let (path, _) = try browser.invitation(at: site, to: site.episode)
            try browser.open(site.url(path))
            try browser.check("check-in-open")
            try browser.tab(to: "main form button")
            try browser.press(.enter)
            for (measure, steps) in [("well-being", 1), ("alliance", 3)] {
                try browser.wait(for: measure) { try browser.words.contains("Attune \(measure)") }
                try browser.check("check-in-\(measure)")
                for item in 1...5 {
                    try browser.tab(to: "[name=item\(item)]")
                    try browser.press(.space)
                    for _ in 0..<steps { try browser.press(.down) }
                }
                try browser.tab(to: "button[name=answer]")
                try browser.press(.enter)
            }
            try browser.wait(for: "the summary") { try browser.title.contains("What was recorded") }
            #expect(try browser.words.contains("Your answers add up to 5."))
            #expect(try browser.words.contains("Your answers add up to 15."))
            try browser.check("check-in-summary")
            #expect(try site.ratings() == [.items([1, 1, 1, 1, 1]), .items([3, 3, 3, 3, 3])])
            try browser.wait(for: "an empty store") { try browser.script("return Object.keys(localStorage).length") == 0 }
            try browser.tab(to: "form[action$=leave] button")
            try browser.press(.enter)
            try browser.wait(for: "the end") { try browser.words.contains("Thank you") }
            try browser.check("check-in-thanks")
            try browser.open(site.url(path))
            #expect(try browser.words.contains("already been opened"))
            try browser.forgetComplaints()
        }
    }

    @Test func aLineHasNoAnswerUntilItIsTouchedAndIsUsedByKeyboardAndPointer() async throws {
        let site = try CheckInSite(asksOnLines: true)
        try await Browser.run(.phone) { browser in
            try browser.begin(at: site)
            let lines = try browser.all("[role=slider]")
            #expect(lines.count == 4)
            for line in lines {
                #expect(try line.attribute("aria-valuetext")?.contains("No answer yet") == true)
                #expect(try line.find(".thumb").attribute("visibility") == "hidden")
            }
            #expect(try lines[0].label == "1. Line number 1")
            try browser.check("check-in-lines")
            // By keyboard: the first key puts the mark in the middle.
            try browser.tab(to: "#item1-line")
            try browser.press(.right, .right, .pageUp)
            #expect(try lines[0].attribute("aria-valuetext") == "6.1 of 10.0, nearer to the good end")
            try browser.press(.left, .pageDown, .pageDown)
            #expect(try lines[0].attribute("aria-valuetext") == "4.0 of 10.0, nearer to the hard end")
            try browser.tab(to: "#item2-line")
            try browser.press(.end)
            #expect(try lines[1].attribute("aria-valuenow") == "10")
            // By pointer, in its middle.
            try lines[3].click()
            #expect(try lines[3].attribute("aria-valuetext") == "5.0 of 10.0, in the middle")
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the refusal") { try !browser.all("#item3-fault").isEmpty }
            try browser.wait(for: "the focus") { try browser.focused().attribute("id") == "item3-line" }
            #expect(try browser.find("#item1-line").attribute("aria-valuetext") == "4.0 of 10.0, nearer to the hard end")
            try browser.forgetComplaints()
            try browser.check("check-in-lines-fault")
            #expect(try site.ratings() == [])
            try browser.press(.home)
            #expect(try browser.focused().attribute("aria-valuetext") == "0.0 of 10.0, nearer to the hard end")
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the summary") { try browser.title.contains("What was recorded") }
            #expect(try site.ratings() == [.items([40, 100, 0, 50])])
        }
    }

    @Test func answersSurviveABadConnectionAndAreRecordedOnce() async throws {
        let site = try CheckInSite()
        try await Browser.run(.phone) { browser in
            try browser.begin(at: site)
            for item in 1...4 { try browser.find("#item\(item)-\(item)").click() }
            try browser.find("#comment").type("Slept badly.")
            // The page is lost and loaded again: what was filled in is there.
            try browser.reload()
            try browser.wait(for: "what was kept") { try browser.find("#send-state").text.contains("here again") }
            #expect(try browser.find("#item3-3").isSelected)
            #expect(try browser.find("#comment").property("value") == "Slept badly.")
            try browser.find("#item5-5").click()
            try browser.network(.offline)
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the word about it") { try browser.find("#send-state").text.contains("no connection") }
            #expect(try browser.focused().attribute("id") == "send-state")
            #expect(try site.ratings() == [])
            if Axe.isAvailable { #expect(try browser.accessibilityFaults() == []) }
            try browser.network(.unhindered)
            try browser.wait(for: "the next measure") { try browser.words.contains("Attune alliance") }
            #expect(try site.ratings() == [.items([0, 1, 2, 3, 4])])
            try browser.wait(for: "an empty store") { try browser.script("return Object.keys(localStorage).length") == 0 }

            // The answer to what was sent is dropped: sent again, and recorded once.
            for item in 1...5 { try browser.find("#item\(item)-3").click() }
            try browser.script(
                """
                const real = window.fetch; window.sent = 0;
                window.fetch = async (...asked) => {
                    const answer = await real(...asked);
                    if (window.sent++ === 0) throw new TypeError('dropped on purpose');
                    return answer;
                };
                """)
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the word about it") { try browser.find("#send-state").text.contains("no connection") }
            #expect(try site.ratings().count == 2, "it had arrived")
            try browser.script("window.dispatchEvent(new Event('online'))")
            try browser.wait(for: "the summary") { try browser.title.contains("What was recorded") }
            #expect(try site.ratings() == [.items([0, 1, 2, 3, 4]), .items([2, 2, 2, 2, 2])])
        }
    }

    @Test func withoutScriptThePlainFormsAreComplete() async throws {
        let site = try CheckInSite(asksOnLines: true)
        // Not as a phone: chromedriver waits for ever to touch a page without scripts.
        let setting = BrowserSetting(width: 360, height: 740, hasScripts: false)
        try await Browser.run(setting) { browser in
            try browser.begin(at: site)
            for (item, text) in [(1, "2.5"), (2, "six"), (3, "10")] { try browser.find("#item\(item)").type(text) }
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the refusal") { try !browser.all("#item2-fault").isEmpty }
            #expect(try browser.focused().attribute("id") == "item2")
            #expect(try browser.find("#item2").property("value") == "six", "nothing typed is lost")
            try browser.find("#item2").clear()
            try browser.find("#item2").type("6,4")
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the other refusal") { try !browser.all("#item4-fault").isEmpty }
            try browser.find("#item4").type("0")
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the summary") { try browser.title.contains("What was recorded") }
            #expect(try site.ratings() == [.items([25, 64, 100, 0])])
        }
    }

    @Test func inGermanAndInTheDarkAndAtAKiosk() async throws {
        let site = try CheckInSite()
        var setting = BrowserSetting.phone
        (setting.isDark, setting.language) = (true, "de")
        try await Browser.run(setting) { browser in
            let (_, code) = try browser.invitation(at: site, to: site.episode, language: "de")
            try browser.open(site.url("/kiosk"))
            try browser.check("check-in-kiosk")
            try browser.find("#code").type(code)
            try browser.find("main form button").click()
            try browser.wait(for: "the first measure") { try browser.words.contains("Wohlbefinden") }
            #expect(try browser.words.contains("In meinen Tagen gab es etwas, worüber ich froh war."))
            try browser.find("#item1-2").click()
            #expect(try browser.script("return Object.keys(localStorage).length") == 0, "others use this device, too")
            try browser.find("button[name=answer]").click()
            try browser.wait(for: "the refusal") { try browser.words.contains("4 Fragen brauchen noch einen Blick") }
            #expect(try browser.focused().attribute("id") == "item2-1")
            try browser.forgetComplaints()
            try browser.check("check-in-fault")
            try browser.find("button[name=decline]").click()
            try browser.wait(for: "the other measure") { try browser.words.contains("Zusammenarbeit") }
            try browser.find("button[name=decline]").click()
            try browser.wait(for: "the summary") { try browser.title.contains("Das ist aufgezeichnet") }
            try browser.check("check-in-summary-declined")
        }
    }

    @Test func theInvitationIsMadeOnAPageThatReadsWell() async throws {
        let site = try CheckInSite()
        try await Browser.run(BrowserSetting(width: 1200)) { browser in
            let address = "/demo-sign-in?role=clinician&subject=c-01&site=north&to=/episodes/\(site.episode)/invitations"
            try browser.open(site.url(address))
            try browser.check("check-in-invite")
            try browser.find("main form button").click()
            try browser.wait(for: "the link") { try !browser.all("code.link").isEmpty }
            try browser.check("check-in-invited")
        }
    }
}
