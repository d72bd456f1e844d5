import Domain
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// Every address of the portal with every role, and without a session. What is of other sites: ScopeTests and ClosedDoorTests.
@Suite struct AccessTests {
    private static let endpoints = Endpoint.all(of: "attune-portal")

    /// A list that stays open for news: whoever may have it would wait for ever.
    private static let stream = "/alerts/live"

    @Test func `Whoever the table names is let in, and nobody else`() async throws {
        let database = try TestDatabase.make()
        var stored = StoredEpisode()
        stored.rate([200, 220])
        let (id, client) = (stored.id, stored.rater)
        try stored.store(on: database.connect())
        let environment = ["ATTUNE_OIDC_ISSUER": "http://127.0.0.1:1", "ATTUNE_OIDC_CLIENT_ID": "attune"]
        try await PortalServer.run(on: database, environment: environment) { (server) async throws in
            let pages = server.served.addresses.filter { !$0.contains("/assets/") }
            #expect(AccessTrial.differences(pages, from: Self.endpoints) == [])
            let stranger = server.browser()
            for endpoint in Self.endpoints where endpoint.action != nil && endpoint.method == .get {
                let answer = try await stranger.get(Self.path(endpoint, id))
                #expect(answer.status == 303 && answer.location?.hasPrefix("/sign-in") == true, "\(endpoint.path)")
            }
            for role in Role.allCases {
                let browser = try await server.browser(
                    role, as: "c-01", episode: role == .client ? id : nil, participant: role == .client ? client : nil)
                let token = try #require(try await browser.get("/welcome").token, "\(role)")
                for endpoint in Self.endpoints {
                    guard let action = endpoint.action else { continue }
                    let mayDo = action.roles.contains(role)
                    if mayDo, endpoint.path == Self.stream { continue }
                    let path = Self.path(endpoint, id)
                    let answer =
                        endpoint.method == .get
                        ? try await browser.get(path) : try await browser.post(path, [("_token", token)])
                    #expect(
                        mayDo ? ![403, 500].contains(answer.status) : answer.status == 403,
                        "\(endpoint.method) \(endpoint.path) as \(role): \(answer.status)")
                }
            }
        }
    }

    /// Of the stored episode; other things are of nobody.
    private static func path(_ endpoint: Endpoint, _ episode: EpisodeID) -> String {
        endpoint.path.replacingOccurrences(of: "{episode}", with: "\(episode)")
            .replacing(/\{[a-z]+\}/, with: "018f3a00-0000-7000-8000-000000000001")
    }
}
