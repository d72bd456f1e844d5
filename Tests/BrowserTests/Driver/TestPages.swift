import Foundation
import Synchronization

@testable import LocalStack

/// Pages on a port of this machine, for as long as this object lives.
final class TestPages: Sendable {
    struct Page: Sendable {
        var type = "text/html; charset=utf-8"
        /// Further headers, name and value.
        var headers: [(String, String)] = []
        let body: String
    }

    private let server: LoopbackServer
    private let asked: Log

    /// Requests as they came, each as its lines.
    private final class Log: Sendable {
        let requests = Mutex<[[String]]>([])
    }

    /// - Parameter pages: by path; anything else is not found.
    init(_ pages: [String: Page]) throws {
        let asked = Log()
        self.asked = asked
        server = try LoopbackServer(name: "test-pages") { peer in
            while let request = Self.request(peer) {
                asked.requests.withLock { $0.append(request) }
                let words = request[0].split(separator: " ")
                let page = words.count > 1 ? pages[String(words[1])] : nil
                guard peer.send(Self.response(page)) else { return }
            }
        }
    }

    deinit { server.stop() }

    var requests: [[String]] { asked.requests.withLock { $0 } }

    func url(_ path: String) -> String { "http://127.0.0.1:\(server.port)\(path)" }

    private static func request(_ peer: LoopbackServer.Peer) -> [String]? {
        var lines: [String] = []
        while let line = peer.line(limit: 16_384) {
            guard !line.isEmpty else { return lines.isEmpty ? nil : lines }
            lines.append(String(decoding: line, as: UTF8.self))
        }
        return nil
    }

    private static func response(_ page: Page?) -> String {
        let body = page?.body ?? "not found"
        let headers = [("Content-Type", page?.type ?? "text/plain"), ("Content-Length", "\(body.utf8.count)")] + (page?.headers ?? [])
        return "HTTP/1.1 \(page == nil ? "404 Not Found" : "200 OK")\r\n"
            + headers.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n" + body
    }
}
