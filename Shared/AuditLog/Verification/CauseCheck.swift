import Contracts
import Domain
import Persistence

/// Looks for the cause of every derived event: an event of the same episode and site with the same sequence
/// and the same time prefix in its id, which is how derived ids are made.
struct CauseCheck {
    let pageSize: Int
    let pending: PendingRule
    let connection: Connection

    func run(upTo size: Int, into report: inout VerificationReport, progress: (Int, Int) -> Void) throws {
        let names = (AuditedTopics.derived.map(\.name), [Topic.episodeEvents.name, Topic.episodeBackfill.name])
        for start in stride(from: 0, to: size, by: pageSize) {
            let end = min(size, start + pageSize)
            let rows = try connection.run(
                Self.withoutCause,
                [.int64(Int64(start)), .int64(Int64(end)), .texts(names.0), .texts(names.1)])
            for row in rows { try settle(row, &report) }
            progress(end, size)
        }
    }

    /// A trajectory may be in the log before the event it follows from.
    private func settle(_ row: Row, _ report: inout VerificationReport) throws {
        if let position = try row.optionalInt64(2), let backfill = try row.optionalBool(3),
            let time = try row.optionalTimestamp(4)
        {
            let lane = Lane(category: .episode, backfill: backfill)
            // The cause itself was counted when the ledger was compared.
            guard pending.verdict(lane: lane, position: position, recordedAt: time) == .overdue else { return }
        }
        report.add(.causeNotInLog(index: Int(try row.int64(0)), event: try row.id(1)))
    }

    /// The lateral subquery with its limit keeps this an index look-up per leaf: as an anti-join it might be
    /// planned with a scan of the whole log for each page.
    private static let withoutCause: Statement = """
        select d.leaf_index, d.event_id, e.position, e.backfill, e.recorded_at
        from published.audit_leaf d
        left join lateral (
            select true as is_there from published.audit_leaf c
            where c.episode_id = d.episode_id and c.sequence = d.sequence and c.site = d.site and c.topic = any($4)
              and substring(uuid_send(c.event_id) from 1 for 6) = substring(uuid_send(d.event_id) from 1 for 6)
            limit 1
        ) cause on true
        left join lateral (
            select position, backfill, recorded_at from published.event
            where category = 1 and stream_id = d.episode_id and version = d.sequence
              and substring(uuid_send(event_id) from 1 for 6) = substring(uuid_send(d.event_id) from 1 for 6)
            limit 1
        ) e on true
        where d.leaf_index >= $1 and d.leaf_index < $2 and d.topic = any($3) and cause.is_there is null
        order by d.leaf_index
        """
}
