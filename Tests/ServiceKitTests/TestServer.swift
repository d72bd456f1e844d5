import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServiceKit
import ServiceLifecycle
import Testing

/// Lines that were logged.
///
/// The descriptor is never closed: a logger may outlive the sink, and a closed number is given to the
/// next file, which would then receive its lines.
final class LogSink: Sendable {
    let path: String
    let output: LineOutput

    init() {
        path = NSTemporaryDirectory() + "attune-log-\(UUID().uuidString)"
        output = LineOutput(descriptor: open(path, O_RDWR | O_CREAT | O_APPEND, 0o600))
    }

    deinit { unlink(path) }

    var lines: [String] {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    func logger(_ level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { JSONLogHandler(service: "attune-test", label: $0, level: level, output: self.output) }
    }
}

/// A folder that is removed with the value's last use.
final class TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "attune-\(UUID().uuidString)"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    func file(_ name: String) -> String { path + "/" + name }
}

/// A service over real sockets, for the length of one test.
struct TestServer {
    let client: LoopbackClient
    let registry: PrometheusRegistry
    let health: Health
    let log: LogSink
    let issuer: TokenIssuer
    let group: ServiceGroup
    let portFile: String

    /// Starts a server with the routes a test adds, runs the test's body, and stops the server.
    /// - Parameter keySet: false where the environment says where keys come from.
    static func run(
        environment: [String: String] = [:], keySet: Bool = true,
        routes: (ServiceHTTP) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let issuer = try TokenIssuer(generating: "test-key")
        try issuer.write(privateKey: folder.file("private.json"), keySet: folder.file("jwks.json"))
        let portFile = folder.file("port")
        var environment = ["ATTUNE_HTTP_PORT": "0", "ATTUNE_PORT_FILE": portFile].merging(environment) { _, new in new }
        if keySet { environment["ATTUNE_JWKS_FILE"] = folder.file("jwks.json") }
        let settings = try Settings(
            [CommonSettings.shutdownLimit] + HTTPSettings.all + TokenSettings.all, environment: environment)
        let log = LogSink()
        let runtime = ServiceRuntime(name: "attune-test", version: "1", settings: settings, logger: log.logger())
        let http = try await runtime.authenticatedHTTP()
        routes(http)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let service = http.service { port.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [service], logger: log.logger(.critical)))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let number = try #require(await iterator.next())
            let server = TestServer(
                client: LoopbackClient(port: number), registry: runtime.registry, health: runtime.health, log: log,
                issuer: issuer, group: group, portFile: portFile)
            do { try await body(server) } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
