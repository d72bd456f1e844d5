import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// The answer to a head that cannot be read: 431 where it is larger than allowed, else 400. The connection ends with it,
/// since nobody knows where the next request would begin.
enum HeadRefusal {
    static let largestField = 16 * 1024
    static let largestHead = 32 * 1024
    static let mostFields = 100

    /// Nil for what is no fault of a head.
    static func parts(for error: any Error) -> [HTTPResponsePart]? {
        guard let fault = error as? HTTPParserError else { return nil }
        let problem =
            switch fault {
            case .headerOverflow:
                Problem(
                    "head-too-large", .requestHeaderFieldsTooLarge, title: "The head of the request is too large",
                    detail:
                        "At most \(largestHead) bytes in \(mostFields) fields are accepted, \(largestField) in one field."
                )
            default: Problem("bad-request", .badRequest, title: "The request cannot be understood")
            }
        let body = problem.document(requestID: RequestID().description).encoded
        let fields: HTTPFields = [
            .contentType: "application/problem+json", .contentLength: String(body.count), .connection: "close",
            .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        ]
        return [
            .head(HTTPResponse(status: problem.status, headerFields: fields)), .body(ByteBuffer(bytes: body)),
            .end(nil),
        ]
    }
}
