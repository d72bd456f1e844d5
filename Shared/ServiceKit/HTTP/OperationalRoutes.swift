import Contracts
import HTTPTypes
import Hummingbird

/// `/live`, `/ready` and `/metrics`, for the platform a service runs on, and the contracts: `/openapi.yaml` of its own,
/// `/asyncapi.yaml` of the topics. Without authentication.
enum OperationalRoutes {
    /// The OpenAPI document of a service that has nothing but these.
    static let contract = PackageResources.operational_openapi_yaml

    static func add(to routes: ServiceRoutes, health: Health, registry: PrometheusRegistry, contract: [UInt8]) {
        routes.get("/live") { _, _ in answer(await health.report(.live)) }
        routes.get("/ready") { _, _ in answer(await health.report(.ready)) }
        routes.get("/metrics") { _, _ in
            let text = registry.exposition() + readiness(await health.report(.ready))
            return Response(
                status: .ok, headers: [.contentType: Exposition.contentType],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        let document = ByteBuffer(bytes: contract)
        routes.get("/openapi.yaml") { _, _ in
            // The media type of RFC 9512, section 3.2.
            Response(status: .ok, headers: [.contentType: "application/openapi+yaml"], body: .init(byteBuffer: document))
        }
        let topics = ByteBuffer(string: AsyncAPIDocument.text(version: ProjectVersion.current))
        routes.get("/asyncapi.yaml") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/vnd.aai.asyncapi+yaml;version=3.0.0"],
                body: .init(byteBuffer: topics))
        }
    }

    /// The checks of `/ready` as a metric.
    private static func readiness(_ report: Health.Report) -> String {
        var text = ""
        Exposition.header(
            "attune_ready", type: "gauge", help: "1 for each check of /ready that is well, 0 for one that is not.",
            to: &text)
        for (name, finding) in report.findings {
            Exposition.sample("attune_ready", [Label(name: "check", value: name)], finding == .healthy ? 1 : 0, to: &text)
        }
        return text
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
