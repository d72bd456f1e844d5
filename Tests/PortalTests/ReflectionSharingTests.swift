import Contracts
import Domain
import Foundation
import Intake
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// A clinician's own page, shown to the supervisors of the site for as long as the clinician wants.
@Suite struct ReflectionSharingTests {
    private static let north = SiteID(unchecked: "north")

    private static func events(_ share: ReflectionShareID, on database: TestDatabase) throws -> [AccessEvent] {
        try Ledger.events(stream: share.stream, category: .access, on: database.connect()).map {
            try AccessEventCodec.decode($0.payload, type: try #require(EventType(rawValue: $0.type)))
        }
    }

    /// Shares the page of whoever sits at the browser.
    @discardableResult
    private static func share(_ browser: Browser, days: String = "30") async throws -> ReflectionShareID {
        let page = try await browser.get("/reflection")
        let name = try #require(page.text.firstMatch(of: /action="\/reflection\/share".*?name="id" value="([^"]+)"/)?.1)
        let id = try #require(ReflectionShareID(name))
        let fields = [("_token", try #require(page.token)), ("id", "\(id)"), ("days", days), ("site", "north")]
        for _ in 0..<2 {
            let answer = try await browser.post("/reflection/share", fields)
            #expect(answer.status == 303 && answer.location == "/reflection#sharing", "\(answer.text)")
        }
        return id
    }

    private static func end(_ id: ReflectionShareID, _ browser: Browser) async throws -> Int {
        let token = try #require(try await browser.get("/reflection").token)
        return try await browser.post("/reflection/share/end", [("_token", token), ("id", "\(id)")]).status
    }

    @Test func `A shared page is seen by supervisors of the site until it is taken back, by nobody else`() async throws {
        let database = try TestDatabase.make()
        let owner = try database.connect()
        let episodes = try ReflectionTests.store(12, of: "c-01", on: owner)
        _ = try ReflectionTests.store(1, of: "c-00", on: owner)
        try owner.run(
            "insert into directory.person (person_id, site, roles, active) values ('s-01', 'north', '{supervisor}', true)")
        try await PortalServer.run(on: database) { server in
            let clinician = try await server.browser(.clinician, as: "c-01")
            let colleague = try await server.browser(.clinician, as: "c-00")
            let supervisor = try await server.browser(.supervisor, as: "s-01")
            #expect(try await clinician.get("/reflection").text.contains("Only you can see this page, unless you share it"))
            #expect(try await supervisor.get("/supervision").text.contains("Nobody at your sites shares"))

            let id = try await Self.share(clinician)
            let colleagues = try await Self.share(colleague)
            let own = try await clinician.get("/reflection").text
            #expect(own.contains("You share this page with the supervisors of north") && own.contains("these are: s-01."))
            #expect(own.contains("Shared with the supervisors of north until") && own.contains("Nobody has looked at it"))
            #expect(!own.contains("action=\"/reflection/share\""), "it is shared already")

            // A list without figures, alphabetical whoever shared first.
            let list = try await supervisor.get("/supervision").text
            let places = ["\(colleagues)", "\(id)"].map { list.range(of: "/supervision/shared/\($0)")?.lowerBound }
            #expect(try #require(places[0]) < #require(places[1]) && !list.contains("closed courses"))

            let path = "/supervision/shared/\(id)"
            let seen = try await supervisor.get(path)
            #expect(seen.status == 200 && seen.text.contains("12 closed courses moved by +"))
            #expect(seen.text.contains("c-01 shares this page with you until"))
            #expect(!seen.text.contains("action=\"/reflection/"))
            for episode in episodes {
                #expect(!seen.text.contains("\(episode.id)") && !seen.text.contains(CodeName.text(of: episode.id)))
                let looks = try Ledger.events(stream: episode.id, category: .access, on: database.connect()).map {
                    try AccessEventCodec.decode($0.payload, type: .clientDataViewed)
                }
                #expect(looks.last?.accessedBy == "s-01")
                #expect(looks.last?.body == .viewed(.reflection, as: "supervisor", participant: nil))
            }
            let looked = try await clinician.get("/reflection").text
            #expect(looked.contains("It was last looked at by:") && looked.contains("<li>s-01, "))
            #expect(try await clinician.get(path).location == "/reflection#sharing", "the clinician's own")

            // To all others it is not there, and that they asked is written down at the share.
            for (role, subject, site) in [
                (Role.supervisor, "s-05", "south"), (.clinician, "c-00", "north"), (.siteAdmin, "a-01", "north"),
                (.auditor, "u-01", "north"),
            ] {
                let browser = try await server.browser(role, as: subject, sites: [site])
                #expect(try await browser.get(path).status == 404, "\(role) at \(site)")
                #expect(
                    try Self.events(id, on: database).last
                        == AccessEvent(accessedBy: subject, reason: "", body: .viewRefused(.reflection, as: role.rawValue)))
            }
            let elsewhere = try await server.browser(.supervisor, as: "s-05", sites: ["south"]).get("/supervision").text
            #expect(elsewhere.contains("Nobody at your sites shares"))
            #expect(try await supervisor.get("/supervision/shared/\(ReflectionShareID(rawValue: UUID()))").status == 404)

            #expect(try await Self.end(id, colleague) == 404, "nobody takes back another's")
            #expect(try await Self.end(id, clinician) == 303)
            #expect(try await supervisor.get(path).status == 404)
            #expect(try await !supervisor.get("/supervision").text.contains("\(id)"))
            #expect(try await clinician.get("/reflection").text.contains("Only you can see this page"))
            let bodies = try Self.events(id, on: database).map(\.body)
            guard case .reflectionShared(with: "supervisor", let end) = bodies.first else {
                Issue.record("\(bodies)")
                return
            }
            let days = (end.microseconds - Timestamp.now.microseconds) / 86_400_000_000
            #expect((29...30).contains(days))
            #expect(bodies.count == 8 && bodies[6] == .reflectionShareEnded)
            #expect(bodies[1] == .viewed(.reflection, as: "supervisor", participant: nil))
            #expect(bodies[7] == .viewRefused(.reflection, as: "supervisor"))

            // Shared anew it has another address; when its time is over, nobody has to do anything.
            let again = try await Self.share(clinician, days: "7")
            #expect(try await supervisor.get("/supervision/shared/\(again)").status == 200)
            #expect(try await supervisor.get(path).status == 404)
            try owner.run(
                """
                update ledger.reflection_share set shared_at = now() - interval '8 days', ends_at = now() where share_id = $1
                """, [.id(again)])
            #expect(try await supervisor.get("/supervision/shared/\(again)").status == 404)
            #expect(try await !supervisor.get("/supervision").text.contains("\(again)"))
        }
    }

    @Test func `What cannot be shared is refused, and nothing is recorded`() async throws {
        let database = try TestDatabase.make()
        try await PortalServer.run(on: database) { server in
            let clinician = try await server.browser(.clinician, as: "c-01", sites: ["north", "west"])
            let page = try await clinician.get("/reflection")
            #expect(page.text.contains("<option>north</option><option>west</option>"))
            let token = try #require(page.token)
            func post(_ fields: [(String, String)], to path: String = "/reflection/share") async throws -> Int {
                try await clinician.post(path, [("_token", token)] + fields).status
            }
            let id = ("id", "\(UUID())".lowercased())
            for days in ["0", "91", "-1", "x", ""] {
                #expect(try await post([id, ("days", days), ("site", "north")]) == 422, "\(days)")
            }
            #expect(try await post([id, ("days", "7"), ("site", "south")]) == 404)
            #expect(try await post([id, ("days", "7"), ("site", "No such site!")]) == 404)
            #expect(try await post([("days", "7"), ("site", "north")]) == 422)
            #expect(try await post([id], to: "/reflection/share/end") == 404)
            #expect(try await clinician.post("/reflection/share", [id, ("days", "7"), ("site", "north")]).status == 403)
            let supervisor = try await server.browser(.supervisor, as: "s-01")
            let its = try #require(try await supervisor.get("/supervision").token)
            let fields = [("_token", its), id, ("days", "7"), ("site", "north")]
            #expect(try await supervisor.post("/reflection/share", fields).status == 403)
            let owner = try database.connect()
            #expect(try owner.run("select count(*) from ledger.event").only().int64(0) == 0)
            #expect(try owner.run("select count(*) from ledger.reflection_share").only().int64(0) == 0)
            // A form that has shared already does not share at another site; a new one does.
            for site in ["north", "west"] { #expect(try await post([id, ("days", "7"), ("site", site)]) == 303, "\(site)") }
            #expect(try owner.run("select site from ledger.reflection_share").map { try $0.text(0) } == ["north"])
            #expect(try await clinician.get("/reflection").text.contains("name=\"site\" value=\"west\""))
        }
    }

    @Test func `The database shows a share to its clinician and to the supervisors of its site while it runs`() throws {
        let database = try TestDatabase.make()
        let intake = try database.connect(role: "attune_intake")
        let caller = Caller(subject: "c-01", sites: .some([Self.north]), roles: [.clinician])
        let id = ReflectionShareID(rawValue: UUID())
        try ReflectionSharing.share(id, at: Self.north, days: 90, by: caller, on: intake)
        #expect(throws: SharingRefusal.isShared) {
            let other = ReflectionShareID(rawValue: UUID())
            try ReflectionSharing.share(other, at: Self.north, days: 7, by: caller, on: intake)
        }
        #expect(throws: SharingRefusal.days) {
            try ReflectionSharing.share(id, at: Self.north, days: 91, by: caller, on: intake)
        }
        let admin = Caller(subject: "a-01", sites: .all, roles: [.networkAdmin, .supervisor])
        #expect(throws: SharingRefusal.notYours) {
            try ReflectionSharing.share(id, at: Self.north, days: 7, by: admin, on: intake)
        }
        let portal = try database.connect(role: "attune_portal")
        func count(_ sites: SiteAccess, _ subject: String, _ roles: Set<Role>) throws -> [Int64] {
            try portal.transaction { connection in
                try Scope(sites: sites, subject: subject, roles: roles).apply(on: connection)
                return try ["published.portal_reflection_share", "ledger.reflection_share"].map {
                    try connection.run(Statement("select count(*) from \($0)")).only().int64(0)
                }
            }
        }
        let (north, south) = (SiteAccess.some([Self.north]), SiteAccess.some([SiteID(unchecked: "south")]))
        #expect(try count(north, "c-01", [.clinician]) == [1, 1])
        #expect(try count(north, "s-01", [.supervisor]) == [1, 1])
        #expect(try count(south, "s-01", [.supervisor]) == [0, 0])
        #expect(try count(north, "c-02", [.clinician]) == [0, 0])
        #expect(try count(north, "c-01", [.client]) == [0, 0], "a client of that name")
        #expect(try count(north, "a-01", [.siteAdmin, .networkAdmin, .auditor, .operator]) == [0, 0])
        try ReflectionSharing.end(id, by: caller, on: intake)
        try ReflectionSharing.end(id, by: caller, on: intake)
        #expect(try count(north, "c-01", [.clinician]) == [1, 1])
        #expect(try count(north, "s-01", [.supervisor]) == [0, 0])
        let owner = try database.connect()
        let types = try owner.run("select type from ledger.event order by version").map { try $0.text(0) }
        #expect(types == [EventType.reflectionShared.rawValue, EventType.reflectionShareEnded.rawValue])
        // The same again, after it was taken back, does not share anew.
        try ReflectionSharing.share(id, at: Self.north, days: 90, by: caller, on: intake)
        #expect(try count(north, "s-01", [.supervisor]) == [0, 0])
    }
}
