public import Domain

/// Setting a lane back, so that the relay publishes again what stands behind a position.
///
/// A cursor is only ever set back, never forward: an event that was not published yet cannot be passed over. The
/// term rises with it, so that whatever the relay has in flight moves nothing any more, and the relay takes the lane
/// anew, from the new cursor. A lane without a working relay keeps its mark until there is one.
public struct Republication: Hashable, Sendable {
    public let lane: Lane
    /// Position of the last event known to be published until now.
    public let cursor: Int64
    /// From where the relay goes on: `cursor` where the lane has not come as far as was wished.
    public let newCursor: Int64
    /// The Kafka cluster that the lane has been published to; nil for none.
    public let clusterID: String?
    /// How many events will be published again.
    public let events: Int64

    /// What setting a lane back would do.
    /// - Parameter position: the last one that is not to be published again; 0 for everything.
    public static func plan(
        _ lane: Lane, after position: Int64, on connection: Connection
    ) throws(DatabaseError) -> Republication {
        let row = try connection.run(
            "select cursor, cluster_id from ledger.lane where category = $1 and backfill = $2",
            [.int16(lane.category.rawValue), .bool(lane.backfill)]
        ).only()
        return try Republication(
            lane, cursor: try row.int64(0), clusterID: try row.optionalText(1), position, on: connection)
    }

    /// Sets a lane back. A relay that runs follows within about a second.
    /// - Parameter newCluster: the lane also goes on with whatever cluster the relay is connected to, as after the loss
    ///   of the one that it knew. Without it a relay that has halted stays halted.
    @discardableResult
    public static func carryOut(
        _ lane: Lane, after position: Int64, newCluster: Bool, on connection: Connection
    ) throws(DatabaseError) -> Republication {
        let row = try connection.run(
            "select old_cursor, old_cluster from ledger.set_back($1, $2, $3, $4)",
            [.int16(lane.category.rawValue), .bool(lane.backfill), .int64(position), .bool(newCluster)]
        ).only()
        // What stands behind a cursor never changes, so that it can be counted afterwards and nobody waits for it.
        return try Republication(
            lane, cursor: try row.int64(0), clusterID: try row.optionalText(1), position, on: connection)
    }

    private init(
        _ lane: Lane, cursor: Int64, clusterID: String?, _ position: Int64, on connection: Connection
    ) throws(DatabaseError) {
        self.lane = lane
        self.cursor = cursor
        self.clusterID = clusterID
        newCursor = min(cursor, position)
        events = try connection.run(
            """
            select count(*) from published.event
            where category = $1 and backfill = $2 and position > $3 and position <= $4
            """,
            [.int16(lane.category.rawValue), .bool(lane.backfill), .int64(newCursor), .int64(cursor)]
        ).only().int64(0)
    }

    /// The last position of a lane before a time; the lane's end where nothing was recorded since.
    ///
    /// Found by halving, since nothing is indexed by time: within a lane, positions follow the clock.
    public static func position(
        of lane: Lane, before time: Timestamp, on connection: Connection
    ) throws(DatabaseError) -> Int64 {
        let parameters: [Parameter] = [.int16(lane.category.rawValue), .bool(lane.backfill)]
        let head = try connection.run(
            "select head from published.lane where category = $1 and backfill = $2", parameters
        ).only().int64(0)
        var (first, last) = (Int64(1), head + 1)
        while first < last {
            let middle = first + (last - first) / 2
            let next = try connection.run(nextStatement, parameters + [.int64(middle)]).only()
            if try next.timestamp(1) >= time { last = middle } else { first = try next.int64(0) + 1 }
        }
        return first - 1
    }

    private static let nextStatement: Statement = """
        select position, recorded_at from published.event
        where category = $1 and backfill = $2 and position >= $3 order by position limit 1
        """
}
