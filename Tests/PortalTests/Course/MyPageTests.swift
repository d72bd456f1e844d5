import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// What a client sees of their own treatment, and of nobody else's.
@Suite struct MyPageTests {
    private static let partners = (0..<2).map { _ in
        Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)
    }

    private static func couple() -> StoredEpisode {
        var couple = StoredEpisode(participants: partners)
        couple.rate([183, 201])
        couple.rate([251, 247], by: partners[1].id, holdingSessions: false)
        return couple
    }

    private static func client(_ place: Int, of episode: StoredEpisode, on server: PortalServer) async throws -> Browser {
        try await server.browser(
            .client, as: "p-\(place)", episode: episode.id, participant: episode.participants[place].id)
    }

    @Test func `A client sees their course in their own voice, its file, and what happens with it`() async throws {
        let database = try TestDatabase.make()
        let couple = Self.couple()
        try couple.store(on: try database.connect())
        try await PortalServer.run(on: database) { server in
            let browser = try await Self.client(0, of: couple, on: server)
            let page = try await browser.get("/my")
            #expect(page.status == 200)
            for part in [
                "You began at 18.3 on 8 November 2025. Your latest rating was 20.1 on 15 November 2025 (2 ratings).",
                "What happens with these figures", "Every look at your data is written down", "class=\"chart chart-wide\"",
                "Neither of you has agreed", "/my/graph.svg?instrument=ors%402000",
            ] {
                #expect(page.text.contains(part), "\(part)")
            }
            // Nothing of the partner.
            #expect(!page.text.contains("25.1") && !page.text.contains("24.7"))
            #expect(!page.text.contains(CodeName.text(of: Self.partners[1].id)))
            let file = try await browser.get("/my/graph.svg?instrument=ors%402000")
            #expect(file.status == 200 && file.text.contains("You began at 18.3"))
            #expect(file.header("Content-Disposition")?.hasPrefix("attachment") == true)
            #expect(try await browser.get("/my/graph.svg?instrument=srs%402002").status == 404)
            // The pages of those who treat are not for a client.
            #expect(try await browser.get("/episodes/\(couple.id)").status == 403)
        }
    }

    @Test func `A partner's figures are seen while both agree, and not after one takes it back`() async throws {
        let database = try TestDatabase.make()
        let couple = Self.couple()
        try couple.store(on: try database.connect())
        try await PortalServer.run(on: database) { server in
            let one = try await Self.client(0, of: couple, on: server)
            let other = try await Self.client(1, of: couple, on: server)
            func say(_ word: String, _ browser: Browser, day: String, participant: ParticipantID? = nil) async throws {
                let token = try #require(try await browser.get("/my").token)
                var fields = [("_token", token), ("id", UUID().uuidString.lowercased()), ("day", day), ("agrees", word)]
                if let participant { fields.append(("participant", participant.description)) }
                let sent = try await browser.post("/my/consent", fields)
                #expect(sent.status == 303 && sent.location == "/my#joint")
            }
            // For the other, says the form; it counts for the one who sends it.
            try await say("yes", one, day: "2025-11-16", participant: Self.partners[1].id)
            #expect(try await one.get("/my").text.contains("Your partner has not agreed"))
            #expect(try await other.get("/my").text.contains("Your partner has agreed. You have not"))
            for browser in [one, other] {
                let joint = try await browser.get("/my/joint").text
                #expect(!joint.contains("class=\"chart") && joint.contains("is missing"))
            }
            try await say("yes", other, day: "2025-11-16")
            let joint = try await one.get("/my/joint").text
            #expect(joint.contains("class=\"chart") && joint.contains("24.7") && joint.contains("Your partner"))
            try await say("no", other, day: "2025-11-17")
            let after = try await one.get("/my/joint").text
            #expect(!after.contains("class=\"chart") && !after.contains("24.7"))
        }
    }

    @Test func `Who has looked is listed newest first by role, with the own looks folded away`() async throws {
        let database = try TestDatabase.make()
        let couple = Self.couple()
        try couple.store(on: try database.connect())
        try await PortalServer.run(on: database) { server in
            let own = try await Self.client(0, of: couple, on: server)
            _ = try await own.get("/my")
            _ = try await server.browser(.clinician, as: "c-01").get("/episodes/\(couple.id)")
            _ = try await server.browser(.supervisor, as: "s-secret").get("/episodes/\(couple.id)")
            _ = try await server.browser(.clinician, as: "c-09", sites: ["south"]).get("/episodes/\(couple.id)")
            // Of the partner alone, which is the partner's business.
            _ = try await Self.client(1, of: couple, on: server).get("/my")
            let page = try await own.get("/my/looks")
            #expect(page.status == 200)
            let order = ["Another clinician", "Somebody who supervises the work", "Your clinician"].map {
                page.text.range(of: "<td>\($0)</td>")?.lowerBound
            }
            #expect(order.allSatisfy { $0 != nil })
            #expect(order.compactMap { $0 } == order.compactMap { $0 }.sorted())
            #expect(page.text.contains("was turned away"))
            #expect(page.text.contains("You yourself looked once"))
            #expect(!page.text.contains("s-secret") && !page.text.contains("c-09"))
            #expect(page.text.components(separatedBy: "<tr><th scope=\"row\">").count == 4)
            #expect(try await own.get("/my/looks").text.contains("You yourself looked 2 times"))
            #expect(try await own.get("/my/looks?before=1").text.contains("Nobody but you"))
        }
    }

    @Test func `A client of another episode, or without one, sees nothing of this one`() async throws {
        let database = try TestDatabase.make()
        let couple = Self.couple()
        var other = StoredEpisode()
        other.rate([99])
        let owner = try database.connect()
        try couple.store(on: owner)
        try other.store(on: owner)
        let (stranger, foreign) = (other.rater, other)
        try await PortalServer.run(on: database) { server in
            // Signed in for an episode in which this person does not rate.
            let mixed = try await server.browser(.client, as: "p-9", episode: couple.id, participant: stranger)
            #expect(try await mixed.get("/my").status == 404)
            let own = try await server.browser(.client, as: "p-9", episode: foreign.id, participant: stranger)
            let page = try await own.get("/my")
            #expect(page.text.contains("9.9") && !page.text.contains("18.3") && !page.text.contains("id=\"joint\""))
            #expect(try await own.get("/my/joint").status == 404)
            let clinician = try await server.browser(.clinician, as: "c-01")
            #expect(try await clinician.get("/my").status == 403)
        }
    }
}
