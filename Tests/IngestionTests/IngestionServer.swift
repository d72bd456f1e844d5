import Catalogue
import Domain
import Foundation
import Logging
import Persistence
import ServiceKit
import ServiceLifecycle
import TestSupport
import Testing

@testable import Intake
@testable import attune_ingestion

/// The HTTP side of ingestion over real sockets, for the length of one test.
struct IngestionServer: Sendable {
    let fixture: IngestionFixture
    let client: WireClient
    let issuer: TokenIssuer
    let port: Int
    /// Method and path of every route.
    let addresses: Set<String>
    /// Of a clinician of site `north`.
    let token: String

    static func run(_ body: @escaping @Sendable (IngestionServer) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "attune-ingestion-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let issuer = try TokenIssuer(generating: "test")
        try issuer.write(privateKey: folder + "/private.json", keySet: folder + "/jwks.json")
        let settings = try Settings(
            [CommonSettings.shutdownLimit] + HTTPSettings.all + TokenSettings.all,
            environment: ["ATTUNE_HTTP_PORT": "0", "ATTUNE_JWKS_FILE": folder + "/jwks.json"])
        let runtime = ServiceRuntime(
            name: "attune-ingestion", version: "1", settings: settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let fixture = try IngestionFixture()
        let http = try await runtime.authenticatedHTTP()
        let catalogue = try Catalogue.load()
        let reading = ConnectionPool(fixture.database.settings(role: ScopedReading.role), size: 1, logger: runtime.logger)
        IngestionAPI(
            catalogue: { catalogue }, intake: fixture.intake, reading: ScopedReading(reading), metrics: fixture.metrics
        ).add(to: http)
        let addresses = http.routes.addresses
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            configuration: .init(services: [http.service { port.yield($0) }], logger: runtime.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let number = try #require(await iterator.next())
            let result = await Self.result {
                try await body(
                    IngestionServer(
                        fixture: fixture, client: WireClient(port: number), issuer: issuer, port: number, addresses: addresses,
                        token: try await Self.token(issuer, sites: ["north"])))
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    private static func token(
        _ issuer: TokenIssuer, sites: Set<String>, roles: Set<Role> = [.clinician]
    ) async throws -> String {
        try await issuer.token(
            for: Caller(subject: "anna", sites: .some(Set(sites.compactMap { SiteID($0) })), roles: roles))
    }

    func token(sites: Set<String>, roles: Set<Role> = [.clinician]) async throws -> String {
        try await Self.token(issuer, sites: sites, roles: roles)
    }

    func post(
        _ path: String, _ body: String, token: String? = nil, headers: [String: String] = [:],
        type: String = "application/json"
    ) async throws -> WireClient.Answer {
        var headers = headers
        headers["Content-Type"] = type
        headers["Authorization"] = "Bearer \(token ?? self.token)"
        return try judged(
            "POST", path, type, body, try await client.send("POST", path, headers: headers, body: Array(body.utf8)))
    }

    func get(_ path: String, token: String? = nil) async throws -> WireClient.Answer {
        try judged(
            "GET", path, "", "",
            try await client.send("GET", path, headers: ["Authorization": "Bearer \(token ?? self.token)"], body: []))
    }

    /// Everything that tests send and receive is held against the document.
    private func judged(
        _ method: String, _ path: String, _ type: String, _ body: String, _ answer: WireClient.Answer
    ) throws -> WireClient.Answer {
        let faults = try ContractJudge.shared?.faults(
            .init(
                contract: ContractTests.path, method: method, path: path, requestType: type, request: body,
                status: answer.status, type: answer.headers["content-type"] ?? "", body: answer.body))
        #expect(faults ?? [] == [])
        return answer
    }

    func postBatch(_ lines: [String], query: String = "", token: String? = nil) async throws -> WireClient.Answer {
        try await post(
            "/v1/ratings/batch\(query)", lines.joined(separator: "\n") + "\n", token: token,
            type: "application/x-ndjson")
    }
}

/// A rating on the ORS as a request body; a test replaces what it is about.
func ratingBody(
    _ participant: ParticipantID, id: UUID = UUID(), scores: String = #""items": [5.1, 5, 5, 5.2]"#,
    day: String = "2026-03-08", instrument: String = "ors", version: String = "2000", extra: String = ""
) -> String {
    """
    {"ratingId": "\(id)", "participantId": "\(participant)", "instrument": "\(instrument)", \
    "version": "\(version)", "session": 1, "day": "\(day)", \(scores)\(extra)}
    """
}
