import HTTPTypes
import Hummingbird
import Metrics

/// Lets only callers in who send a good token and have one of the roles.
struct BearerAuthentication: RouterMiddleware {
    typealias Context = ServiceRequestContext

    let verifier: TokenVerifier
    let roles: Set<Role>
    let factory: any MetricsFactory

    static let descriptions = [
        MetricDescription(
            .counter, "attune_http_tokens_refused_total", "Access tokens refused, by reason.", labels: ["reason"])
    ]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.headers[.authorization]?.lowercased().hasPrefix("bearer") == true else {
            throw Problem.missingToken
        }
        let caller: Caller
        do throws(TokenRefusal) {
            caller = try await verifier.verify(try Self.token(request))
        } catch {
            Counter(
                label: "attune_http_tokens_refused_total", dimensions: [("reason", error.rawValue)], factory: factory
            ).increment()
            throw error == .noKeys ? Problem.unavailable("the keys of the issuer of tokens") : Problem.invalidToken(error)
        }
        try caller.requireRole(roles)
        var context = context
        context.caller = caller
        return try await next(request, context)
    }

    /// The text after `Bearer` (RFC 6750, section 2.1); a token in the address is never looked at.
    private static func token(_ request: Request) throws(TokenRefusal) -> String {
        let fields = request.headers[values: .authorization]
        let words = (fields.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 1, words.count == 2, words[0].lowercased() == "bearer" else { throw .malformed }
        return String(words[1])
    }
}
