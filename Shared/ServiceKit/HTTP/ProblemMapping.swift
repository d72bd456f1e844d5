import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import Persistence

/// Turns every error of a handler into a problem document, below `/fhir/` into an OperationOutcome.
struct ProblemMapping: RouterMiddleware {
    typealias Context = ServiceRequestContext

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let problem = Self.problem(error, context)
            response =
                if request.uri.path.hasPrefix("/fhir/") {
                    problem.operationOutcome(requestID: context.requestID)
                        .response(problem.status, type: "application/fhir+json", headers: problem.headers)
                } else {
                    problem.document(requestID: context.requestID)
                        .response(problem.status, type: "application/problem+json", headers: problem.headers)
                }
        }
        // An error to a HEAD request has the headers only, as its success would have.
        return request.method == .head ? response.createHeadResponse() : response
    }

    static func problem(_ error: any Error, _ context: Context) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let field as FieldError: return .invalidContent([field])
        case let syntax as JSONSyntaxError: return .malformedJSON(syntax)
        case is HTTPParserError: return .truncatedBody
        // Whatever the transaction was about did not happen, or is recognised when it comes again.
        case let database as DatabaseError where database.isTransient || database.kind == .shuttingDown:
            return .unavailable("the database", retryAfterSeconds: 1)
        case let http as HTTPError where http.status == .notFound: return .notFound
        case let http as any HTTPResponseError where http.status.kind == .clientError:
            return Problem("bad-request", http.status, title: "The request cannot be understood")
        default:
            context.logger.error("Request failed", error: error)
            return .internalError
        }
    }
}
