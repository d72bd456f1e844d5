import CPostgres
import Glibc

/// The calls of the client library that need C memory: opening, sending, waiting, reading errors.
enum Session {
    static func open(_ settings: DatabaseSettings) throws(DatabaseError) -> OpaquePointer {
        let url = settings.currentURL?() ?? settings.url
        let given = try options(in: url)
        let keywords = settings.keywords(url: url, givenOptions: given)
        let names = CStrings(keywords.map(\.0))
        let values = CStrings(keywords.map(\.1))
        let opened = names.pointers.withUnsafeBufferPointer { names in
            values.pointers.withUnsafeBufferPointer { values in
                PQconnectdbParams(names.baseAddress, values.baseAddress, 1)
            }
        }
        withExtendedLifetime((names, values)) {}
        guard let handle = opened else { throw DatabaseError(.outOfResources, "no memory for a connection") }
        guard PQstatus(handle) == CONNECTION_OK else {
            // It names host and user, never the password.
            let reason = oneLine(String(cString: PQerrorMessage(handle)))
            PQfinish(handle)
            throw DatabaseError(.unreachable, reason)
        }
        // Notices would go to standard error, and may quote values.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        return handle
    }

    /// `options` of the connection string. The parser's own words are not passed on: they may quote the password.
    private static func options(in url: String) throws(DatabaseError) -> String? {
        var message: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            throw DatabaseError(.other, "the connection string of the database is not valid")
        }
        defer { PQconninfoFree(parsed) }
        var option = parsed
        while let keyword = option.pointee.keyword {
            if strcmp(keyword, "options") == 0, let value = option.pointee.val { return String(cString: value) }
            option += 1
        }
        return nil
    }

    static func sendExecution(of name: String, with parameters: EncodedParameters, to handle: OpaquePointer) -> Int32 {
        parameters.bytes.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = parameters.ranges.map { range in range.flatMap { range in base.map { $0 + range.lowerBound } } }
            let lengths = parameters.ranges.map { Int32($0?.count ?? 0) }
            let formats = [Int32](repeating: 1, count: values.count)
            return PQsendQueryPrepared(handle, name, Int32(values.count), values, lengths, formats, 1)
        }
    }

    /// Waits until the socket has something to read (or has failed, which reading will show); nil waits for ever.
    static func isReadable(_ handle: OpaquePointer, within limit: Duration?) -> Bool {
        let socket = PQsocket(handle)
        guard socket >= 0 else { return true }
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit.map { Int32(clamping: max(0, $0.milliseconds)) } ?? -1
        return poll(&descriptor, 1, milliseconds) > 0
    }

    static func serverError(of result: ResultMemory) -> DatabaseError {
        guard let state = field("C", of: result) else {
            return DatabaseError(.unreachable, "the connection to the database was lost")
        }
        return .fromServer(
            sqlState: state, primary: oneLine(field("M", of: result) ?? "unknown error"),
            constraint: field("n", of: result))
    }

    /// The fields are those of the protocol's ErrorResponse: C code, M primary message, n constraint.
    private static func field(_ code: Unicode.Scalar, of result: ResultMemory) -> String? {
        PQresultErrorField(result.handle, Int32(code.value)).map { String(cString: $0) }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

/// C strings that live as long as this object, with the null that ends the list.
private final class CStrings {
    private(set) var pointers: [UnsafePointer<CChar>?]

    init(_ strings: [String]) {
        pointers = strings.map { UnsafePointer(strdup($0)) } + [nil]
    }

    deinit { for pointer in pointers { free(UnsafeMutableRawPointer(mutating: pointer)) } }
}
