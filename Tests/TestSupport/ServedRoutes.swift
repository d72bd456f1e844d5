import Foundation
public import Logging
public import Persistence
public import ServiceKit
import ServiceLifecycle

/// A service's routes over a real socket for the length of one test, with access tokens of an issuer of its own.
public struct ServedRoutes: Sendable {
    public let port: Int
    public let issuer: TokenIssuer
    /// Methods of every address that is answered.
    public let addresses: [String: Set<String>]

    /// - Parameters:
    ///   - service: its name; its database role is called the same, with an underscore.
    ///   - add: puts the routes in place.
    ///   - body: the test; the server stops when it returns or throws.
    public static func run(
        _ service: String, on database: TestDatabase, logger: Logger,
        adding add: (ServiceHTTP, ConnectionPool) -> Void, _ body: (ServedRoutes) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "\(service)-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let issuer = try TokenIssuer(generating: "test-key")
        try issuer.write(privateKey: folder + "/private.json", keySet: folder + "/jwks.json")
        let settings = try Settings(
            HTTPSettings.all + TokenSettings.all,
            environment: ["ATTUNE_HTTP_PORT": "0", "ATTUNE_JWKS_FILE": folder + "/jwks.json"])
        let runtime = ServiceRuntime(name: service, version: "1", settings: settings, logger: logger)
        let role = service.replacingOccurrences(of: "-", with: "_")
        let pool = ConnectionPool(database.settings(role: role), size: 2, logger: logger)
        let http = try await runtime.authenticatedHTTP()
        add(http, pool)
        let addresses = http.routes.addresses.mapValues { Set($0.map(\.rawValue)) }
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
