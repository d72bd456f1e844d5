public import Hummingbird
public import HummingbirdCore
import HTTPTypes
import NIOCore
import NIOHTTP1

extension Request {
    /// The body, read whole.
    ///
    /// - Parameters:
    ///   - limit: most bytes; nil for the usual limit.
    ///   - types: media types that are accepted, without parameters.
    /// - Throws: ``Problem`` 413 when it is larger, 415 for another type, 400 when it ends too early.
    public func body(upTo limit: Int? = nil, types: [String]) async throws -> ByteBuffer {
        try requireType(types)
        let limit = limit ?? ServiceHTTP.defaultBodyLimit
        if let stated = headers[.contentLength].flatMap({ Int($0) }), stated > limit {
            throw Problem.tooLarge(limit: limit)
        }
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit: limit)
        } catch is HTTPParserError {
            throw Problem.truncatedBody
        }
    }

    /// The body as strictly read JSON.
    ///
    /// - Parameters:
    ///   - limit: most bytes; nil for the usual limit.
    ///   - types: media types that are accepted.
    ///   - limits: nesting, number of values, exponents.
    /// - Throws: ``Problem`` as ``body(upTo:types:)``, and 400 with the place when it is not JSON.
    public func json(
        upTo limit: Int? = nil, types: [String] = ["application/json"], limits: JSONLimits = JSONLimits()
    ) async throws -> JSONField {
        let buffer = try await body(upTo: limit, types: types)
        do {
            return JSONField(try JSON.parse(buffer, limits: limits))
        } catch {
            throw Problem.malformedJSON(error)
        }
    }

    /// Every body says what it is, in UTF-8 and not compressed.
    private func requireType(_ types: [String]) throws(Problem) {
        let parts = (headers[.contentType] ?? "").lowercased().split(separator: ";").map {
            $0.filter { !$0.isWhitespace && $0 != "\"" }
        }
        let coding = headers[.contentEncoding]?.lowercased() ?? "identity"
        guard let type = parts.first, types.contains(type), coding == "identity",
            parts.dropFirst().allSatisfy({ !$0.hasPrefix("charset=") || $0 == "charset=utf-8" })
        else { throw Problem.unsupportedMediaType(types) }
    }
}

extension JSON {
    /// Reads one JSON text strictly, see ``parse(_:limits:)``.
    public static func parse(
        _ buffer: ByteBuffer, limits: JSONLimits = JSONLimits()
    ) throws(JSONSyntaxError) -> JSON {
        let result: Result<JSON, JSONSyntaxError> = buffer.withUnsafeReadableBytes { bytes in
            do throws(JSONSyntaxError) {
                return .success(try parse(bytes.assumingMemoryBound(to: UInt8.self), limits: limits))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// An answer with this document.
    public func response(
        _ status: HTTPResponse.Status = .ok, type: String = "application/json", headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: encoded)))
    }
}

extension JSON: ResponseGenerator {
    public func response(from request: Request, context: some RequestContext) -> Response { response() }
}
