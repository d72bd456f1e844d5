import HTTPTypes
import Hummingbird
import ServiceKit

/// Headers of every page: what browsers may load and do. No script and no style but the portal's own files.
struct PageHeaders: RouterMiddleware {
    typealias Context = PageContext
    let isSecure: Bool

    static let contentSecurityPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
        "manifest-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    ].joined(separator: "; ")

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in Self.headers where response.headers[name] == nil { response.headers[name] = value }
        if isSecure, let name = HTTPField.Name("Strict-Transport-Security") {
            response.headers[name] = "max-age=31536000; includeSubDomains"
        }
        return response
    }

    private static let headers: [(HTTPField.Name, String)] = [
        ("Content-Security-Policy", contentSecurityPolicy), ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"), ("X-Frame-Options", "DENY"),
        ("Vary", "Cookie, Accept-Language"),
    ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}

/// Finds out who asks, and in which language they read.
struct VisitorLookUp: RouterMiddleware {
    typealias Context = PageContext
    let key: PortalKey
    let cookies: Cookies
    let sessions: SessionStore

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.address = request.uri.description
        context.pageAddress = request.method == .post ? Self.formAddress(of: request) : context.address
        if let bytes = cookies.value(.session, in: request).flatMap({ key.verified($0, for: .session) }),
            let id = SessionID(bytes)
        {
            // A page that keeps itself up to date keeps nobody signed in.
            let isBackground = HTTPField.Name("Attune-Background").map { request.headers[$0] != nil } ?? false
            context.visitor = try await sessions.visitor(id, isPresent: !isBackground)
            context.formToken = FormToken.text(of: id, key)
        }
        let chosen = context.visitor?.language ?? cookies.value(.language, in: request)
        context.language = Language(choice: chosen, acceptLanguage: request.headers[.acceptLanguage])
        return try await next(request, context)
    }

    /// The page of this portal that a form was sent from, as the browser says; else the start.
    private static func formAddress(of request: Request) -> String {
        guard let from = request.headers[.referer], let authority = request.head.authority,
            let place = from.firstRange(of: "://\(authority)/")
        else { return "/" }
        return LocalAddress.checked("/" + from[place.upperBound...]) ?? "/"
    }
}

/// Lets a POST through only where its form was made for this session, and hands its fields on.
struct FormCheck: RouterMiddleware {
    typealias Context = PageContext
    let key: PortalKey

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.method == .post else { return try await next(request, context) }
        var context = context
        // Browsers say where a request comes from; a page of another origin is never ours.
        if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }),
            site != "same-origin", site != "none"
        {
            throw FormToken.refused
        }
        context.form = try Form(try await request.body(upTo: context.maxUploadSize, types: [Form.mediaType]))
        if let visitor = context.visitor {
            guard FormToken.holds(context.form["_token"], of: visitor.session, key) else { throw FormToken.refused }
        }
        return try await next(request, context)
    }
}

/// Proves that a form was made for a session.
enum FormToken {
    static func text(of session: SessionID, _ key: PortalKey) -> String {
        Base64URL.encode(key.code(session.bytes, for: .form))
    }

    static func holds(_ text: String?, of session: SessionID, _ key: PortalKey) -> Bool {
        guard let code = text.flatMap({ Base64URL.decode($0) }) else { return false }
        return key.isCode(code, of: session.bytes, for: .form)
    }

    static let refused = Problem(
        "form-refused", .forbidden, title: "The form was not made for you, or is too old",
        detail: "Load the page again and send it once more.")
}
