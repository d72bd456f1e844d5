import Intake
import Persistence
import ServiceKit
import ServiceLifecycle

/// The checks behind `/live` and `/ready`.
enum IngestionHealth {
    static func register(in health: Health, intake: CommandIntake, relay: Relay) {
        health.register(.live, "writer") { intake.live.liveness }
        health.register(.live, "backfill-writer") { intake.backfill.liveness }
        health.register(.ready, "schema") { await schema(intake.pool) }
        health.register(.ready, "relay") { publishing(relay.status) }
    }

    /// The database has the schema that this program was made for.
    private static func schema(_ pool: ConnectionPool) async -> HealthFinding {
        // Waiting for a connection would keep whoever asks waiting, too, who then takes the silence for an answer.
        guard pool.isReachable else { return .failing("the database is not reachable") }
        do {
            try await pool.with { connection in try Migrations.requireUsable(on: connection) }
            return .healthy
        } catch let error as MigrationError {
            return .failing("\(error)")
        } catch {
            return .failing("the database is not reachable")
        }
    }

    /// Kafka's absence shows here. Anybody may ask, so the reason, which names hosts, is left to the log.
    private static func publishing(_ status: RelayStatus) -> HealthFinding {
        switch status.condition {
        case .relaying, .standby: .healthy
        case .starting: .failing("the relay has not begun yet")
        case .failing: .failing("Kafka or the database is not reachable: what is accepted waits in the ledger")
        case .halted: .failing("the relay met another Kafka cluster and waits for an operator")
        case .stopped: .failing("the relay has stopped")
        }
    }
}

/// Runs the relay until the process stops.
struct RelayService: Service, CustomStringConvertible {
    let relay: Relay
    var description: String { "relay" }

    func run() async throws {
        relay.start()
        try? await gracefulShutdown()
        _ = await relay.stop(within: .seconds(5))
    }
}
