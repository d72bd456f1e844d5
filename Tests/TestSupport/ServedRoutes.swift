import Foundation
public import Logging
public import Persistence
public import ServiceKit
import ServiceLifecycle

/// A service's routes over a real socket for the length of one test, with access tokens of an issuer of its own.
public struct ServedRoutes: Sendable {
    public let port: Int
    public let issuer: TokenIssuer
    /// Method and path of every route.
    public let addresses: Set<String>

    /// - Parameters:
    ///   - service: its name.
    ///   - role: what its sessions with the database take.
    ///   - add: puts the routes in place.
    ///   - body: the test; the server stops when it returns or throws.
    public static func run(
        _ service: String, as role: String, on database: TestDatabase, environment: [String: String] = [:],
        logger: Logger, adding add: (ServiceHTTP, ConnectionPool) -> Void, _ body: (ServedRoutes) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "\(service)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let issuer = try TokenIssuer(generating: "test-key")
        try issuer.write(privateKey: folder + "/private.json", keySet: folder + "/jwks.json")
        let settings = try Settings(
            HTTPSettings.all + TokenSettings.all,
            environment: ["ATTUNE_HTTP_PORT": "0", "ATTUNE_JWKS_FILE": folder + "/jwks.json"]
                .merging(environment) { _, own in own })
        let runtime = ServiceRuntime(name: service, version: "1", settings: settings, logger: logger)
        let pool = ConnectionPool(database.settings(role: role), size: 2, logger: logger)
        let http = try await runtime.authenticatedHTTP()
        add(http, pool)
        let addresses = http.routes.addresses
        let (ports, announced) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(configuration: .init(services: [http.service { announced.yield($0) }], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let outcome: Result<Void, any Error>
            do {
                guard let port = await iterator.next() else { throw NoPort() }
                outcome = .success(try await body(ServedRoutes(port: port, issuer: issuer, addresses: addresses)))
            } catch {
                outcome = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            await pool.shutdown()
            try outcome.get()
        }
    }

    private struct NoPort: Error {}
}
