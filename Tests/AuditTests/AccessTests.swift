import ServiceKit
import TestSupport
import Testing

@testable import attune_audit

/// Every address with every role, with tokens that are none, and from another site.
@Suite struct AccessTests {
    @Test func `Whoever the table names is let in, and nobody else; another site's leaf is not there`() async throws {
        let endpoints = Endpoint.all(of: "attune-audit")
        let (ledger, entries) = try AuditedLedger.filled()
        try await AuditServer.run(ledger) { (server) async throws in
            #expect(AccessTrial.differences(server.addresses, from: endpoints) == [])
            let trial = AccessTrial(port: server.port, issuer: server.issuer, things: ["eventId": "\(entries[0].event)"])
            let complaints = try await trial.complaints(of: endpoints)
            #expect(complaints == [], "\(complaints)")
            let elsewhere = try await trial.complaintsFromElsewhere(of: endpoints)
            #expect(elsewhere == [], "\(elsewhere)")
        }
    }
}
