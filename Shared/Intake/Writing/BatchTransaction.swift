import ClientText
import Contracts
import Domain
import Persistence

/// Decides and records a batch of commands in one transaction.
enum BatchTransaction {
    /// Streams are locked before anything is read, so that nobody else decides about the same episodes at
    /// the same time. An episode that is being opened has no row to lock yet: where two processes open one at
    /// once, one of them fails with `uniqueViolation` and finds the other's episode when it tries again.
    ///
    /// Everything but the append happens before it, since the append holds the lane until the commit.
    static func run(
        _ batch: ArraySlice<Submission>, lane: Lane, masters: MasterKeys?, now: Timestamp, on connection: Connection
    ) throws -> [Outcome] {
        try connection.transaction { connection in
            let episodes = Array(Set(batch.map(\.command.episode)))
            let versions = try LedgerTables.lockStreams(episodes, on: connection)
            let comments = try CommentKeys.read(for: batch, masters: masters, on: connection)
            var decision = BatchDecision(
                episodes: try LedgerTables.episodes(versions, on: connection),
                ratings: try LedgerTables.ratings(Array(Set(batch.compactMap(\.ratingKey))), on: connection),
                commands: try LedgerTables.commands(Array(Set(batch.map(\.key))), on: connection), comments: comments,
                today: now.latestDayAnywhere, now: now)
            let outcomes = batch.map { decision.decide($0) }
            guard !decision.accepted.isEmpty else { return outcomes }
            try LedgerTables.write(decision, on: connection)
            try comments.store(for: decision.accepted, on: connection)
            try append(decision.accepted.map { ($0, try comments.payload(of: $0)) }, to: lane, on: connection)
            return outcomes
        }
    }

    private static func append(
        _ accepted: [(BatchDecision.Accepted, payload: [UInt8])], to lane: Lane, on connection: Connection
    ) throws {
        let appended = try Ledger.append(accepted.map { $0.newEvent($1) }, to: lane, on: connection)
        for (event, (decided, _)) in zip(appended, accepted) where event.version != Int64(decided.receipt.version) {
            throw VersionMismatch(decided: decided.receipt.version, appended: event.version)
        }
    }
}

/// The ledger counted otherwise than the decision: a stream has been written to past its lock.
struct VersionMismatch: Error, CustomStringConvertible {
    let decided: UInt64
    let appended: Int64
    var description: String { "an event was decided as version \(decided) and appended as version \(appended)" }
}

extension BatchDecision.Accepted {
    /// The trace in the ledger is the one that goes out with the record, so that who heals a gap from the
    /// ledger sees what the topic would have shown.
    fileprivate func newEvent(_ payload: [UInt8]) -> NewEvent {
        NewEvent(
            id: receipt.event, stream: receipt.episode, site: submission.command.site,
            type: submission.command.event.type.rawValue,
            traceparent: submission.trace.following(receipt.event.bytes).description, payload: payload)
    }
}

extension Timestamp {
    /// The latest calendar day that it is anywhere: UTC+14, in the Line Islands. A clinic there must be able
    /// to record today's session; a day after this one is in the future for everybody.
    var latestDayAnywhere: CalendarDay { advanced(bySeconds: 14 * 3600).day }
}
