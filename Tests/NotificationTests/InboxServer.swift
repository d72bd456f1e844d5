import Domain
import Foundation
import Outbound
import Persistence
import ServiceKit
import ServiceLifecycle
import TestSupport
import Testing

@testable import attune_notification

/// The inbox over a real socket, for the length of one test.
struct InboxServer: Sendable {
    private let port: Int
    private let issuer: TokenIssuer

    static func run(_ database: TestDatabase, _ body: (InboxServer) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "attune-inbox-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let issuer = try TokenIssuer(generating: "test-key")
        try issuer.write(privateKey: folder + "/private.json", keySet: folder + "/jwks.json")
        let settings = try Settings(
            HTTPSettings.all + TokenSettings.all,
            environment: ["ATTUNE_HTTP_PORT": "0", "ATTUNE_JWKS_FILE": folder + "/jwks.json"])
        let runtime = ServiceRuntime(name: "attune-notification", version: "1", settings: settings, logger: quiet)
        let pool = ConnectionPool(database.settings(role: "attune_notification"), size: 2, logger: quiet)
        let http = try await runtime.authenticatedHTTP()
        InboxRoutes(pool: pool).add(to: http)
        let (ports, announced) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(configuration: .init(services: [http.service { announced.yield($0) }], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body(InboxServer(port: try #require(await iterator.next()), issuer: issuer)))
            } catch {
                outcome = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            await pool.shutdown()
            try outcome.get()
        }
    }

    /// One request; nil for a document that is no JSON.
    func send(
        _ method: HTTPMethod = .get, _ path: String = "", as subject: String, roles: Set<Role> = [.clinician],
        sites: SiteAccess = .some([north])
    ) async throws -> (status: Int, document: JSON?) {
        let token = try await issuer.token(for: Caller(subject: subject, sites: sites, roles: roles))
        let request = try HTTPRequest(
            method, url: "http://127.0.0.1:\(port)/v1/inbox\(path)", headers: [try Header("Authorization", "Bearer \(token)")])
        let response = try await Task.detached { try CurlSession(proxy: .none).send(request) }.value
        return (response.status, try? JSON.parse(response.body))
    }

    /// The ids of a page of messages, in its order.
    func listed(_ query: String = "", as subject: String, sites: SiteAccess = .some([north])) async throws -> [String] {
        guard case .array(let messages)? = try await send(.get, query, as: subject, sites: sites).document?["messages"] else {
            return []
        }
        return messages.compactMap { if case .string(let id)? = $0["messageId"] { id } else { nil } }
    }
}
