import Hummingbird
import ServiceKit

/// Counts the requests of each session, as tokens are counted elsewhere.
struct VisitorRate: RouterMiddleware {
    typealias Context = PageContext
    let rate: CallerRate

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if let visitor = context.visitor { try rate.admit(visitor.subject) }
        return try await next(request, context)
    }
}
