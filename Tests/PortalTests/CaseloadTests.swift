import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// Who needs attention, and why, in the order of what is grave.
@Suite struct CaseloadTests {
    @Test func `Episodes stand by how soon they want to be looked at, with the reasons, and others' are absent`() async throws {
        let database = try TestDatabase.make()
        let owner = try database.connect()
        // Worse than at the start by more than the reliable change; better; and a colleague's.
        var (worse, better, other) = (StoredEpisode(), StoredEpisode(), StoredEpisode(clinician: "c-02"))
        worse.rate([250, 240, 150])
        better.rate([150, 200, 240])
        other.rate([200])
        for episode in [worse, better, other] { try episode.store(on: owner) }
        let alert = try StoredAlert.raise(.deteriorating, rule: .reliablyWorse, of: worse, due: -60, on: owner)
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            let page = try await browser.get("/caseload").text
            let codes = [worse, better, other].map { CodeName.text(of: $0.id) }
            #expect(page.contains(codes[0]) && page.contains(codes[1]) && !page.contains(codes[2]))
            let today = try #require(page.range(of: "<h2>Look at today"))
            // Its ratings were never talked about.
            let missing = try #require(page.range(of: "<h2>Something is missing"))
            #expect(today.lowerBound < (try #require(page.range(of: ">\(codes[0])<"))).lowerBound)
            #expect(today.lowerBound < missing.lowerBound)
            #expect((try #require(page.range(of: ">\(codes[1])<"))).lowerBound > missing.lowerBound)
            #expect(page.contains("Reliably worse than at the start") && page.contains("/alerts/\(alert)"))
            #expect(page.contains("overdue since"))
            #expect(page.contains("2 open episodes are yours."))

            let found = try await browser.get("/caseload?q=\(codes[1].lowercased())").text
            #expect(found.contains(codes[1]) && !found.contains(codes[0]))
            let none = try await browser.get("/caseload?q=%3Cscript%3Ealert(1)%3C/script%3E").text
            #expect(none.contains("Nothing fits") && !none.contains("<script>alert"))
            // What was shown was looked at, and nothing else.
            #expect(try Ledger.events(stream: other.id, category: .access, on: owner).isEmpty)
            #expect(try Ledger.events(stream: worse.id, category: .access, on: owner).count == 1)
            #expect(try Ledger.events(stream: better.id, category: .access, on: owner).count == 2)
        }
    }

    @Test func `An open episode whose record cannot be read is not left out in silence`() async throws {
        let database = try TestDatabase.make()
        let owner = try database.connect()
        var (good, spoilt) = (StoredEpisode(), StoredEpisode())
        good.rate([200])
        spoilt.rate([210])
        for episode in [good, spoilt] { try episode.store(on: owner) }
        let unknown = NewEvent(
            id: EventID(rawValue: UUID()), stream: spoilt.id, site: spoilt.site, type: "attune.rating.recorded.v99",
            traceparent: nil, payload: [1])
        _ = try Ledger.append([unknown], to: .episode, on: owner)
        try await PortalServer.run(on: database) { server in
            let page = try await server.browser(.clinician, as: "c-01").get("/caseload").text
            #expect(page.contains(">\(CodeName.text(of: good.id))<") && !page.contains(">\(CodeName.text(of: spoilt.id))<"))
            #expect(page.contains("2 open episodes are yours."))
            #expect(page.contains("cannot be read: \(CodeName.text(of: spoilt.id))."))
        }
    }

    @Test func `An empty caseload says what to expect, and other roles have none`() async throws {
        try await PortalServer.run(on: try TestDatabase.make()) { server in
            let clinician = try await server.browser(.clinician, as: "c-09")
            #expect(try await clinician.get("/caseload").text.contains("No open episode is in your name"))
            let operating = try await server.browser(.operator, as: "op-1")
            #expect(try await operating.get("/caseload").status == 403)
        }
    }
}
