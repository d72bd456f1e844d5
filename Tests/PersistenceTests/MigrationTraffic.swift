import Domain
import Foundation
import Glibc
@testable import Persistence
import Synchronization
import TestSupport

/// What services do all the time, on connections of their own, while migrations run: they append to the ledger and read
/// published views. Measures how long the longest statement of each took.
final class MigrationTraffic: Sendable {
    struct Figures: Sendable {
        var statements = 0
        /// Of the slowest since it was asked for last.
        var longest: Duration = .zero
        /// The server ended them for a migration's sake; services try such a statement again.
        var deadlocks = 0
        var failures: [String] = []
    }

    private let database: TestDatabase
    private let isStopping = Atomic(false)
    private let figures = Mutex(Figures())
    private let group = DispatchGroup()

    init(_ database: TestDatabase) { self.database = database }

    func start() {
        run(as: "attune_ingestion") { connection in
            _ = try Ledger.append((0..<10).map { _ in .sample() }, to: .episode, on: connection)
        }
        run(as: "attune_alerting") { connection in
            _ = try Ledger.append([.sample()], to: .alert, on: connection)
        }
        run(as: "attune_audit") { connection in
            try connection.run(
                """
                select event_id from published.event
                where category = 1 and not backfill and position > 199000 order by position limit 50
                """)
        }
        run(as: "attune_notification") { connection in
            try connection.run("select alert_id, status from published.alert where alert_id = md5('a7')::uuid")
            try connection.run("select episode_id, clinician from published.episode where episode_id = md5('e7')::uuid")
        }
        run(as: "attune_alerting") { connection in
            try connection.run(
                "update alerting.alert set escalation_level = escalation_level + 1 where alert_id = md5('a9')::uuid")
        }
    }

    /// The figures since it was asked for last.
    func take() -> Figures {
        figures.withLock { figures in
            defer { figures = Figures() }
            return figures
        }
    }

    func stop() {
        isStopping.store(true, ordering: .relaxed)
        group.wait()
    }

    private func run(as role: String, _ statement: @escaping @Sendable (Connection) throws -> Void) {
        group.enter()
        let thread = Thread { [self] in
            defer { group.leave() }
            do {
                // Waits as long as it must: that it waited is measured, not that it failed.
                let connection = try Connection(
                    DatabaseSettings(
                        url: database.url, role: role, applicationName: "traffic", statementTimeout: .zero,
                        lockTimeout: .zero))
                while !isStopping.load(ordering: .relaxed) {
                    let start = ContinuousClock.now
                    do {
                        try statement(connection)
                    } catch let error as DatabaseError where error.sqlState == "40P01" {
                        figures.withLock { $0.deadlocks += 1 }
                    } catch {
                        figures.withLock { $0.failures.append("\(role): \(error)") }
                    }
                    let taken = start.duration(to: .now)
                    figures.withLock {
                        $0.statements += 1
                        $0.longest = max($0.longest, taken)
                    }
                    usleep(1000)
                }
            } catch {
                figures.withLock { $0.failures.append("\(role): \(error)") }
            }
        }
        thread.start()
    }
}
