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
        MetricDescription("attune_http_tokens_refused_total", "Access tokens refused, by reason.")
    ]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let token = try Self.token(request)
        let caller: Caller
        do throws(TokenRefusal) {
            caller = try await verifier.verify(token)
        } catch {
            Counter(
                label: "attune_http_tokens_refused_total", dimensions: [("reason", error.rawValue)], factory: factory
            ).increment()
            throw Problem.invalidToken(error)
        }
        try caller.requireRole(roles)
        var context = context
        context.caller = caller
        return try await next(request, context)
    }

    /// The text after `Bearer` (RFC 6750, section 2.1); a token in the address is never looked at.
    private static func token(_ request: Request) throws(Problem) -> String {
        let fields = request.headers[values: .authorization]
        guard let field = fields.first else { throw Problem.missingToken }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.first?.lowercased() == "bearer" else { throw Problem.missingToken }
        guard fields.count == 1, parts.count == 2, !parts[1].contains(" ") else {
            throw Problem.invalidToken(.malformed)
        }
        return String(parts[1])
    }
}
