import Foundation
import LocalStack
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
