import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import AlertBook
@testable import attune_alerting

@Suite struct AnswerTests {
    /// An episode with one alert that nobody has answered.
    private func raised(_ fixture: AlertingFixture, at site: SiteID = north) throws -> (Treatment, Alert) {
        let treatment = try fixture.open(at: site)
        try fixture.handle([try treatment.rate(180, session: 1), try treatment.rate(120, session: 2)])
        return (treatment, try #require(try fixture.alerts(of: treatment).first))
    }

    @Test func `Acknowledging and resolving change the alert and stand in the ledger with who did it`() async throws {
        let fixture = try AlertingFixture()
        let (treatment, alert) = try raised(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            let acknowledged = try await server.acknowledge(alert.id, as: "c-02")
            #expect(acknowledged.status == 200)
            #expect(acknowledged["status"] == "acknowledged")
            #expect(acknowledged["acknowledgedBy"] == "c-02")
            let resolved = try await server.resolve(alert.id, "plan_changed", as: "c-03", roles: [.supervisor])
            #expect(resolved.status == 200)
            #expect(resolved["status"] == "resolved")
            #expect(resolved["closedBy"] == "c-03")
            #expect(resolved["closedAs"] == "plan_changed")
            #expect(resolved["acknowledgedBy"] == "c-02")
        }
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.resolved])
        #expect(
            try fixture.ledger().dropFirst().map(\.step)
                == [.acknowledged(actor: "c-02"), .resolved(actor: "c-03", .planChanged)])
    }

    @Test func `The first acknowledgement stands`() async throws {
        let fixture = try AlertingFixture()
        let (_, alert) = try raised(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            let first = try await server.acknowledge(alert.id, as: "c-02")
            let second = try await server.acknowledge(alert.id, as: "c-03")
            #expect(second.status == 200)
            #expect(second["acknowledgedBy"] == "c-02")
            #expect(second["acknowledgedAt"] == first["acknowledgedAt"])
        }
        #expect(try fixture.steps() == [.alertRaised, .alertAcknowledged])
    }

    @Test func `Of people who acknowledge at once one is first, and all are told who`() async throws {
        let fixture = try AlertingFixture()
        let (treatment, alert) = try raised(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            let named = try await withThrowingTaskGroup(of: JSON?.self) { tasks in
                for number in 1...8 {
                    tasks.addTask { try await server.acknowledge(alert.id, as: "c-\(number)")["acknowledgedBy"] }
                }
                return try await tasks.reduce(into: Set<JSON?>()) { $0.insert($1) }
            }
            let stored = try #require(try fixture.alerts(of: treatment).first?.acknowledgement)
            #expect(named == [.string(stored.actor)])
        }
        #expect(try fixture.steps() == [.alertRaised, .alertAcknowledged])
    }

    @Test func `Resolving alone acknowledges as well, and the same outcome again changes nothing`() async throws {
        let fixture = try AlertingFixture()
        let (_, alert) = try raised(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            let first = try await server.resolve(alert.id, "discussed_with_client", as: "c-02")
            #expect(first["acknowledgedBy"] == "c-02")
            let again = try await server.resolve(alert.id, "discussed_with_client", as: "c-03")
            #expect(again.status == 200)
            #expect(again["closedBy"] == "c-02")
        }
        #expect(try fixture.steps() == [.alertRaised, .alertResolved])
    }

    @Test func `A closed alert takes no other outcome`() async throws {
        let fixture = try AlertingFixture()
        let (_, resolved) = try raised(fixture)
        let (treatment, superseded) = try raised(fixture)
        try fixture.handle([try treatment.rate(210, session: 3)])
        let steps = try fixture.steps().count
        try await AlertServer.run(fixture) { (server) async throws in
            #expect(try await server.resolve(resolved.id, "referred").status == 200)
            let other = try await server.resolve(resolved.id, "plan_changed")
            #expect(other.status == 409)
            #expect(other["type"] == "urn:attune:problem:alert-closed")
            #expect(try await server.resolve(superseded.id, "referred").status == 409)
            #expect(try await server.acknowledge(superseded.id).status == 409)
        }
        #expect(try fixture.steps().count == steps + 1)
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.superseded])
    }

    @Test func `An alert of another site cannot be read or answered, and who tried is recorded`() async throws {
        let fixture = try AlertingFixture()
        let (treatment, alert) = try raised(fixture, at: SiteID("south")!)
        let unknown = AlertID(rawValue: UUID())
        try await AlertServer.run(fixture) { (server) async throws in
            for id in [alert.id, unknown] {
                #expect(try await server.send(.get, "/\(id)").status == 404)
                // The same for both: which ids there are elsewhere is not to be found out.
                let answers = [try await server.acknowledge(id), try await server.resolve(id, "referred")]
                #expect(answers.map(\.status) == [403, 403])
                #expect(answers.map { $0["title"] } == Array(repeating: "Your access does not extend to this alert", count: 2))
            }
            #expect(try await server.acknowledge(unknown, sites: .all).status == 404)
            #expect(try await server.send(.get, "/\(alert.id)", sites: .some([SiteID("south")!])).status == 200)
        }
        let refused = try Ledger.events(stream: treatment.episode, category: .access, on: fixture.connection).map {
            try AccessEventCodec.decode($0.payload, type: .alertAnswerRefused)
        }
        #expect(refused.map(\.accessedBy) == ["c-02", "c-02"])
        #expect(
            refused.map(\.body) == [
                .alertAnswerRefused(alert.id, action: "acknowledge"), .alertAnswerRefused(alert.id, action: "resolve"),
            ])
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.raised])
        #expect(try fixture.steps() == [.alertRaised])
    }

    @Test(arguments: Role.allCases)
    func `Only who treats or answers for a site may answer, and who may read is no wider`(role: Role) async throws {
        let fixture = try AlertingFixture()
        let (treatment, alert) = try raised(fixture)
        let mayAnswer = [Role.clinician, .supervisor, .siteAdmin].contains(role)
        let mayRead = role != .client && role != .integration
        try await AlertServer.run(fixture) { (server) async throws in
            #expect(try await server.send(.get, "/\(alert.id)", roles: [role]).status == (mayRead ? 200 : 403))
            #expect(try await server.send(.get, "", roles: [role]).status == (mayRead ? 200 : 403))
            #expect(try await server.acknowledge(alert.id, roles: [role]).status == (mayAnswer ? 200 : 403))
            #expect(try await server.resolve(alert.id, "referred", roles: [role]).status == (mayAnswer ? 200 : 403))
        }
        #expect(try fixture.alerts(of: treatment).map(\.status) == [mayAnswer ? .resolved : .raised])
    }

    @Test func `Without a token nothing is said or done`() async throws {
        let fixture = try AlertingFixture()
        let (treatment, alert) = try raised(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            #expect(try await server.send(.get, "", withToken: false).status == 401)
            #expect(try await server.acknowledge(alert.id, withToken: false).status == 401)
        }
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.raised])
    }

    @Test(arguments: [#"{"outcome": "cured"}"#, #"{}"#, #"{"outcome": "referred", "by": "c-01"}"#, "[]", "{"])
    func `An outcome that does not exist is refused and changes nothing`(body: String) async throws {
        let fixture = try AlertingFixture()
        let (treatment, alert) = try raised(fixture)
        try await AlertServer.run(fixture) { (server) async throws in
            let answer = try await server.send(.post, "/\(alert.id)/resolution", body: body)
            #expect(answer.status == (body == "{" ? 400 : 422))
        }
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.raised])
    }

    @Test func `The list holds the open alerts of the caller's sites, newest first, and can be paged`() async throws {
        let fixture = try AlertingFixture()
        let south = SiteID("south")!
        let alerts = try (0..<3).map { _ in try raised(fixture).1 }
        let (_, foreign) = try raised(fixture, at: south)
        _ = try AlertAnswers.resolve(
            alerts[0].id, for: "referred", under: { _ in .default }, by: Caller(subject: "c-02", sites: .all, roles: [.clinician]),
            on: fixture.answering)
        try await AlertServer.run(fixture) { (server) async throws in
            #expect(try await server.send(.get, "").listed == [alerts[2], alerts[1]].map(\.id.description))
            #expect(try await server.send(.get, "?status=resolved").listed == [alerts[0].id.description])
            #expect(try await server.send(.get, "?status=all&limit=2").listed == [alerts[2], alerts[1]].map(\.id.description))
            let before = alerts[2].raisedAt
            #expect(try await server.send(.get, "?status=all&before=\(before)").listed == [alerts[1], alerts[0]].map(\.id.description))
            #expect(try await server.send(.get, "?episode=\(alerts[1].episode)").listed == [alerts[1].id.description])
            #expect(try await server.send(.get, "?site=south").status == 403)
            #expect(try await server.send(.get, "?site=south", sites: .all).listed == [foreign.id.description])
            #expect(try await server.send(.get, "", sites: .all).listed.count == 3)
            for query in ["?status=shut", "?limit=0", "?limit=501", "?episode=1", "?before=now", "?site=North%20Site"] {
                #expect(try await server.send(.get, query).status == 400)
            }
        }
    }
}
