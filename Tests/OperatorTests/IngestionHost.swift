import Catalogue
import Contracts
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

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Ingestion over a database of its own, for the length of one test.
struct IngestionHost: Sendable {
    let url: String
    /// File with the token of an integration at site `north`.
    let tokenFile: String
    let files: TestFolder
    private let issuer: TokenIssuer
    private let database: TestDatabase

    static func run(_ body: (IngestionHost) async throws -> Void) async throws {
        let files = try TestFolder()
        let issuer = try TokenIssuer(generating: "test-key")
        try issuer.write(privateKey: files.path("private.json"), keySet: files.path("jwks.json"))
        let settings = try Settings(
            [CommonSettings.shutdownLimit] + HTTPSettings.all + TokenSettings.all,
            environment: ["ATTUNE_HTTP_PORT": "0", "ATTUNE_JWKS_FILE": files.path("jwks.json")])
        let runtime = ServiceRuntime(name: "attune-ingestion", version: "1", settings: settings, logger: quiet)
        let database = try TestDatabase.make()
        let intake = intake(database)
        intake.live.start()
        intake.backfill.start()
        defer {
            intake.live.stop(within: .seconds(30))
            intake.backfill.stop(within: .seconds(30))
        }
        let http = try await runtime.authenticatedHTTP()
        let catalogue = try Catalogue.load()
        let reading = ConnectionPool(database.settings(role: ScopedReading.role), size: 1, logger: runtime.logger)
        IngestionAPI(
            catalogue: { catalogue }, intake: intake, reading: ScopedReading(reading), metrics: IngestionMetrics(PrometheusRegistry())
        ).add(to: http)
        let (ports, announced) = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(configuration: .init(services: [http.service { announced.yield($0) }], logger: quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let outcome: Result<Void, any Error>
            do {
                let port = try #require(await iterator.next())
                let host = IngestionHost(
                    url: "http://127.0.0.1:\(port)", tokenFile: files.path("token"), files: files, issuer: issuer,
                    database: database)
                _ = try await host.token("token")
                outcome = .success(try await body(host))
            } catch {
                outcome = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try outcome.get()
        }
    }

    private static func intake(_ database: TestDatabase) -> CommandIntake {
        let settings = database.settings(role: "attune_ingestion")
        let metrics = IngestionMetrics(PrometheusRegistry())
        func writer(_ lane: Lane) -> CommandWriter {
            CommandWriter(settings, lane: lane, options: CommandWriter.Options(), metrics: metrics, logger: quiet, now: { .now })
        }
        return CommandIntake(
            live: writer(.episode), backfill: writer(.episodeBackfill),
            pool: ConnectionPool(settings, size: 1, logger: quiet))
    }

    /// Writes a token and returns its file's path.
    func token(_ name: String, site: String = "north", roles: Set<Role> = [.integration]) async throws -> String {
        let caller = Caller(subject: "importer", sites: .some([SiteID(site)!]), roles: roles)
        return try files.write(try await issuer.token(for: caller), to: name)
    }

    /// How many events of a type the ledger holds on a lane.
    func count(_ type: EventType, backfill: Bool = true) throws -> Int64 {
        try database.connect().run(
            "select count(*) from ledger.event where type = $1 and backfill = $2", [.text(type.rawValue), .bool(backfill)]
        ).only().int64(0)
    }

    func attuneImport(_ table: String, map: String, _ more: String..., token: String? = nil) async throws -> Program.Ending {
        let file = try files.write(table, to: "table.csv")
        let mapFile = try files.write(map, to: "map.yaml")
        return try await Program.attune(
            [
                "import", file, "--map", mapFile, "--site", "north", "--url", url, "--token-file", token ?? tokenFile,
            ] + more)
    }
}
