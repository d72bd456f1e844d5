import Domain
import Foundation
import Glibc
import Hummingbird
import Logging
import Persistence
import ServiceKit
import ServiceLifecycle
import TestSupport
import Testing
import TransparencyLog

@testable import attune_audit

/// The audit service's HTTP over a real socket, for the length of one test.
struct AuditServer {
    struct Answer {
        let status: Int
        let body: String

        var document: JSON? { try? JSON.parse(Array(body.utf8)) }
    }

    let port: Int
    let issuer: TokenIssuer
    /// Method and path of every route.
    let addresses: Set<String>

    static func run(_ ledger: AuditedLedger, keys: LogKeys? = nil, _ body: (AuditServer) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "attune-audit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let issuer = try TokenIssuer(generating: "test-key")
        try issuer.write(privateKey: folder + "/private.json", keySet: folder + "/jwks.json")
        let settings = try Settings(
            HTTPSettings.all + TokenSettings.all,
            environment: ["ATTUNE_HTTP_PORT": "0", "ATTUNE_JWKS_FILE": folder + "/jwks.json"])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let runtime = ServiceRuntime(name: "attune-audit", version: "1", settings: settings, logger: logger)
        let pool = ConnectionPool(ledger.database.settings(role: ScopedReading.role), size: 1, logger: logger)
        let http = try await runtime.authenticatedHTTP()
        AuditRoutes(reading: ScopedReading(pool), keys: keys ?? LogKeys(ledger.key.verifierKey)).add(to: http)
        let addresses = http.routes.addresses
        let (ports, announced) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            configuration: .init(services: [http.service { announced.yield($0) }], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let outcome: Result<Void, any Error>
            do {
                let server = AuditServer(
                    port: try #require(await iterator.next()), issuer: issuer, addresses: addresses)
                outcome = .success(try await body(server))
            } catch {
                outcome = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            await pool.shutdown()
            try outcome.get()
        }
    }

    /// One GET, by default of an auditor of all sites.
    func get(
        _ path: String, roles: Set<Role> = [.auditor], sites: SiteAccess = .all, withToken: Bool = true
    ) async throws -> Answer {
        let token = try await issuer.token(for: Caller(subject: "somebody", sites: sites, roles: roles))
        let request = """
            GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
            \(withToken ? "Authorization: Bearer \(token)\r\n" : "")\r\n
            """
        let port = self.port
        let text = try await onOwnThread { try Self.exchange(Array(request.utf8), port: port) }
        let head = try #require(text.range(of: "\r\n\r\n"))
        let status = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        let body = String(text[head.upperBound...])
        let type = text[..<head.lowerBound].firstMatch(of: /\r\n[Cc]ontent-[Tt]ype: ([^\r]+)/)?.1
        let faults = try ContractJudge.shared?.faults(
            .init(
                contract: ContractTests.path, method: "GET", path: path, status: status, type: String(type ?? ""), body: body))
        #expect(faults ?? [] == [])
        return Answer(status: status, body: body)
    }

    /// One GET that is expected to be answered with this status.
    func expect(
        _ status: Int, at path: String, roles: Set<Role> = [.auditor], sites: SiteAccess = .all, withToken: Bool = true,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await get(path, roles: roles, sites: sites, withToken: withToken)
        #expect(answer.status == status, sourceLocation: location)
    }

    private static func exchange(_ bytes: [UInt8], port: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        try #require(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { received += buffer[..<count] }
        return String(decoding: received, as: UTF8.self)
    }
}
