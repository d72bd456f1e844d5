import AuditLog
import Domain
import Persistence

/// What the database says of the pipeline beside lanes and positions. No client data.
struct OperationsState: Sendable {
    struct Parked: Sendable {
        let group: String
        let reason: String
        let count: Int64
        let oldest: Timestamp
    }

    struct Circuit: Sendable {
        let endpoint: String
        let since: Timestamp
        let failures: Int32
    }

    struct Round: Sendable {
        let site: String
        let day: CalendarDay
        let isFinished: Bool
        let looked: Int64
        let raised: Int64
    }

    private static let checkpointsShown = 50

    let now: Timestamp
    let parked: [Parked]
    /// Newest first.
    let checkpoints: [StoredLog.SignedHead]
    let unpublished: Int
    let circuits: [Circuit]
    let rounds: [Round]

    init(on connection: Connection) throws {
        now = try connection.run("select now()").only().timestamp(0)
        parked = try connection.run(Self.selectParked).map {
            Parked(group: try $0.text(0), reason: try $0.text(1), count: try $0.int64(2), oldest: try $0.timestamp(3))
        }
        checkpoints = try StoredLog.checkpoints(through: .max, limit: Self.checkpointsShown, on: connection)
        unpublished = try StoredLog.unpublishedCheckpoints(limit: 1000, on: connection).count
        circuits = try connection.run("select endpoint, open_since, failures from published.open_circuit order by 1")
            .map {
                Circuit(endpoint: try $0.text(0), since: try $0.timestamp(1), failures: try $0.int32(2))
            }
        rounds = try connection.run(Self.selectRounds).map {
            Round(
                site: try $0.text(0), day: try $0.day(1), isFinished: try $0.bool(2), looked: try $0.int64(3),
                raised: try $0.int64(4))
        }
    }

    /// Seconds between neighbouring checkpoints, newest first.
    var intervals: [Int] {
        zip(checkpoints, checkpoints.dropFirst()).map { newer, older in
            Int((newer.signedAt.microseconds - older.signedAt.microseconds) / 1_000_000)
        }
    }

    private static let selectParked: Statement = """
        select consumer_group, reason_code, count(*), min(parked_at) from published.quarantine
        where settled_at is null group by 1, 2 order by 1, 2
        """
    private static let selectRounds: Statement = """
        select site, day, finished, looked_at::bigint, raised::bigint from published.round order by site
        """
}
