import Contracts
import Domain
import Persistence

/// How the pipeline stood at one moment, as far as the database knows it.
struct OperationsSample: Sendable {
    struct LaneState: Sendable {
        let lane: Lane
        /// Position of the newest event.
        let head: Int64
        /// Events not published yet, counted up to ``OperationsSample/mostCounted``.
        let waiting: Int64
        /// Events appended since the sample before; nil in the first.
        let appended: Int64?
        /// Nil where nobody relays it.
        let owner: String?
    }

    struct GroupState: Sendable {
        let group: String
        let topic: String
        let partition: Int32
        let nextOffset: Int64
        let movedAt: Timestamp
        /// Records that wait; nil where Kafka was not asked or did not answer.
        var waiting: Int64?
    }

    static let mostCounted: Int64 = 100_000

    let at: Timestamp
    let lanes: [LaneState]
    private(set) var groups: [GroupState]
    let unsignedLeaves: Int64
    let parked: Int64

    /// Five statements, each of which finds its rows by index.
    init(after last: OperationsSample?, on connection: Connection) throws {
        let heads = Dictionary(
            last?.lanes.map { ($0.lane, $0.head) } ?? [], uniquingKeysWith: { first, _ in first })
        at = try connection.run("select now()").only().timestamp(0)
        lanes = try connection.run(Self.selectLanes, [.int32(Int32(Self.mostCounted))]).compactMap { row in
            guard let category = LedgerCategory(rawValue: try row.int16(0)) else { return nil }
            let lane = Lane(category: category, backfill: try row.bool(1))
            let appended = try heads[lane].map { head in
                try connection.run(
                    "select published.events_behind($1, $2, $3, $4)",
                    [
                        .int16(category.rawValue), .bool(lane.backfill), .int64(head), .int32(Int32(Self.mostCounted)),
                    ]
                ).only().int64(0)
            }
            return LaneState(
                lane: lane, head: try row.int64(2), waiting: try row.int64(3), appended: appended,
                owner: try row.optionalText(4))
        }
        groups = try connection.run(Self.selectGroups).map { row in
            GroupState(
                group: try row.text(0), topic: try row.text(1), partition: try row.int32(2),
                nextOffset: max(0, try row.int64(3)), movedAt: try row.timestamp(4), waiting: nil)
        }
        unsignedLeaves = try connection.run(Self.countUnsigned).only().int64(0)
        parked = try connection.run("select count(*) from published.quarantine where settled_at is null").only().int64(
            0)
    }

    /// The partitions that consumers have positions in.
    var partitions: [TopicPartition] {
        Set(groups.map { TopicPartition(topic: $0.topic, partition: $0.partition) }).sorted {
            ($0.topic, $0.partition) < ($1.topic, $1.partition)
        }
    }

    /// The sample with what waits for each consumer.
    /// - Parameter ends: the offset that the next record of a partition will get.
    func with(ends: [TopicPartition: Int64]) -> OperationsSample {
        var sample = self
        for place in sample.groups.indices {
            let state = sample.groups[place]
            sample.groups[place].waiting = ends[TopicPartition(topic: state.topic, partition: state.partition)]
                .map { max(0, $0 - state.nextOffset) }
        }
        return sample
    }

    private static let selectLanes: Statement = """
        select l.category, l.backfill, l.head, published.events_behind(l.category, l.backfill, l.cursor, $1), l.owner
        from published.lane l order by l.category, l.backfill
        """
    /// Of the cluster that has moved last: positions of one that was left behind stay as they are.
    private static let selectGroups: Statement = """
        select consumer_group, topic, partition, next_offset, updated_at from published.consumer_position
        where cluster_id = (select c.cluster_id from published.consumer_position c order by c.updated_at desc limit 1)
        order by 1, 2, 3
        """
    private static let countUnsigned: Statement = """
        select t.size - coalesce((select max(c.tree_size) from published.audit_checkpoint c), 0) from published.audit_tree t
        """
}
