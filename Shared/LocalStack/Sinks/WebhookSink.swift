public import Domain
public import Foundation

/// A request that arrived at the webhook sink.
public struct ReceivedWebhook: Sendable {
    public let path: String
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    /// What the sink's check said about it.
    public internal(set) var isVerified: Bool
    /// When it was there as a whole, before the sender heard so.
    public let receivedAt = Timestamp.ofSink

    /// The first header of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// A receiver of webhooks for one machine (HTTP/1.1, POST only): it keeps what it receives.
public final class WebhookSink: Sendable {
    /// Looks at the signature of a request.
    public typealias Check = @Sendable (ReceivedWebhook) -> Bool

    static let bodyLimit = 1 << 20

    private let inbox: Inbox<ReceivedWebhook>
    private let server: LoopbackServer

    public var port: Int { server.port }
    public var url: String { "http://127.0.0.1:\(port)/" }

    /// - Parameters:
    ///   - folder: each request becomes a file `NNNNNN.http` here; nil keeps them in memory only.
    ///   - check: a request that it does not accept is answered 401 and not kept.
    public init(folder: URL? = nil, port: Int = 0, check: @escaping Check = { _ in true }) throws {
        let inbox = try Inbox<ReceivedWebhook>(folder: folder, fileExtension: "http")
        self.inbox = inbox
        server = try LoopbackServer(port: port, name: "attune-webhook-sink") { Self.serve($0, inbox, check) }
    }

    deinit { server.stop() }

    /// The newest requests, in the order of their arrival.
    public var webhooks: [ReceivedWebhook] { inbox.items }
    /// All since the start.
    public var count: Int { inbox.count }
    /// How many were refused as scripted.
    public var refused: Int { inbox.refused }

    /// Refuses the next requests with 500.
    public func refuseNext(_ count: Int) { inbox.refuseNext(count) }

    public func stop() { server.stop() }

    private enum Reading {
        case request(ReceivedWebhook)
        case refused(String)
        case ended
    }

    private static func serve(_ peer: LoopbackServer.Peer, _ inbox: Inbox<ReceivedWebhook>, _ check: Check) {
        while true {
            let status: String
            var goesOn = true
            switch read(peer) {
            case .ended:
                return
            case .refused(let refusal):
                // What follows on the connection cannot be told apart from a body.
                status = refusal
                goesOn = false
            case .request(var request):
                goesOn = request.header("Connection")?.lowercased() != "close"
                request.isVerified = check(request)
                if !request.isVerified {
                    status = "401 Unauthorized"
                } else if inbox.takeRefusal() || !inbox.keep(request, bytes: text(of: request)) {
                    status = "500 Internal Server Error"
                } else {
                    status = "204 No Content"
                }
            }
            let length = status.hasPrefix("204") ? "" : "Content-Length: 0\r\n"
            let close = goesOn ? "" : "Connection: close\r\n"
            guard peer.send("HTTP/1.1 \(status)\r\n\(length)\(close)\r\n"), goesOn else { return }
        }
    }

    private static func read(_ peer: LoopbackServer.Peer) -> Reading {
        guard let first = peer.line(limit: 8000) else { return .ended }
        let words = String(decoding: first, as: UTF8.self).split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return .refused("400 Bad Request") }
        var headers: [(name: String, value: String)] = []
        while true {
            guard let line = peer.line(limit: 8000) else { return .ended }
            if line.isEmpty { break }
            let text = String(decoding: line, as: UTF8.self)
            guard let colon = text.firstIndex(of: ":"), headers.count < 100 else { return .refused("400 Bad Request") }
            headers.append((String(text[..<colon]), text[text.index(after: colon)...].trimmingBlanks))
        }
        var request = ReceivedWebhook(path: String(words[1]), headers: headers, body: [], isVerified: false)
        guard words[0] == "POST" else { return .refused("405 Method Not Allowed") }
        guard let length = request.header("Content-Length").flatMap({ Int($0) }), length >= 0 else {
            return .refused("411 Length Required")
        }
        guard length <= bodyLimit else { return .refused("413 Content Too Large") }
        if request.header("Expect")?.lowercased() == "100-continue" {
            guard peer.send("HTTP/1.1 100 Continue\r\n\r\n") else { return .ended }
        }
        guard let body = peer.bytes(length) else { return .ended }
        request = ReceivedWebhook(path: request.path, headers: headers, body: body, isVerified: false)
        return .request(request)
    }

    private static func text(of request: ReceivedWebhook) -> [UInt8] {
        let head = ["POST \(request.path) HTTP/1.1"] + request.headers.map { "\($0.name): \($0.value)" }
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + request.body
    }
}
