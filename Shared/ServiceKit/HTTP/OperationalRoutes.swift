import HTTPTypes
import Hummingbird

/// `/live`, `/ready` and `/metrics`, for the platform a service runs on; without authentication.
enum OperationalRoutes {
    static func add(to routes: ServiceRoutes, health: Health, registry: PrometheusRegistry) {
        routes.get("/live") { _, _ in answer(await health.report(.live)) }
        routes.get("/ready") { _, _ in answer(await health.report(.ready)) }
        routes.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: Exposition.contentType],
                body: .init(byteBuffer: ByteBuffer(string: registry.exposition())))
        }
    }

    /// 200 when all is well, else 503; names each check and what it found.
    private static func answer(_ report: Health.Report) -> Response {
        let checks = report.findings.map { name, finding in
            switch finding {
            case .healthy: JSON.object([.init("name", .string(name)), .init("healthy", true)])
            case .failing(let why):
                JSON.object([.init("name", .string(name)), .init("healthy", false), .init("reason", .string(why))])
            }
        }
        let document: JSON = ["healthy": .bool(report.isHealthy), "checks": .array(checks)]
        return document.response(report.isHealthy ? .ok : .serviceUnavailable)
    }
}
