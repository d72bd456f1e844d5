import Logging
import Metrics
public import Persistence
public import ServiceKit

/// What the metrics of a test say.
public struct Figures: Sendable {
    public let registry: PrometheusRegistry

    public init() { registry = PrometheusRegistry() }

    /// What is measured within goes here.
    public func measuring<R>(_ body: () throws -> R) rethrows -> R { try withMetricsFactory(registry, body) }

    /// Asks each question once, in the role of the service that asks it.
    public func ask(_ questions: StandingFigures.Question..., of database: TestDatabase, as role: String) async {
        var settings = database.settings(role: role)
        settings.prefersIndexes = true
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        await withMetricsFactory(registry) {
            let pool = ConnectionPool(settings, size: 1, logger: logger)
            var failing: Set<String> = []
            await StandingFigures(settings, asking: questions, logger: logger).ask(on: pool, &failing)
            await pool.shutdown()
        }
    }

    /// The value of a series as Prometheus writes it, e.g. `name{label="value"}`; nil where there is none.
    public subscript(series: String) -> Double? {
        for line in registry.exposition().split(separator: "\n") where line.hasPrefix("\(series) ") {
            return Double(line.dropFirst(series.count + 1))
        }
        return nil
    }
}
