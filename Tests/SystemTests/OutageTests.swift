import Foundation
import LocalStack
import Outbound
import Testing

/// Database or Kafka away, at start and while running: refusals are clear, nothing is lost, and every service
/// recovers by itself.
@Suite(.serialized) struct OutageTests {
    @Test func aDatabaseThatIsAwayAtStartAndWhileRunningComesBackByItself() throws {
        let system = try SystemStack("database-away")
        let clinician = try system.token(site: "north", role: "clinician")
        let clinic = try Clinic(system, token: clinician)
        #expect(try clinic.rate(session: 1).status == 201)

        system.stack.stopDatabase()
        let unsent = UUID()
        let refusal = try clinic.rate(session: 2, id: unsent)
        #expect(refusal.status == 503)
        #expect(refusal.header("Retry-After").flatMap { Int($0) } != nil)

        for service in StackService.allCases { try system.stack.launch(service) }
        for service in StackService.allCases {
            #expect(try system.eventually { system.health(service, "/live") == 200 }, "\(service) lives")
            #expect(try system.eventually { system.health(service, "/ready") == 503 }, "\(service) is not ready")
        }
        let again = try clinic.rate(session: 2, id: unsent)
        #expect(again.status == 503)
        #expect(again.header("Retry-After") != nil)

        try system.stack.bringBackDatabase()
        for service in StackService.allCases { try system.stack.waitUntilReady(service) }
        #expect(try clinic.rate(session: 2, id: unsent).status == 201)
        #expect(try clinic.rate(session: 2, id: unsent).status == 200)
        let state = try system.drained()
        #expect(state.missing.isEmpty)
        #expect(state.ratings == 2)
        #expect(state.points == 2)
    }

    /// The ledger is the truth, so a rating is taken while Kafka is away; it goes out when Kafka is back.
    @Test func aKafkaThatHangsAtStartAndWhileRunningComesBackByItself() throws {
        let system = try SystemStack("kafka-away")
        let clinician = try system.token(site: "north", role: "clinician")
        let clinic = try Clinic(system, token: clinician)
        system.stack.freezeKafka(true)
        defer { system.stack.freezeKafka(false) }
        #expect(try clinic.rate(session: 1).status == 201)

        for service in StackService.allCases { try system.stack.launch(service) }
        #expect(try system.eventually { system.health(.ingestion, "/live") == 200 })
        #expect(try system.eventually { try clinic.rate(session: 2).status == 201 })
        for service in StackService.allCases where service != .portal {
            #expect(try system.eventually { system.health(service, "/ready") == 503 }, "\(service) is not ready")
        }
        // Pages and what people answer there need the ledger alone.
        #expect(try system.eventually { system.health(.portal, "/ready") == 200 })

        system.stack.freezeKafka(false)
        for service in StackService.allCases { try system.stack.waitUntilReady(service) }
        let state = try system.drained()
        #expect(state.missing.isEmpty)
        #expect(state.ratings == 2)
        #expect(state.points == 2)
    }
}

/// One episode with one client.
private struct Clinic {
    let system: SystemStack
    let token: String
    let episode = UUID().uuidString.lowercased()
    let participant = UUID().uuidString.lowercased()

    init(_ system: SystemStack, token: String) throws {
        self.system = system
        self.token = token
        let opened = try system.call(
            .post, .ingestion, "/v1/episodes", token: token,
            body: """
                {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05", "clinician": "c-1",
                 "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
                """)
        #expect(opened.status == 201)
    }

    func rate(session: Int, id: UUID = UUID()) throws -> HTTPResponse {
        try system.call(
            .post, .ingestion, "/v1/episodes/\(episode)/ratings", token: token,
            body: """
                {"ratingId": "\(id.uuidString.lowercased())", "participantId": "\(participant)", "instrument": "ors",
                 "version": "2000", "session": \(session), "day": "2026-02-0\(session)", "total": 20.5}
                """
        ).response
    }
}
