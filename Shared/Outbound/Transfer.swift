import CCurl
import Glibc

/// What goes out and comes in during one exchange; libcurl's callbacks work on it.
final class Transfer {
    /// Header lines beyond this are refused, whatever the limit for the body.
    private static let maxHeaderBytes = 65_536

    private let limit: Int
    private let upload: [UInt8]
    private var uploaded = 0
    private var headerBytes = 0
    private(set) var body: [UInt8] = []
    private(set) var headers: [Header] = []
    private(set) var isTooLarge = false

    init(limit: Int, upload: [UInt8] = []) {
        self.limit = limit
        self.upload = upload
    }

    /// Valid while this object lives; ``CurlSession`` keeps it alive until libcurl is done.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Takes part of the response's body. Fewer bytes taken than offered end the exchange.
    static let receive: attune_curl_transfer = { buffer, size, count, context in
        guard let buffer, let transfer = from(context) else { return 0 }
        return transfer.receive(UnsafeRawBufferPointer(start: buffer, count: size * count))
    }

    static let receiveHeader: attune_curl_transfer = { buffer, size, count, context in
        guard let buffer, let transfer = from(context) else { return 0 }
        return transfer.receiveHeader(UnsafeRawBufferPointer(start: buffer, count: size * count))
    }

    static let send: attune_curl_transfer = { buffer, size, count, context in
        guard let buffer, let transfer = from(context) else { return 0 }
        return transfer.send(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }

    /// Goes back in the upload when a kept connection turns out to be dead and a new one is made.
    static let seek: curl_seek_callback = { context, offset, origin in
        guard let transfer = from(context), origin == SEEK_SET, (0...transfer.upload.count).contains(Int(offset))
        else { return CURL_SEEKFUNC_FAIL }
        transfer.uploaded = Int(offset)
        return CURL_SEEKFUNC_OK
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count <= limit - body.count else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        headerBytes += bytes.count
        guard headerBytes <= Self.maxHeaderBytes else {
            isTooLarge = true
            return 0
        }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // A status line: what came before belonged to an interim response.
            headers = []
        } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let value = line[line.utf8.index(after: colon)...].unicodeScalars
                .drop(while: \.properties.isWhitespace).reversed().drop(while: \.properties.isWhitespace).reversed()
            var text = String.UnicodeScalarView()
            text.append(contentsOf: value)
            headers.append(Header(unchecked: String(line[..<colon]), String(text)))
        }
        return bytes.count
    }

    private func send(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let next = upload[uploaded..<min(uploaded + buffer.count, upload.count)]
        buffer.copyBytes(from: next)
        uploaded += next.count
        return next.count
    }
}
