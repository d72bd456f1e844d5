import Contracts
import Hummingbird
import HTTPTypes
import Logging
import Metrics
import Synchronization

/// Gives each request its id, logs it and measures it, by route template and never by path or query,
/// which may hold ids; and turns requests away when too many are under way.
struct RequestObservation: RouterMiddleware {
    typealias Context = ServiceRequestContext

    /// Paths that must be answered also by a busy service, and are not worth a log line.
    private static let operational: Set<String> = ["/live", "/ready", "/metrics", "/openapi.yaml", "/asyncapi.yaml"]

    private let limit: Int
    private let factory: any MetricsFactory
    private let underway = RequestsUnderway()
    private let gauge: Gauge
    private let turnedAway: Counter

    init(limit: Int, registry: PrometheusRegistry) {
        self.limit = limit
        factory = registry
        gauge = Gauge(label: "attune_http_requests_underway", factory: registry)
        turnedAway = Counter(label: "attune_http_requests_turned_away_total", factory: registry)
    }

    static let descriptions = [
        MetricDescription(.gauge, "attune_http_requests_underway", "Requests that are being answered."),
        MetricDescription(
            .counter, "attune_http_requests_turned_away_total",
            "Requests answered 503 because too many were under way."),
        MetricDescription(
            .counter, "attune_http_requests_total",
            "Requests answered, by route, method and status.", labels: ["method", "route", "status"]),
        MetricDescription(
            .histogram, "attune_http_request_duration_seconds",
            "Time from a request's head to its answer.", labels: ["method", "route"]),
    ]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = RequestIdentity.accepted(request) ?? RequestID().description
        // The framework's own id of the request says nothing more.
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: LogKey.requestID] = "\(context.requestID)"
        if let trace = RequestTrace.accepted(request) { context.trace = trace }
        context.logger[metadataKey: LogKey.trace] = "\(context.trace.traceIDText)"
        let started = ContinuousClock.now
        gauge.record(underway.enter())
        defer { gauge.record(underway.leave()) }
        var response = try await answer(request, context, next)
        observe(request, context, response.status, started.duration(to: .now))
        response.headers[RequestIdentity.header] = context.requestID
        response.headers[RequestTrace.answer] = context.trace.traceIDText
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    private func answer(
        _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let mapping = ProblemMapping()
        guard underway.count <= limit || Self.operational.contains(request.uri.path) else {
            turnedAway.increment()
            return try await mapping.handle(request, context: context) { _, _ in throw Problem.overloaded() }
        }
        return try await mapping.handle(request, context: context, next: next)
    }

    private func observe(
        _ request: Request, _ context: Context, _ status: HTTPResponse.Status, _ duration: Duration
    ) {
        let route = Self.route(context)
        let method = Self.methods.contains(request.method) ? request.method.rawValue : "OTHER"
        let labels = [("method", method), ("route", route)]
        Counter(
            label: "attune_http_requests_total", dimensions: labels + [("status", String(status.code))],
            factory: factory
        ).increment()
        Metrics.Timer(label: "attune_http_request_duration_seconds", dimensions: labels, factory: factory)
            .recordNanoseconds(duration.nanoseconds)
        if Self.operational.contains(route) { return }
        context.logger.log(
            level: status.code >= 500 ? .warning : .info, "Request answered",
            metadata: [
                LogKey.method: "\(method)", LogKey.route: "\(route)",
                LogKey.status: .stringConvertible(status.code),
                LogKey.duration: .stringConvertible(duration.nanoseconds / 1_000_000),
            ])
    }

    /// The template a request matched; all others are one, so that scanners make no new series.
    private static func route(_ context: Context) -> String {
        guard let path = context.endpointPath, path != "NotFound" else { return "none" }
        return path
    }

    private static let methods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]
}

/// Counts requests that have begun and not ended.
private final class RequestsUnderway: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }
    func enter() -> Int { number.withLock { $0 += 1; return $0 } }
    func leave() -> Int { number.withLock { $0 -= 1; return $0 } }
}

/// The id by which a request is found in logs.
enum RequestIdentity {
    /// Constant and well-formed, so the name exists.
    static let header = HTTPField.Name("X-Request-Id") ?? .from

    /// The caller's own id, if it has a form that cannot do harm in a log.
    static func accepted(_ request: Request) -> String? {
        guard let text = request.headers[header], (8...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            })
        else { return nil }
        return text
    }
}

/// W3C trace context of a request. What cannot be read starts a new trace, as the recommendation has it. `tracestate` is
/// not taken over: it is free text of others, and the trace goes into a ledger from which nothing is ever removed.
enum RequestTrace {
    // Constant and well-formed, so the names exist.
    private static let header = HTTPField.Name("traceparent") ?? .from
    /// By which a caller finds the way of what was sent, also where the trace was made here.
    static let answer = HTTPField.Name("Attune-Trace-Id") ?? .from

    /// A header that stands twice is read as one value with a comma, which is no trace.
    static func accepted(_ request: Request) -> TraceContext? {
        request.headers[header].flatMap { TraceContext(traceparent: $0) }
    }
}

extension Duration {
    /// Whole nanoseconds; a duration that does not fit is as long as can be.
    var nanoseconds: Int64 {
        let (seconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : seconds + components.attoseconds / 1_000_000_000
    }
}
