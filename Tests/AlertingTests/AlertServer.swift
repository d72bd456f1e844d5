import Domain
import Foundation
import Logging
import Outbound
import Persistence
import ServiceKit
import ServiceLifecycle
import Testing

@testable import attune_alerting

/// The alerting service's HTTP over a real socket, for the length of one test.
struct AlertServer: Sendable {
    struct Answer {
        let status: Int
        let document: JSON?

        subscript(_ name: String) -> JSON? { document?[name] }

        /// Ids in a list of alerts, in the order of the answer.
        var listed: [String] {
            guard case .array(let alerts)? = document?["alerts"] else { return [] }
            return alerts.compactMap { if case .string(let id)? = $0["alertId"] { id } else { nil } }
        }
    }

    private let port: Int
    private let issuer: TokenIssuer

    static func run(_ fixture: AlertingFixture, _ body: (AlertServer) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "attune-alerting-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let issuer = try TokenIssuer(generating: "test-key")
        try issuer.write(privateKey: folder + "/private.json", keySet: folder + "/jwks.json")
        let settings = try Settings(
            HTTPSettings.all + TokenSettings.all,
            environment: ["ATTUNE_HTTP_PORT": "0", "ATTUNE_JWKS_FILE": folder + "/jwks.json"])
        let runtime = ServiceRuntime(name: "attune-alerting", version: "1", settings: settings, logger: quiet)
        let pool = ConnectionPool(fixture.database.settings(role: "attune_alerting"), size: 2, logger: quiet)
        let http = try await runtime.authenticatedHTTP()
        let policy = fixture.policy
        AlertRoutes(pool: pool, policy: { _ in policy }).add(to: http)
        FHIRRoutes(pool: pool, base: URL(string: "https://attune.example/fhir/R4/"), version: "1").add(to: http)
        let (ports, announced) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            configuration: .init(services: [http.service { announced.yield($0) }], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body(AlertServer(port: try #require(await iterator.next()), issuer: issuer)))
            } catch {
                outcome = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            await pool.shutdown()
            try outcome.get()
        }
    }

    /// One request, by default of a clinician of site `north`.
    func send(
        _ method: HTTPMethod = .get, _ path: String, body: String = "", as subject: String = "c-02",
        roles: Set<Role> = [.clinician], sites: SiteAccess = .some([north]), withToken: Bool = true,
        below root: String = "/v1/alerts"
    ) async throws -> Answer {
        var headers: [Header] = []
        if withToken {
            let token = try await issuer.token(for: Caller(subject: subject, sites: sites, roles: roles))
            headers.append(try Header("Authorization", "Bearer \(token)"))
        }
        if !body.isEmpty { headers.append(try Header("Content-Type", "application/json")) }
        let request = try HTTPRequest(
            method, url: "http://127.0.0.1:\(port)\(root)\(path)", headers: headers, body: Array(body.utf8))
        let response = try await onOwnThread { try CurlSession(proxy: .none).send(request) }
        return Answer(status: response.status, document: try? JSON.parse(response.body))
    }

    func acknowledge(
        _ id: AlertID, as subject: String = "c-02", roles: Set<Role> = [.clinician], sites: SiteAccess = .some([north]),
        withToken: Bool = true
    ) async throws -> Answer {
        try await send(
            .post, "/\(id)/acknowledgement", as: subject, roles: roles, sites: sites, withToken: withToken)
    }

    func resolve(
        _ id: AlertID, _ outcome: String, as subject: String = "c-02", roles: Set<Role> = [.clinician],
        sites: SiteAccess = .some([north])
    ) async throws -> Answer {
        try await send(
            .post, "/\(id)/resolution", body: #"{"outcome": "\#(outcome)"}"#, as: subject, roles: roles, sites: sites)
    }
}
