import Contracts
import Domain
import Persistence

/// Decides whether an event of the ledger may rightly be missing from the log at this moment.
struct PendingRule {
    private struct LaneState {
        /// The relay has published up to here.
        let cursor: Int64
        /// Position of the lane's last event in the log: whatever stands before it was published as well.
        var audited: Int64 = 0
    }

    enum Verdict: Hashable {
        case unpublished, recent, overdue
    }

    private let earliest: Timestamp
    private let now: Timestamp
    private var lanes: [Lane: LaneState] = [:]

    /// - Parameter lastLeaves: by topic, the last event of it in the log.
    init(patience: Duration, lastLeaves: [String: EventID], on connection: Connection) throws {
        now = try connection.run("select clock_timestamp()").only().timestamp(0)
        earliest = now.advanced(bySeconds: -patience.components.seconds)
        for row in try connection.run("select category, backfill, cursor from published.lane") {
            guard let category = LedgerCategory(rawValue: try row.int16(0)) else { continue }
            lanes[Lane(category: category, backfill: try row.bool(1))] = LaneState(cursor: try row.int64(2))
        }
        let ids = Lane.all.compactMap { lastLeaves[$0.topic.name] }
        let rows = try connection.run(
            "select category, backfill, position from published.event where event_id = any($1)", [.ids(ids)])
        for row in rows {
            guard let category = LedgerCategory(rawValue: try row.int16(0)) else { continue }
            lanes[Lane(category: category, backfill: try row.bool(1))]?.audited = try row.int64(2)
        }
    }

    /// - Parameter lane: nil for a lane that the ledger does not have, which nobody publishes.
    func verdict(lane: Lane?, position: Int64, recordedAt: Timestamp) -> Verdict {
        guard let lane, let state = lanes[lane] else { return .overdue }
        if position > max(state.cursor, state.audited) { return .unpublished }
        return (earliest...max(earliest, now)).contains(recordedAt) ? .recent : .overdue
    }
}

extension PendingEvents {
    /// Counts an event that may rightly be missing; false if it may not.
    mutating func take(_ verdict: PendingRule.Verdict, recordedAt: Timestamp) -> Bool {
        switch verdict {
        case .unpublished: unpublished += 1
        case .recent: recent += 1
        case .overdue: return false
        }
        note(recordedAt)
        return true
    }
}
