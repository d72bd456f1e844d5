import Contracts
import ServiceKit
import Testing

@testable import PortalFixture

/// Two people with the same alert before them.
@Suite(.serialized, .enabled(if: ChromeDriver.isAvailable, ChromeDriver.absence))
struct AlertOfTwoTests {
    @Test func `The second sees in an open list that the first sees to it, and is told so when they press late`() async throws {
        let site = try TourSite()
        try await Browser.runTwo { first, second in
            let page = "/alerts/\(site.offTrack)"
            try site.enter(first, as: "clinician", "c-01", to: page)
            // The list in one tab, the alert in another.
            try site.enter(second, as: "supervisor", "s-01", to: page)
            let alert = try second.command(.get, "/window")
            let list = try second.command(.post, "/window/new", ["type": "tab"])["handle"] ?? .null
            try second.command(.post, "/window", ["handle": list])
            try second.open(site.url("/alerts"))
            // Looking has opened it; then somebody sees to it, and the list says so by itself.
            try second.script("window.stayed = true")
            let row = "main tr:has(a[href='\(page)'])"
            #expect(try second.find(row).text.contains("looked at"))
            try first.follow("form[action$=acknowledgement] button")
            #expect(try first.find("[role=status]").text == "Recorded. You see to this alert.")
            try second.wait(for: "the news") { try second.find(row).text.contains("somebody sees to it") }
            #expect(try second.script("return window.stayed").isTrue, "without loading the page again")
            #expect(try second.find("#live-note").property("textContent") == "The list has changed.")

            try second.command(.post, "/window", ["handle": alert])
            try second.follow("form[action$=acknowledgement] button")
            let said = try second.find("[role=status]").text
            #expect(said.contains("c-01 was first") && said.contains("Nothing changed"))
            #expect(try second.all("form[action$=acknowledgement]").isEmpty)
            #expect(try first.complaints() == [] && second.complaints() == [])
        }
        #expect(try site.count(of: .alertAcknowledged) == 1)
    }
}
