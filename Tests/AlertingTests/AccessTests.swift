import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import AlertBook
@testable import attune_alerting

/// Every address with every role, with tokens that are none, and from another site.
@Suite struct AccessTests {
    private static let endpoints = Endpoint.all(of: "attune-alerting")

    private static let bodies = [
        "/v1/alerts/{alert}/assignment": #"{"clinician": "c-09"}"#,
        "/v1/alerts/{alert}/review": #"{"action": "alliance.talk"}"#,
        "/v1/alerts/{alert}/resolution": #"{"outcome": "plan_changed"}"#,
        "/v1/alerts/{alert}/withdrawal": #"{"reason": "entered_as_test"}"#,
        "/v1/alerts/assignments": #"{"site": "north", "from": "c-01", "to": "c-09"}"#,
    ]

    @Test func `Whoever the table names is let in, and nobody else; another site's alert is not there and stays as it is`()
        async throws
    {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1), try treatment.rate(120, session: 2)])
        let alert = try #require(try fixture.alerts(of: treatment).first)
        try await AlertServer.run(fixture) { (server) async throws in
            #expect(AccessTrial.differences(server.served.addresses, from: Self.endpoints) == [])
            let trial = AccessTrial(
                port: server.served.port, issuer: server.served.issuer,
                things: ["alert": "\(alert.id)", "id": "\(alert.id)"], bodies: Self.bodies)
            let elsewhere = try await trial.complaintsFromElsewhere(of: Self.endpoints)
            #expect(elsewhere == [], "\(elsewhere)")
            #expect(try fixture.alerts(of: treatment).map(\.status) == [.raised])
            #expect(try fixture.steps() == [.alertRaised])
            let complaints = try await trial.complaints(of: Self.endpoints)
            #expect(complaints == [], "\(complaints)")
        }
    }

    @Test func `Without the caller's sites the reading role sees no alert, and the answering role changes none`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1), try treatment.rate(120, session: 2)])
        let alert = try #require(try fixture.alerts(of: treatment).first)
        let (reader, answerer) = (
            try fixture.database.connect(role: ScopedReading.role), try fixture.database.connect(role: AlertAnswers.role)
        )
        #expect(try AlertStore.find(alert.id, on: reader) == nil)
        for view in ["ledger.episode", "ledger.event", "published.fhir_alert", "published.portal_leaf"] {
            #expect(try reader.run(Statement("select from \(view)")).isEmpty, "\(view)")
        }
        #expect(try answerer.run("update alerting.alert set status = 'resolved' returning alert_id").isEmpty)
        let (north, south) = (Caller(subject: "a", sites: .some([AccessTrial.site]), roles: []), SiteID(unchecked: "south"))
        try reader.transaction { reader in
            try Scope(north).apply(on: reader)
            #expect(try AlertStore.find(alert.id, on: reader)?.id == alert.id)
            try Scope(sites: .some([south])).apply(on: reader)
            #expect(try AlertStore.find(alert.id, on: reader) == nil)
        }
        #expect(try AlertStore.find(alert.id, on: reader) == nil, "the scope ends with its transaction")
    }
}
