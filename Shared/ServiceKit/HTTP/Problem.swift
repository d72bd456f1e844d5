public import HTTPTypes

/// An answer that says no, as RFC 9457 `application/problem+json`; thrown by request handlers.
///
/// `type` is stable and for programs, `title` the same for every occurrence, `detail` about this
/// one. None of them repeats a client's data.
public struct Problem: Error, Sendable {
    /// Short stable name such as `unknown-episode`; the type is `urn:attune:problem:` and this.
    public let name: String
    public let title: String
    public let status: HTTPResponse.Status
    public let detail: String?
    /// Which values of the request are at fault.
    public let errors: [FieldError]
    /// Further members of the document, for programs.
    public var members: [JSON.Member] = []
    /// Further headers of the answer, e.g. `Retry-After`.
    public var headers: HTTPFields

    public init(
        _ name: String, _ status: HTTPResponse.Status, title: String, detail: String? = nil,
        errors: [FieldError] = [], headers: HTTPFields = [:]
    ) {
        self.name = name
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    public var type: String { "urn:attune:problem:\(name)" }

    /// The document. `instance` identifies this occurrence, so that it can be found in the log.
    public func document(requestID: String) -> JSON {
        var members: [JSON.Member] = [
            .init("type", .string(type)), .init("title", .string(title)), .init("status", .integer(status.code)),
        ]
        if let detail { members.append(.init("detail", .string(detail))) }
        members.append(.init("instance", .string("urn:attune:request:\(requestID)")))
        members += self.members
        if !errors.isEmpty { members.append(.init("errors", .array(errors.map(Self.document)))) }
        return .object(members)
    }

    private static func document(_ error: FieldError) -> JSON {
        var members: [JSON.Member] = []
        if let line = error.line { members.append(.init("line", .integer(line))) }
        members.append(.init("pointer", .string(error.pointer)))
        members.append(.init("detail", .string(error.detail)))
        return .object(members)
    }
}

extension Problem {
    /// 400: the body is not JSON at all.
    public static func malformedJSON(_ error: JSONSyntaxError) -> Problem {
        Problem(
            "malformed-json", .badRequest, title: "The body is not acceptable JSON", detail: error.description,
            errors: [FieldError(pointer: error.pointer, line: error.line, detail: error.description)])
    }

    /// 422: the body is well-formed, but values in it cannot be accepted.
    public static func invalidContent(_ errors: [FieldError]) -> Problem {
        let detail =
            if let only = errors.first, errors.count == 1 {
                "\(only.pointer.isEmpty ? "The document" : only.pointer) \(only.detail)."
            } else { "\(errors.count) values cannot be accepted." }
        return Problem(
            "invalid-content", .unprocessableContent, title: "The content cannot be accepted", detail: detail,
            errors: errors)
    }

    /// 400: the request itself is at fault: a query parameter, a header, a path.
    public static func badRequest(_ detail: String) -> Problem {
        Problem("bad-request", .badRequest, title: "The request cannot be understood", detail: detail)
    }

    /// 400: the connection ended in the middle of the body.
    public static let truncatedBody = Problem(
        "truncated-body", .badRequest, title: "The body ended too early", headers: [.connection: "close"])

    public static func tooLarge(limit: Int) -> Problem {
        Problem(
            "body-too-large", .contentTooLarge, title: "The body is too large",
            detail: "At most \(limit) bytes are accepted here.", headers: [.connection: "close"])
    }

    public static func unsupportedMediaType(_ accepted: [String]) -> Problem {
        Problem(
            "unsupported-media-type", .unsupportedMediaType, title: "The body's media type is not supported",
            detail: "Send \(accepted.joined(separator: " or ")) in UTF-8 without content encoding.",
            headers: [.accept: accepted.joined(separator: ", ")])
    }

    public static let notFound = Problem(
        "not-found", .notFound, title: "There is nothing at this address")

    public static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> Problem {
        let list = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        return Problem(
            "method-not-allowed", .methodNotAllowed, title: "The method is not allowed here",
            detail: "Allowed: \(list).", headers: [.allow: list])
    }

    /// 409: something else is already there under the same name.
    public static func conflict(_ name: String, title: String, detail: String? = nil) -> Problem {
        Problem(name, .conflict, title: title, detail: detail)
    }

    /// 503: the service cannot take this on now, but may after `seconds`.
    public static func overloaded(retryAfterSeconds seconds: Int = 1) -> Problem {
        Problem(
            "overloaded", .serviceUnavailable, title: "The service is busy",
            detail: "Send the same request again later.", headers: [.retryAfter: String(seconds)])
    }

    /// 503: something the service needs is missing at the moment, e.g. `database`.
    public static func unavailable(_ what: String, retryAfterSeconds seconds: Int = 5) -> Problem {
        Problem(
            "unavailable", .serviceUnavailable, title: "The service cannot answer now",
            detail: "Not available: \(what).", headers: [.retryAfter: String(seconds)])
    }

    public static let internalError = Problem(
        "internal-error", .internalServerError, title: "The service failed",
        detail: "The fault is logged under the request's id.")
}
