import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

@Suite struct ReflectionTests {
    private static let opened = CalendarDay(daysSinceEpoch: Int(Date().timeIntervalSince1970) / 86_400 - 200)

    /// Closed courses of five weekly ratings, the first alliance ratings as good as can be.
    static func store(_ count: Int, of clinician: String, on owner: Connection) throws -> [StoredEpisode] {
        try (0..<count).map { index in
            var episode = StoredEpisode(clinician: clinician, openedOn: opened)
            let first = 120 + index % 5 * 20
            episode.rate([first, first + 20, first + 30, index < 4 ? first + 90 : first + 35, first + 60])
            episode.rate([400, 390], on: .srs, holdingSessions: false)
            episode.add(.closed(EpisodeClosure(day: opened.advanced(byDays: 60), reason: .agreedEnd)))
            try episode.store(on: owner)
            return episode
        }
    }

    @Test func `Below the minimum the page says how many are missing, and from it on how far people came`() async throws {
        let database = try TestDatabase.make()
        let owner = try database.connect()
        let few = try Self.store(3, of: "c-02", on: owner)
        let enough = try Self.store(12, of: "c-01", on: owner)
        try await PortalServer.run(on: database) { server in
            let below = try await server.browser(.clinician, as: "c-02").get("/reflection")
            #expect(below.status == 200)
            #expect(below.text.contains("7 closed courses are missing: 3 of 10 have two ratings or more"))
            #expect(!below.text.contains("standard deviations") && below.text.contains("Too few to say: 3 so far, 10 are needed."))
            // Fifteen ratings are enough to say that nobody noted a talk about them.
            #expect(below.text.contains("15 of 15 ratings have no note") && !below.text.contains("had reliably changed"))

            let own = try await server.browser(.clinician, as: "c-01").get("/reflection")
            #expect(own.text.contains("12 closed courses moved by +") && own.text.contains("more than chance would make"))
            // Four of twelve by session 4, and nobody noted a talk: nothing of the colleague's is in it.
            #expect(own.text.contains("33% (4 of 12; it may well lie between 14% and 61%)"))
            #expect(own.text.contains("In 8 of 12 courses nothing had reliably changed by session 4"))
            #expect(own.text.contains("60 of 60 ratings have no note") && own.text.contains("12 of 12 first ratings"))
            for episode in enough {
                let events = try Ledger.events(stream: episode.id, category: .access, on: database.connect())
                let event = try #require(events.first)
                let look = try AccessEventCodec.decode(event.payload, type: try #require(EventType(rawValue: event.type)))
                let own = AccessEventBody.viewed(.reflection, as: "clinician", participant: nil)
                #expect(look == AccessEvent(accessedBy: "c-01", reason: "", body: own) && events.count == 1)
            }
            #expect(try Ledger.events(stream: few[0].id, category: .access, on: database.connect()).count == 1)
            // No address leads to somebody else's.
            for role in [Role.supervisor, .siteAdmin, .networkAdmin, .auditor, .operator] {
                #expect(try await server.browser(role, as: "c-01").get("/reflection").status == 403)
            }
            #expect(try await server.browser(.clinician, as: "c-01").get("/reflection/c-02").status == 404)
            let asked = try await server.browser(.clinician, as: "c-02").get("/reflection?clinician=c-01&subject=c-01")
            #expect(asked.text.contains("7 closed courses are missing"))
        }
    }
}
