import Catalogue
import Foundation
import Hummingbird
import Intake
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

@Suite struct PortalAddressTests {
    @Test func `The list of addresses that the tour goes by has all of the router's, and no other`() async throws {
        let database = try TestDatabase.make()
        let settings = try Settings(
            PortalSettings.all,
            environment: [
                "ATTUNE_DATABASE_URL": database.url, "ATTUNE_PORTAL_KEY": String(repeating: "k", count: 40),
                "ATTUNE_PORTAL_DEMO_SIGN_IN": "true", "ATTUNE_OIDC_ISSUER": "http://127.0.0.1:1",
                "ATTUNE_OIDC_CLIENT_ID": "attune", "ATTUNE_OIDC_CLIENT_SECRET": "secret",
            ])
        let pool = ConnectionPool(database.settings(role: "attune_portal"), size: 1, logger: PortalServer.quiet)
        let writer = CommandWriter(database.settings(role: "attune_intake"), lane: .episode, logger: PortalServer.quiet)
        let commands = Commands(
            intake: CommandIntake(live: writer, pool: pool), answers: pool, sharing: pool, policy: { _ in .default })
        let router = Router(context: ServiceRequestContext.self)
        try PortalRoutes(
            settings, catalogue: { StoredEpisode.catalogue }, pool: pool, commands: commands, logger: PortalServer.quiet
        ).add(to: router.group())
        await pool.shutdown()
        let registered = Set(router.routes.filter { $0.method == .get }.map(\.path.description))
            .filter { !$0.hasPrefix("/assets/") }
        #expect(registered == Set(PortalAddress.allCases.map(\.rawValue)).union(PortalAddress.withoutPage))
    }
}
