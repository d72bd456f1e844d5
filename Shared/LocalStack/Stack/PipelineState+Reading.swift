import Contracts
import Domain
public import Persistence

extension PipelineState {
    /// Reads the views, at one moment (a single snapshot).
    public static func read(_ connection: Connection) throws -> PipelineState {
        try connection.transaction { connection in
            try connection.script("set transaction isolation level repeatable read read only")
            var state = PipelineState()
            let row = try connection.run(counts).only()
            state.ratings = Int(try row.int64(0))
            state.points = Int(try row.int64(1))
            state.notRelayed = Int(try row.int64(2))
            state.notScored = Int(try row.int64(3))
            state.notAlerted = Int(try row.int64(4))
            state.notNotified = Int(try row.int64(5))
            state.notAudited = Int(try row.int64(6))
            state.failedDeliveries = Int(try row.int64(7))
            state.treeSize = Int(try row.int64(8))
            state.root = Hexadecimal.text(try row.bytes(9))
            state.notSigned = Int(try row.int64(10))
            state.openAlerts = Int(try row.int64(11))
            state.withdrawn = Int(try row.int64(12))
            for row in try connection.run("select kind, count(*) from published.alert group by kind") {
                if let kind = SignalKind(number: try row.int16(0)) { state.alerts[kind] = Int(try row.int64(1)) }
            }
            for row in try connection.run(delivered) { state.delivered[try row.text(0)] = Int(try row.int64(1)) }
            for row in try connection.run(quarantined) { state.quarantined[try row.text(0)] = Int(try row.int64(1)) }
            return state
        }
    }

    private static let delivered: Statement =
        "select channel, count(*) from published.delivery where status = 'delivered' group by channel"

    private static let quarantined: Statement = """
        select consumer_group, count(*) from published.quarantine where state in ('failed', 'waiting')
        group by consumer_group
        """

    /// Trajectory events exist on Kafka alone; that the newest one of every course is a leaf stands for
    /// them all, since the audit log takes each stream in order.
    private static let counts = Statement(
        """
        select
            (select count(*) filter (where type = '\(EventType.ratingRecorded.rawValue)')
                  - count(*) filter (where type = '\(EventType.ratingWithdrawn.rawValue)')
             from published.event where category = 1),
            (select coalesce(sum(point_count), 0)::bigint from published.trajectory),
            (select count(*) from published.event e join published.lane l using (category, backfill)
             where e.position > l.cursor),
            (select count(*) from (select stream_id, max(version) as version from published.event
                                   where category = 1 group by stream_id) e
             left join published.scored_episode s on s.episode_id = e.stream_id
             where s.version is null or s.version < e.version),
            (select count(*) from published.trajectory t
             left join published.alerted_course c using (episode_id, participant_id, instrument, instrument_version)
             where c.version is null or c.version < t.version),
            (select count(*) from published.delivery where status in ('pending', 'sending'))
            + (select count(*) from published.event e
               where e.category = 2 and e.type = '\(EventType.alertRaised.rawValue)'
                 and not exists (select from published.delivery d where d.cause_event_id = e.event_id)),
            (select count(*) from published.event e
             where not exists (select from published.audit_leaf l where l.event_id = e.event_id))
            + (select count(*) from published.trajectory t
               where not exists (select from published.audit_leaf l
                                 where l.episode_id = t.episode_id and l.sequence >= t.version
                                   and l.type = '\(EventType.trajectoryUpdated.rawValue)')),
            (select count(*) from published.delivery where status = 'failed'),
            (select size from published.audit_tree),
            (select root from published.audit_tree),
            (select size from published.audit_tree)
            - (select coalesce(max(tree_size), 0) from published.audit_checkpoint),
            (select count(*) from published.alert where status in ('raised', 'acknowledged')),
            (select count(*) from published.delivery where status = 'withdrawn')
        """)
}
