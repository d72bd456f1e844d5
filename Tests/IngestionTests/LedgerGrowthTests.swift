import Logging
import Persistence
import TestSupport
import Testing

@testable import attune_ingestion

/// Parts of the ledger are made ahead of what is appended.
@Suite struct LedgerGrowthTests {
    private let database: TestDatabase
    private let growth: LedgerGrowth

    init() throws {
        database = try TestDatabase.make()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        growth = LedgerGrowth(
            pool: ConnectionPool(database.settings(role: "attune_ingestion"), size: 1, logger: logger), logger: logger)
    }

    @Test func `What is used up is made up for, and a database that is away is asked again`() async throws {
        let owner = try database.connect()
        func parts() throws -> Int64 { try owner.run("select count(*) from ledger.event_part").only().int64(0) }
        let before = try parts()
        try owner.run("select setval('ledger.event_position', (select max(until_position) - 1 from ledger.event_part))")
        #expect(await growth.extend())
        #expect(try parts() == before + 2)
        owner.close()
        database.drop()
        #expect(await growth.extend() == false)
        await growth.pool.shutdown()
    }

    @Test func `While no part is left nothing is said to be recorded, and what comes again later is`() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let (path, body) = ("/v1/episodes/\(episode)/ratings", ratingBody(participant))
            _ = try await server.fixture.number(
                "select setval('ledger.event_position', (select max(until_position) - 1 from ledger.event_part))")
            #expect(try await server.post(path, body).status == 500)
            #expect(try await server.get("/v1/episodes/\(episode)").status == 200)
            #expect(try await server.fixture.eventCount() == 1)
            _ = try await server.fixture.number("select ledger.extend_events()")
            #expect(try await server.post(path, body).status == 201)
            #expect(try await server.fixture.eventCount() == 2)
        }
    }
}
