import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// What the database lets the portal see, and what it writes down about it.
@Suite struct ScopeTests {
    private static let south = SiteID(unchecked: "south")

    private static func accesses(_ episode: EpisodeID, on database: TestDatabase) throws -> [AccessEvent] {
        try Ledger.events(stream: episode, category: .access, on: database.connect()).map {
            try AccessEventCodec.decode($0.payload, type: try #require(EventType(rawValue: $0.type)))
        }
    }

    @Test func `Without a scope the portal's role sees nobody, and within one nobody else`() throws {
        let database = try TestDatabase.make()
        var (north, south) = (StoredEpisode(), StoredEpisode(at: Self.south))
        for total in [[200, 220], [150, 160]] { north.rate(total, holdingSessions: false) }
        south.rate([300])
        let owner = try database.connect()
        try north.store(on: owner)
        try south.store(on: owner)
        let connection = try database.connect(role: "attune_portal")
        let views = ["portal_episode", "portal_event", "portal_course"]
        for view in views + ["portal_alert", "portal_delivery", "portal_leaf", "portal_reflection_share"] {
            #expect(try connection.run(Statement("select count(*) from published.\(view)")).only().int64(0) == 0)
        }
        try connection.transaction { connection in
            try Scope(sites: .some([Self.south])).apply(on: connection)
            for view in views {
                let rows = try connection.run(Statement("select distinct site from published.\(view)"))
                #expect(try rows.map { try $0.text(0) } == ["south"])
            }
        }
        try connection.transaction { connection in
            try Scope(sites: .all).apply(on: connection)
            #expect(try connection.run("select count(*) from published.portal_episode").only().int64(0) == 2)
        }
        // Neither by another way in.
        for table in ["ledger.episode", "ledger.event"] {
            #expect(try connection.run(Statement("select count(*) from \(table)")).only().int64(0) == 0)
        }
        #expect(throws: DatabaseError.self) { try connection.run("select * from scoring.trajectory") }
        #expect(throws: DatabaseError.self) { try connection.run("select * from notification.contact") }
        #expect(throws: DatabaseError.self) { try connection.run("delete from ledger.event") }
    }

    @Test func `A client's scope ends with their own episode and ratings`() throws {
        let database = try TestDatabase.make()
        let partners = (0..<2).map { _ in Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult) }
        var couple = StoredEpisode(participants: partners)
        couple.rate([200])
        couple.rate([180], by: partners[1].id, holdingSessions: false)
        var other = StoredEpisode()
        other.rate([210])
        let owner = try database.connect()
        try couple.store(on: owner)
        try other.store(on: owner)
        // The newest rating is the second partner's.
        let alert = try StoredAlert.raise(of: couple, on: owner)
        let connection = try database.connect(role: "attune_portal")
        func alerts(_ participants: [ParticipantID]) throws -> [AlertID] {
            try connection.transaction { connection in
                try Scope(sites: .some([couple.site]), episodes: [couple.id], participants: participants).apply(on: connection)
                return try connection.run("select alert_id from published.portal_alert").map { try $0.id(0) }
            }
        }
        #expect(try alerts([partners[1].id]) == [alert])
        #expect(try alerts([partners[0].id]).isEmpty)
        try connection.transaction { connection in
            try Scope(sites: .some([couple.site]), episodes: [couple.id], participants: [partners[1].id]).apply(on: connection)
            #expect(try connection.run("select count(*) from published.portal_episode").only().int64(0) == 1)
            let raters = try connection.run("select participant_id from published.portal_course")
            #expect(try raters.map { try $0.id(0, as: ParticipantID.self) } == [partners[1].id])
        }
    }

    @Test func `A look at an episode is written down before it is shown, and a guess at another site's is as well`() async throws {
        let database = try TestDatabase.make()
        var (north, south) = (StoredEpisode(), StoredEpisode(at: Self.south))
        north.rate([200, 220])
        south.rate([300])
        let owner = try database.connect()
        try north.store(on: owner)
        try south.store(on: owner)
        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.clinician, as: "c-01")
            #expect(try await browser.get("/episodes/\(north.id)").status == 200)
            #expect(
                try Self.accesses(north.id, on: database)
                    == [AccessEvent(accessedBy: "c-01", reason: "", body: .viewed(.graph, as: "clinician", participant: nil))])
            let refused = try await browser.get("/episodes/\(south.id)")
            let unknown = try await browser.get("/episodes/\(EpisodeID(rawValue: UUID()))")
            #expect(refused.status == 404 && unknown.status == 404)
            // Nothing tells the two apart.
            let number = /<code>[^<]*<\/code>/
            let path = /value="\/episodes\/[^"]*"/
            #expect(
                refused.text.replacing(number, with: "").replacing(path, with: "")
                    == unknown.text.replacing(number, with: "").replacing(path, with: ""))
            #expect(
                try Self.accesses(south.id, on: database)
                    == [AccessEvent(accessedBy: "c-01", reason: "", body: .viewRefused(.graph, as: "clinician"))])
        }
    }
}
