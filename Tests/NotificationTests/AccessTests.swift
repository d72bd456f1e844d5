import ServiceKit
import TestSupport
import Testing

@testable import attune_notification

/// Every address with every role and with tokens that are none. Whose inbox it is and of which sites: InboxRoutesTests.
@Suite struct AccessTests {
    @Test func `Whoever the table names is let in, and nobody else`() async throws {
        let endpoints = Endpoint.all(of: "attune-notification")
        try await InboxServer.run(try TestDatabase.make()) { (server) async throws in
            #expect(AccessTrial.differences(server.served.addresses, from: endpoints) == [])
            let trial = AccessTrial(
                port: server.served.port, issuer: server.served.issuer,
                things: ["message": "018f3a00-0000-7000-8000-000000000001"])
            let complaints = try await trial.complaints(of: endpoints)
            #expect(complaints == [], "\(complaints)")
            let elsewhere = try await trial.complaintsFromElsewhere(of: endpoints)
            #expect(elsewhere == [], "\(elsewhere)")
        }
    }
}
