import Contracts
import Domain
import Foundation
import Messaging
import Persistence
import TestSupport

@testable import attune

/// A database with positions, quarantine and checkpoints, as the services leave them.
struct StatusBench {
    let database: TestDatabase
    private let admin: Connection

    init() throws {
        database = try TestDatabase.make()
        admin = try database.connect()
    }

    /// In the role that operators have: its grants are part of what is tested.
    func connect() throws -> Connection { try database.connect(role: "attune_operator") }

    func setPosition(
        _ offset: Int64, of schema: ServiceSchema, _ topic: Topic = .episodeEvents, partition: Int32 = 0,
        cluster: String = "cluster"
    ) throws {
        try admin.run(
            Statement(
                """
                insert into \(schema.rawValue).consumer_offset (cluster_id, topic, partition, next_offset, epoch, owner)
                values ($1, $2, $3, $4, 1, 'test')
                on conflict (cluster_id, topic, partition) do update set next_offset = excluded.next_offset
                """),
            [.text(cluster), .text(topic.name), .int32(partition), .int64(offset)])
    }

    func park(_ count: Int, in schema: ServiceSchema, state: String, code: String, isSettled: Bool = false) throws {
        try admin.run(
            Statement(
                """
                insert into \(schema.rawValue).quarantine
                    (cluster_id, topic, partition, "offset", record_key, headers, state, reason_code, reason, settled_at)
                select 'cluster', 't', 0, coalesce(max("offset"), 0) + n, '', '[]', $2, $3, '', case when $4 then now() end
                from generate_series(1, $1) n left join \(schema.rawValue).quarantine on true group by n
                """),
            [.int32(Int32(count)), .text(state), .text(code), .bool(isSettled)])
    }

    /// Appends events of nothing to a lane.
    func append(_ count: Int, to lane: Lane) throws {
        let events = (0..<count).map { _ in
            NewEvent(
                id: TimeOrderedIdentity.make(at: .now), stream: TimeOrderedIdentity.make(at: .now), site: SiteID("north")!,
                type: "SessionHeld", traceparent: nil, payload: [])
        }
        _ = try admin.transaction { try Ledger.append(events, to: lane, on: $0) }
    }

    /// The relay has published so many events of a lane.
    func relay(_ count: Int, of lane: Lane) throws {
        let event = try Ledger.page(of: lane, after: 0, limit: count, on: admin).last
        try admin.run(
            "update ledger.lane set cursor = $3, owner = 'relay-1' where category = $1 and backfill = $2",
            [.int16(lane.category.rawValue), .bool(lane.backfill), .int64(event?.position ?? 0)])
    }

    func sign(_ sizes: [Int64], treeSize: Int64, at time: String = "2026-03-02T10:00:00Z") throws {
        try admin.run("update audit.tree set size = $1", [.int64(treeSize)])
        for size in sizes {
            try admin.run(
                "insert into audit.checkpoint (tree_size, root, note, signed_at) values ($1, '', '', $2)",
                [.int64(size), .timestamp(Timestamp(time)!.advanced(bySeconds: size))])
        }
    }
}
