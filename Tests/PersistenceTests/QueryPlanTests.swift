import Domain
import Foundation
@testable import Persistence
import TestSupport
import Testing

/// The statements that run at every poll must not walk over the table, however large it grows.
@Suite struct QueryPlanTests {
    private let database: TestDatabase
    private let connection: Connection

    init() throws {
        database = try TestDatabase.make()
        connection = try database.connect()
        let streams = (0..<500).map { _ in EpisodeID(rawValue: UUID()) }
        for round in 0..<20 {
            // Half of them in the next part.
            if round == 10 { try connection.leaveFirstPart() }
            _ = try Ledger.append((0..<1000).map { .sample(stream: streams[$0 % 500]) }, to: .episode, on: connection)
        }
        _ = try Ledger.append([.sample()], to: .alert, on: connection)
        try connection.script("vacuum analyze ledger.event")
        try connection.script("analyze ledger.lane; analyze ledger.stream")
    }

    private func plan(_ statement: Statement, _ parameters: [Parameter]) throws -> String {
        try connection.script("set plan_cache_mode = force_generic_plan")
        return try connection.run(Statement("explain \(statement.sql)"), parameters).map { try $0.text(0) }
            .joined(separator: "\n")
    }

    @Test func thePageOfALaneStaysInsideTheLane() throws {
        let plan = try plan(Ledger.pageStatement, [.int16(2), .bool(false), .int64(0), .int64(100)])
        #expect(plan.contains("using event_0_pkey") && plan.contains("using event_2_pkey"))
        // The position is a condition of the index, never a filter on rows that were read in vain.
        #expect(!plan.contains("Filter"))
        #expect(!plan.contains("Seq Scan on event"))
    }

    @Test func thePageOfTheRelayStaysInsideTheLane() throws {
        let lanes: [Parameter] = [.int16s([1, 2]), .bools([false, false]), .int64s([0, 0]), .int64(1000)]
        let plan = try plan(RelayLanes.pageStatement, lanes)
        #expect(plan.contains("using event_0_pkey") && plan.contains("using event_2_pkey"))
        // The position is a condition of the index, never a filter on rows that were read in vain.
        #expect(!plan.contains("Filter"))
        #expect(!plan.contains("Seq Scan on event"))
    }

    @Test func theLagStaysInsideTheLane() throws {
        let plan = try plan(RelayLanes.lagStatement, [.int16s([1]), .bools([false]), .int64(1000)])
        #expect(plan.contains("using event_0_pkey") && plan.contains("using event_2_pkey"))
        // The position is a condition of the index, never a filter on rows that were read in vain.
        #expect(!plan.contains("Filter"))
        #expect(!plan.contains("Seq Scan on event"))
    }

    @Test func theHeadOfALaneStaysInsideTheLane() throws {
        let plan = try plan("select head from published.lane", [])
        #expect(plan.contains("using event_0_pkey") && plan.contains("using event_2_pkey"))
        // The position is a condition of the index, never a filter on rows that were read in vain.
        #expect(!plan.contains("Filter"))
        #expect(!plan.contains("Seq Scan on event"))
    }

    @Test func theEventsOfAStreamUseItsIndex() throws {
        let parameters: [Parameter] = [.int16(1), .uuids([UUID()]), .int64s([1]), .int64s([9])]
        let plan = try plan(Ledger.streamsStatement, parameters)
        #expect(plan.contains("using event_0_category_stream_id_version_key"))
        #expect(!plan.contains("Seq Scan on event"))
    }

    @Test func theStreamsOfACategoryAreReadInTheOrderOfTheirIndex() throws {
        let first = try plan(Ledger.firstStreamsStatement, [.int16(1), .int64(1000)])
        // From the beginning: of a rest that is smaller than a page, sorting would be right as well.
        let beginning = try #require(UUID(uuidString: "00000000-0000-0000-0000-000000000000"))
        let next = try plan(Ledger.nextStreamsStatement, [.int16(1), .uuid(beginning), .int64(1), .int64(1000)])
        for plan in [first, next] {
            #expect(plan.contains("using event_0_category_stream_id_version_key"))
            // Parts are merged by their indexes, and nothing is sorted.
            #expect(!plan.contains("Filter") && !plan.contains("Sort  ("))
        }
        #expect(next.contains("ROW(stream_id, version) >"))
    }
}
