import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// The inbox and the page of an alert.
@Suite struct AlertPagesTests {
    private struct Raised {
        let database: TestDatabase
        let episode: StoredEpisode
        let alert: AlertID

        init(at site: SiteID = SiteID(unchecked: "north")) throws {
            database = try TestDatabase.make()
            let owner = try database.connect()
            var episode = StoredEpisode(at: site)
            episode.rate([250, 240, 150])
            try episode.store(on: owner)
            self.episode = episode
            alert = try StoredAlert.raise(of: episode, on: owner)
        }

        func status() throws -> String {
            try database.connect().run("select status from alerting.alert where alert_id = $1", [.id(alert)]).only().text(0)
        }
    }

    @Test func `Looking opens an alert, one who sees to it is enough, and the second is told who was first`() async throws {
        let raised = try Raised()
        try await PortalServer.run(on: raised.database) { server in
            let (first, second) = (try await server.browser(.clinician, as: "c-01"), try await server.browser(.supervisor, as: "s-01"))
            let page = try await first.get("/alerts/\(raised.alert)")
            #expect(page.status == 200)
            #expect(try raised.status() == "opened")
            let other = try await second.get("/alerts/\(raised.alert)")
            let fields = [("_token", try #require(page.token))]
            let done = try await first.post("/alerts/\(raised.alert)/acknowledgement", fields)
            #expect(done.location == "/alerts/\(raised.alert)?done=acknowledgement")
            #expect(try await first.get(try #require(done.location)).text.contains("You see to this alert."))
            let late = try await second.post(
                "/alerts/\(raised.alert)/acknowledgement", [("_token", try #require(other.token))])
            let told = try await second.get(try #require(late.location)).text
            #expect(told.contains("c-01 was first"))
            let events = try Ledger.events(stream: raised.episode.id, category: .alert, on: raised.database.connect())
            #expect(events.map(\.type).filter { $0 == EventType.alertAcknowledged.rawValue }.count == 1)
        }
    }

    @Test func `The support tool asks one question after the other, and leads to actions and an end`() async throws {
        let raised = try Raised()
        try await PortalServer.run(on: raised.database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let path = "/alerts/\(raised.alert)"
            let page = try await browser.get(path)
            let token = ("_token", try #require(page.token))
            #expect(page.text.contains("Does the client feel heard and at ease with you?"))
            func enter(_ fields: (String, String)...) async throws -> Browser.Answer {
                try await browser.post(path + "/review", [token] + fields)
            }
            #expect(try await enter(("question", "alliance.bond"), ("answer", "no")).status == 303)
            // Asked and answered: the same again is told, and recorded no second time.
            let again = try await enter(("question", "alliance.bond"), ("answer", "no"))
            #expect(again.status == 409 && again.text.contains("answered already"))
            #expect(try await enter(("answer", "no")).status == 422)
            #expect(try await browser.get(path).text.contains("Talk with the client about how the work together feels"))
            #expect(try await enter(("action", "alliance.talk")).status == 303)
            #expect(try await enter(("discussed", Timestamp.now.day.advanced(byDays: 5).description)).status == 409)
            #expect(try await enter(("discussed", "2026-03-02")).status == 303)
            #expect(try await enter(("completed", "1")).status == 303)
            #expect(try await browser.get(path).text.contains("Finished on"))
            let resolved = try await browser.post(path + "/resolution", [token, ("reason", "plan_changed")])
            #expect(resolved.status == 303)
            #expect(try raised.status() == "resolved")
            let late = try await browser.post(path + "/resolution", [token, ("reason", "referred")])
            #expect(late.status == 409 && late.text.contains("c-01 closed it"))
        }
    }

    @Test func `Another site's alert is not there, and the guess is written down`() async throws {
        let raised = try Raised(at: SiteID(unchecked: "south"))
        try await PortalServer.run(on: raised.database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let answer = try await browser.get("/alerts/\(raised.alert)")
            #expect(answer.status == 404)
            let post = try await browser.post(
                "/alerts/\(raised.alert)/acknowledgement", [("_token", try #require(answer.token))])
            #expect(post.status == 404)
            #expect(try raised.status() == "raised")
            let types = try Ledger.events(stream: raised.episode.id, category: .access, on: raised.database.connect()).map(\.type)
            #expect(types == [EventType.viewRefused.rawValue, EventType.alertAnswerRefused.rawValue])
        }
    }

    @Test func `The inbox lists one's own or the site's, gravest first`() async throws {
        let raised = try Raised()
        let owner = try raised.database.connect()
        let safety = try StoredAlert.raise(.safety, rule: .safetyItem(9), of: raised.episode, clinician: "c-02", on: owner)
        try await PortalServer.run(on: raised.database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let mine = try await browser.get("/alerts").text
            #expect(mine.contains("\(raised.alert)") && !mine.contains("\(safety)"))
            let all = try await browser.get("/alerts?show=site").text
            let (first, second) = (try #require(all.range(of: "\(safety)")), try #require(all.range(of: "\(raised.alert)")))
            #expect(first.lowerBound < second.lowerBound)
            let part = try await browser.get("/alerts?show=site&part=list", headers: [("Attune-Background", "1")]).text
            #expect(part.contains("\(safety)") && !part.contains("<html"))
        }
    }

    @Test func `Open pages are told when an alert of their sites changes, and of no other`() async throws {
        let raised = try Raised()
        let pool = ConnectionPool(raised.database.settings(role: "attune_portal"), size: 1, logger: PortalServer.quiet)
        let watch = AlertWatch(pool: pool, interval: .milliseconds(20), logger: PortalServer.quiet)
        let mine = await watch.changes(at: .some([SiteID(unchecked: "north")]))
        let others = await watch.changes(at: .some([SiteID(unchecked: "south")]))
        let owner = try raised.database.connect()
        var told = mine.makeAsyncIterator()
        // What was there before anybody listened is no news, so change until it is heard.
        let change = Task {
            while !Task.isCancelled {
                try owner.script("update alerting.alert set escalation_level = escalation_level + 1")
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        let elsewhere = Heard()
        let listening = Task { for await _ in others { await elsewhere.note() } }
        for _ in 0..<3 { #expect(await told.next() != nil) }
        listening.cancel()
        #expect(await !elsewhere.anything)
        change.cancel()
        _ = try? await change.value
        await pool.shutdown()
    }
}

private actor Heard {
    private(set) var anything = false
    func note() { anything = true }
}
