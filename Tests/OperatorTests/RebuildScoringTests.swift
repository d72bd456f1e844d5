import Domain
import Foundation
import Persistence
import Testing

@testable import attune

@Suite struct RebuildScoringTests {
    private let bench: ModelBench
    private let admin: Connection

    init() throws {
        bench = try ModelBench()
        admin = try bench.database.connect()
    }

    /// Episodes with three ratings each.
    private func append(_ count: Int, site: String = "north", lane: Lane = .episode) throws {
        try bench.append(
            (0..<count).map { ModelBench.episode([(1, 180 + $0), (2, 120), (3, 210)]) }, site: site, lane: lane)
    }

    private func rebuild(_ arguments: String...) async throws -> Program.Ending {
        try await bench.attune(arguments: ["rebuild", "scoring"] + arguments)
    }

    /// The table's line of the report: only old, only new, different.
    private func counts(_ table: String, _ ending: Program.Ending) -> [Int] {
        let line = ending.lines.last { $0.hasPrefix(table) } ?? ""
        return line.split(separator: " ").dropFirst().compactMap { Int($0) }
    }

    private func count(_ sql: String) throws -> Int64 { try admin.run(Statement(sql)).only().int64(0) }

    @Test func `What was lost altogether comes back, and is then the same`() async throws {
        try append(5)
        try append(2, lane: .episodeBackfill)
        let missing = try await rebuild("--compare")
        #expect(missing.status == 1, "\(missing.errors)")
        #expect(counts("scoring.episode", missing) == [0, 7, 0])
        #expect(counts("scoring.trajectory", missing) == [0, 7, 0])
        #expect(try count("select count(*) from scoring.trajectory") == 0)
        let done = try await rebuild("--switch")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.lines.last == "7 episodes; 14 rows differ, replaced")
        #expect(try count("select sum(point_count)::bigint from scoring.trajectory") == 21)
        let same = try await rebuild("--compare")
        #expect(same.status == 0)
        #expect(same.lines.last == "7 episodes; no row differs")
    }

    @Test func `Rows changed, removed and invented are found, named without their content, and put right`() async throws {
        try append(4)
        _ = try await rebuild("--switch")
        let before = try count("select sum(hashtext(t::text))::bigint from scoring.trajectory t")
        try admin.script(
            """
            with one as (select episode_id from scoring.episode order by episode_id limit 1)
            update scoring.trajectory t set body = body || '\\x00', state = 9 from one where t.episode_id = one.episode_id;
            with two as (select episode_id from scoring.episode order by episode_id offset 1 limit 1)
            delete from scoring.trajectory t using two where t.episode_id = two.episode_id;
            insert into scoring.trajectory select gen_random_uuid(), participant_id, instrument, instrument_version, site,
                point_count, state, version, body from scoring.trajectory limit 1;
            """)
        let file = bench.files.path("differences.ndjson")
        let found = try await rebuild("--compare", "--out", file)
        #expect(found.status == 1)
        #expect(counts("scoring.trajectory", found) == [1, 1, 1])
        #expect(counts("scoring.episode", found) == [0, 0, 0])
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.contains { $0.contains(#""columns":["state","body"]"#) && $0.contains("ors 2000") })
        #expect(try await rebuild("--switch").status == 0)
        #expect(try count("select sum(hashtext(t::text))::bigint from scoring.trajectory t") == before)
    }

    /// A service that is behind has not done what it has not done: it will score the rest, and publish it.
    @Test func `An episode is compared and replaced at the version that the service has come to`() async throws {
        try append(1)
        _ = try await rebuild("--switch")
        // As it stood after the second rating, by the rebuild of a ledger that ended there.
        let behind = try ModelBench()
        let events = try bench.onlyEpisode()
        let writer = try behind.database.connect(role: "attune_ingestion")
        _ = try writer.transaction { connection in
            try Ledger.append(
                events.prefix(3).map {
                    NewEvent(
                        id: $0.id, stream: $0.stream, site: $0.site, type: $0.type, traceparent: nil, payload: $0.payload)
                }, to: .episode, on: connection)
        }
        #expect(try await behind.attune("rebuild", "scoring", "--switch").status == 0)
        let row = try behind.database.connect().run("select version, point_count, state, body from scoring.trajectory").only()
        try admin.run(
            "update scoring.trajectory set version = $1, point_count = $2, state = $3, body = $4",
            [.int64(try row.int64(0)), .int32(try row.int32(1)), .int16(try row.int16(2)), .bytes(try row.bytes(3))])
        try admin.script("update scoring.episode set version = 3")
        let ending = try await rebuild("--compare", "--switch")
        #expect(ending.status == 0, "\(ending.output)")
        #expect(try count("select version from scoring.episode") == 3)
        #expect(try count("select version from scoring.trajectory") == 3)
    }

    @Test func `A site is rebuilt by itself`() async throws {
        try append(2)
        try append(3, site: "south")
        #expect(try await rebuild("--switch", "--site", "south").status == 0)
        #expect(try count("select count(*) from scoring.trajectory where site = 'south'") == 3)
        #expect(try count("select count(*) from scoring.trajectory where site = 'north'") == 0)
    }

    @Test func `An episode whose events cannot be applied any more is left as it is, and said`() async throws {
        try append(2)
        _ = try await rebuild("--switch")
        try bench.append([ModelBench.episode([(1, 180)]) + [.ratingWithdrawn(RatingWithdrawal(rating: RatingID(rawValue: UUID()), reason: .wrongEpisode))]])
        // Held by the service as if it had been able to.
        try admin.script(
            """
            insert into scoring.episode select stream_id, 'north', 4, '' from ledger.stream
            where stream_id not in (select episode_id from scoring.episode)
            """)
        let ending = try await rebuild("--switch")
        #expect(ending.status == 1)
        #expect(ending.lines.last?.hasPrefix("1 episodes left as they are") == true, "\(ending.output)")
        #expect(try count("select count(*) from scoring.episode where version = 4 and participants = ''") == 1)
    }

    @Test func `Interrupted work goes on behind the last page done`() async throws {
        try append(3)
        let catalogue = try await rebuild()
        #expect(catalogue.status == 0, "\(catalogue.errors)")
        // What was folded is trusted and not folded again.
        try admin.script("update rebuild.trajectory set state = 9")
        #expect(counts("scoring.trajectory", try await rebuild("--compare", "--resume")) == [0, 3, 0])
        #expect(try await rebuild("--switch", "--resume").status == 0)
        #expect(try count("select count(*) from scoring.trajectory where state = 9") == 3)
        // And all of it is, without the word.
        #expect(try await rebuild("--switch").status == 0)
        #expect(try count("select count(*) from scoring.trajectory where state = 9") == 0)
    }

    @Test func `Operators by themselves may not, and two at a time neither`() async throws {
        try append(1)
        let refused = try await rebuild("--switch", "--role", "attune_operator")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("permission denied"))
        try admin.run("select pg_advisory_lock(4178, 9)")
        let second = try await rebuild("--compare")
        #expect(second.status == 1)
        #expect(second.errors.contains("another rebuild is running"))
    }

    @Test func `The tables beside have the columns of those that services write`() throws {
        for table in [ProjectedTable.episode, .trajectory, .course, .alert] {
            for name in [table.name, table.shadow] {
                let columns = try admin.run(
                    "select attname::text from pg_attribute where attrelid = $1::text::regclass and attnum > 0", [.text(name)]
                ).map { try $0.text(0) }
                // When a row was last written follows from no event, and a rebuilt row counts as changed.
                #expect(Set(columns).subtracting(["changed_at"]) == Set(table.key + table.columns), "\(name)")
            }
        }
    }
}
