import Logging
import Metrics
import Persistence
import ServiceKit
import ServiceLifecycle

/// Keeps empty parts of the ledger ahead of what is appended, so that appending never waits for one.
///
/// Every process of ingestion asks; the database lets one at a time make what is missing.
struct LedgerGrowth: Service, CustomStringConvertible {
    let pool: ConnectionPool
    let logger: Logger
    var description: String { "ledger growth" }

    /// Two parts stand ahead: at 10,000 events a second these are more than five hours.
    static let pause = Duration.seconds(600)
    static let pauseAfterFailure = Duration.seconds(30)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let pause = await extend() ? Self.pause : Self.pauseAfterFailure
                try? await Task.sleep(for: pause)
            }
        }
    }

    /// - Returns: whether the database was there to do it.
    func extend() async -> Bool {
        do {
            let room = try await pool.with { connection in try Ledger.extend(on: connection) }
            Gauge(label: "attune_ledger_room_events").record(room)
            return true
        } catch {
            logger.warning("the ledger's parts cannot be looked after now", error: error)
            return false
        }
    }
}
