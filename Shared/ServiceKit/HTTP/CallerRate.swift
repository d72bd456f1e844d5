import HTTPTypes
import Hummingbird
import Metrics
import Synchronization

/// How many requests each caller may send to this process: a bucket that holds so many requests and fills at a rate, so that
/// a burst after a pause is no offence. One caller that sends without end then slows itself and nobody else.
///
/// Callers are those of verified tokens and sessions, never what a request merely says of itself.
public final class CallerRate: Sendable {
    /// Buckets that are kept; beyond that those that are full, which say nothing, are forgotten first.
    static let mostCallers = 10_000

    private struct Bucket {
        /// Requests that it still holds; a fraction while it fills.
        var left: Double
        var at: ContinuousClock.Instant
    }

    private let perSecond: Double
    private let burst: Double
    private let now: @Sendable () -> ContinuousClock.Instant
    private let refused: Counter
    private let buckets = Mutex<[String: Bucket]>([:])

    /// - Parameters:
    ///   - perSecond: 0 for no limit.
    ///   - burst: requests that may come at once.
    ///   - now: the clock; a test gives its own.
    init(
        perSecond: Int, burst: Int, factory: any MetricsFactory,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.perSecond = Double(perSecond)
        self.burst = Double(burst)
        self.now = now
        refused = Counter(label: "attune_http_caller_rate_refused_total", factory: factory)
    }

    static let descriptions = [
        MetricDescription(
            .counter, "attune_http_caller_rate_refused_total", "Requests answered 429 because their caller sent too many.")
    ]

    /// Counts a request.
    /// - Throws: ``Problem`` 429 with the seconds after which the caller may send again.
    public func admit(_ caller: String) throws(Problem) {
        guard perSecond > 0 else { return }
        let instant = now()
        let wait = buckets.withLock { buckets -> Double? in
            if buckets[caller] == nil, buckets.count >= Self.mostCallers { forget(&buckets, at: instant) }
            var bucket = buckets[caller] ?? Bucket(left: burst, at: instant)
            bucket.left = level(of: bucket, at: instant)
            bucket.at = instant
            let isAdmitted = bucket.left >= 1
            if isAdmitted { bucket.left -= 1 }
            buckets[caller] = bucket
            return isAdmitted ? nil : (1 - bucket.left) / perSecond
        }
        guard let wait else { return }
        refused.increment()
        throw .tooManyRequests(retryAfterSeconds: max(1, Int(wait.rounded(.up))))
    }

    private func level(of bucket: Bucket, at instant: ContinuousClock.Instant) -> Double {
        let passed = bucket.at.duration(to: instant).components
        return min(burst, bucket.left + (Double(passed.seconds) + Double(passed.attoseconds) * 1e-18) * perSecond)
    }

    /// Full buckets are as good as new ones. Where none is full, all begin anew: many callers are not to cost memory.
    private func forget(_ buckets: inout [String: Bucket], at instant: ContinuousClock.Instant) {
        buckets = buckets.filter { level(of: $0.value, at: instant) < burst }
        if buckets.count >= Self.mostCallers { buckets = [:] }
    }
}

extension Problem {
    /// 429: this caller has sent too many requests and may send again after `seconds`.
    static func tooManyRequests(retryAfterSeconds seconds: Int) -> Problem {
        Problem(
            "too-many-requests", .tooManyRequests, title: "Too many requests",
            detail: "Send the same request again later, and many records in one request where that is possible.",
            headers: [.retryAfter: String(seconds)])
    }
}

/// Counts the requests of callers that were let in by their token.
struct CallerRateLimit: RouterMiddleware {
    typealias Context = ServiceRequestContext
    let rate: CallerRate

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if let caller = context.caller { try rate.admit(caller.subject) }
        return try await next(request, context)
    }
}
