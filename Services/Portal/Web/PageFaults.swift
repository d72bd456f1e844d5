import HTTPTypes
import Hummingbird
import Logging
import Persistence
import ServiceKit

/// Turns errors into pages that say what is the matter and what to do.
struct PageFaults: RouterMiddleware {
    typealias Context = PageContext
    let pages: Pages
    /// True where nobody has looked yet who asks and in which language.
    let isOutermost: Bool

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let redirection as Redirection {
            return Pages.seeOther(redirection.address)
        } catch let needed as SignInNeeded {
            return Pages.seeOther("/sign-in?to=\(LocalAddress.escaped(needed.address))")
        } catch let database as DatabaseError where database.isTransient || database.kind == .shuttingDown {
            return page(.unavailable("the database", retryAfterSeconds: 2), request, context)
        } catch is CommandRefused {
            return page(.conflict("command-refused", title: "A rule of episodes is against it"), request, context)
        } catch let field as FieldError {
            return page(.invalidContent([field]), request, context)
        } catch let problem as Problem {
            return page(problem, request, context)
        } catch let http as HTTPError where http.status == .notFound {
            return page(.notFound, request, context)
        } catch {
            context.logger.error("Page failed", error: error)
            return page(.internalError, request, context)
        }
    }

    private func page(_ problem: Problem, _ request: Request, _ context: Context) -> Response {
        var context = context
        if isOutermost { context.language = Language(choice: nil, acceptLanguage: request.headers[.acceptLanguage]) }
        let words = pages.words(context)
        let kind = Kind(problem.status)
        var response = pages.page(
            .fault, title: words["fault.\(kind.rawValue).title"],
            [
                "explanation": words["fault.\(kind.rawValue).text"], "requestID": context.requestID,
                "errors": problem.errors.map { ["field": $0.pointer, "detail": $0.detail] },
                "hasErrors": !problem.errors.isEmpty,
            ], context, status: problem.status)
        for field in problem.headers where field.name != .wwwAuthenticate { response.headers[field.name] = field.value }
        return response
    }

    /// What there is to say to people, whatever the number.
    private enum Kind: String {
        case notFound, forbidden, invalid, conflict, busy, failed

        init(_ status: HTTPResponse.Status) {
            switch status.code {
            case 401, 403: self = .forbidden
            case 404, 405: self = .notFound
            case 409, 412: self = .conflict
            case 503, 429: self = .busy
            case 400..<500: self = .invalid
            default: self = .failed
            }
        }
    }
}

/// An address within the portal that came from outside.
enum LocalAddress {
    /// Only paths: what leads elsewhere is no address of ours.
    static func checked(_ text: String?) -> String? {
        guard let text, text.utf8.count <= 1024, text.hasPrefix("/"), !text.hasPrefix("//"), !text.hasPrefix("/\\"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return nil }
        return text
    }

    /// As the value of a query parameter.
    static func escaped(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        return text.utf8.map { byte in
            if plain.contains(byte) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}
