import Foundation
import Outbound
import Testing

@Suite struct HTTPTests {
    private func session() throws -> CurlSession { try CurlSession(proxy: .none) }

    @Test func `A POST arrives with its body and headers, and its response comes back whole`() throws {
        let seen = Seen<ReceivedRequest>()
        let peer = try TestPeer.http(
            answering: "HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\nX-Trace:  a:b \r\nx-two: 2\r\n\r\nyes!", noting: seen)
        do {
            let body = Array(#"{"kind":"alert"}"#.utf8) + [0, 0xFF]
            let response = try session().send(
                HTTPRequest(
                    .post, url: peer.url + "/hook/1?token=s",
                    headers: [Header("Content-Type", "application/json"), Header("X-Empty", "")], body: body))
            #expect(response.status == 202)
            #expect(response.body == Array("yes!".utf8))
            #expect(response.header("x-trace") == "a:b")
            #expect(response.header("X-Two") == "2")
            #expect(response.header("X-None") == nil)
            let request = try #require(seen.all.first)
            #expect(request.line == "POST /hook/1?token=s HTTP/1.1")
            #expect(request.body == body)
            #expect(request.values("Content-Type") == ["application/json"])
            #expect(request.values("X-Empty") == [""])
        }
        peer.stop()
    }

    @Test(arguments: [
        (HTTPMethod.get, [UInt8](), "GET"), (.head, [], "HEAD"), (.post, [], "POST"), (.put, [1, 2], "PUT"),
        (.patch, [3], "PATCH"), (.delete, [], "DELETE"), (.delete, [4], "DELETE"),
    ])
    func `Each method arrives under its name with its body and nothing unasked`(
        method: HTTPMethod, body: [UInt8], name: String
    ) throws {
        let seen = Seen<ReceivedRequest>()
        let peer = try TestPeer.http(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", noting: seen)
        do {
            let response = try session().send(HTTPRequest(method, url: peer.url, body: body))
            #expect(response.status == 200)
            let request = try #require(seen.all.first)
            #expect(request.line == "\(name) / HTTP/1.1")
            #expect(request.body == body)
            #expect(request.values("Content-Type").isEmpty)
            #expect(request.values("Expect").isEmpty)
        }
        peer.stop()
    }

    @Test func `A large body is sent at once, without asking first`() throws {
        let seen = Seen<ReceivedRequest>()
        let peer = try TestPeer.http(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", noting: seen)
        do {
            let body = [UInt8](repeating: 7, count: 3_000_000)
            _ = try session().send(HTTPRequest(.post, url: peer.url, body: body))
            #expect(seen.all.first?.body == body)
            #expect(seen.all.first?.values("Expect") == [])
        }
        peer.stop()
    }

    @Test func `One connection carries several requests of a session`() throws {
        let seen = Seen<ReceivedRequest>()
        let peer = try TestPeer.http(answering: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", noting: seen)
        do {
            let session = try session()
            for number in 1...3 {
                let request = try HTTPRequest(number == 2 ? .post : .get, url: peer.url + "/\(number)", body: [])
                #expect(try session.send(request).body == Array("ok".utf8))
            }
            #expect(seen.all.map(\.line) == ["GET /1 HTTP/1.1", "POST /2 HTTP/1.1", "GET /3 HTTP/1.1"])
            #expect(peer.connections == 1)
        }
        peer.stop()
    }

    @Test func `A kept connection that the server has closed is replaced, and the whole body sent`() throws {
        let seen = Seen<ReceivedRequest>()
        let peer = try TestPeer { peer in
            guard let request = peer.readRequest() else { return }
            seen.note(request)
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        do {
            let session = try session()
            let body = [UInt8](repeating: 9, count: 100_000)
            for _ in 1...3 {
                #expect(try session.send(HTTPRequest(.post, url: peer.url, body: body)).status == 200)
            }
            #expect(seen.all.map(\.body) == [body, body, body])
            #expect(peer.connections == 3)
        }
        peer.stop()
    }

    @Test func `Headers of one request do not come back with the next`() throws {
        let seen = Seen<ReceivedRequest>()
        let peer = try TestPeer.http(answering: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", noting: seen)
        do {
            let session = try session()
            _ = try session.send(HTTPRequest(.post, url: peer.url, headers: [Header("X-Key", "secret")], body: [1]))
            _ = try session.send(HTTPRequest(.get, url: peer.url))
            #expect(seen.all.map { $0.values("X-Key") } == [["secret"], []])
            #expect(seen.all.map(\.body) == [[1], []])
        }
        peer.stop()
    }

    @Test(arguments: [301, 302, 307, 404, 410, 429, 500, 503])
    func `A redirect or an error is a response like any other and is not followed`(status: Int) throws {
        let seen = Seen<ReceivedRequest>()
        let peer = try TestPeer.http(
            answering: "HTTP/1.1 \(status) Some\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", noting: seen)
        do {
            let response = try session().send(HTTPRequest(.post, url: peer.url, body: [1]))
            #expect(response.status == status)
            #expect(response.header("location") == "/other")
            #expect(seen.all.count == 1)
        }
        peer.stop()
    }

    @Test func `An interim response leaves no headers behind`() throws {
        let peer = try TestPeer.http(
            answering: "HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        do {
            let response = try session().send(HTTPRequest(.get, url: peer.url))
            #expect(response.status == 200)
            #expect(response.headers.map(\.name) == ["Content-Length"])
        }
        peer.stop()
    }

    @Test func `A response of exactly the allowed length is taken and one byte more is not`() throws {
        let peer = try TestPeer.http(answering: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
        do {
            let session = try session()
            let fits = try HTTPRequest(.get, url: peer.url, maxResponseBytes: 10)
            #expect(try session.send(fits).body.count == 10)
            let tight = try HTTPRequest(.get, url: peer.url, maxResponseBytes: 9)
            #expect(throws: OutboundError.responseTooLarge(limit: 9)) { try session.send(tight) }
            #expect(try session.send(fits).body.count == 10)
        }
        peer.stop()
    }

    @Test func `An endless response is cut off at the limit`() throws {
        let peer = try TestPeer { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            // Ends by the client's closing the connection, or else far beyond the limit.
            for _ in 0..<1_000 { peer.write("1000\r\n" + String(repeating: "x", count: 4_096) + "\r\n") }
        }
        do {
            let request = try HTTPRequest(.get, url: peer.url, maxResponseBytes: 10_000)
            #expect(throws: OutboundError.responseTooLarge(limit: 10_000)) { try session().send(request) }
        }
        peer.stop()
    }

    @Test func `Endless headers are cut off`() throws {
        let peer = try TestPeer { peer in
            guard peer.readRequest() != nil else { return }
            peer.write("HTTP/1.1 200 OK\r\n")
            for number in 0..<100 { peer.write("X-\(number): " + String(repeating: "x", count: 4_096) + "\r\n") }
            peer.write("Content-Length: 0\r\n\r\n")
        }
        do {
            let request = try HTTPRequest(.get, url: peer.url, maxResponseBytes: 500)
            #expect(throws: OutboundError.responseTooLarge(limit: 500)) { try session().send(request) }
        }
        peer.stop()
    }

    @Test func `A server that says nothing ends in a timeout, which is transient`() throws {
        let peer = try TestPeer { $0.stall() }
        do {
            let request = try HTTPRequest(.get, url: peer.url, timeout: .milliseconds(50))
            #expect(throws: OutboundError.timedOut) { try session().send(request) }
        }
        peer.stop()
    }

    @Test func `A server that stops in the middle of a response ends in a timeout`() throws {
        let peer = try TestPeer { peer in
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
            peer.stall()
        }
        do {
            let request = try HTTPRequest(.get, url: peer.url, timeout: .milliseconds(50))
            #expect(throws: OutboundError.timedOut) { try session().send(request) }
        }
        peer.stop()
    }

    @Test func `A port where nobody listens is a failure to connect`() throws {
        let (socket, port) = try LoopbackPort.bind()
        defer { close(socket) }
        let request = try HTTPRequest(.get, url: "http://127.0.0.1:\(port)")
        #expect(throws: OutboundError.couldNotConnect) { try session().send(request) }
    }

    @Test func `A connection that breaks before or within the response is told apart from a response`() throws {
        for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234"] {
            let peer = try TestPeer { peer in
                guard peer.readRequest() != nil else { return }
                peer.write(answer)
            }
            do {
                let request = try HTTPRequest(.post, url: peer.url, body: [1])
                #expect(throws: OutboundError.connectionLost) { try session().send(request) }
            }
            peer.stop()
        }
    }

    @Test func `A server without TLS under an https URL is refused`() throws {
        let peer = try TestPeer { peer in
            _ = peer.read(1)
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        do {
            let request = try HTTPRequest(.get, url: "https://127.0.0.1:\(peer.port)")
            let error = #expect(throws: OutboundError.self) { try session().send(request) }
            guard case .tls = error else { throw error ?? OutboundError.refusedURL }
        }
        peer.stop()
    }

    @Test(arguments: [
        "", "127.0.0.1", "/path", "ftp://host/", "file:///etc/hostname", "smtp://host", "gopher://host", "http://",
        "http://ho st/", "http://host/\r\nX: 1", "http://host/a b", "http://host:99999/", "dict://host:11/d",
    ])
    func `A URL of another scheme or form is refused before anything is sent`(url: String) {
        #expect(throws: OutboundError.refusedURL) { try HTTPRequest(.get, url: url) }
    }

    @Test(arguments: [
        ("", "v"), ("X Y", "v"), ("X:", "v"), ("X\r\nY", "v"), ("X", "v\r\nY: 1"), ("X", "v\nY: 1"), ("X", "v\rY"),
        ("X", "v\0"), ("X", "caf\u{e9}"), ("X\u{e9}", "v"),
    ])
    func `A header that could begin another one is refused`(name: String, value: String) {
        #expect(throws: OutboundError.invalidHeader) { try Header(name, value) }
    }

    @Test func `Descriptions of a request show neither path, query, login, header nor body`() throws {
        let request = try HTTPRequest(
            .post, url: "https://login:word@hook.example/path-secret?query-secret",
            headers: [Header("X", "header-secret")], body: Array("body-secret".utf8))
        var dumped = ""
        dump(request, to: &dumped)
        #expect("\(request)" == "POST https://hook.example:443")
        for text in ["\(request)", String(reflecting: request), dumped] {
            for secret in ["secret", "login", "word"] { #expect(!text.contains(secret)) }
        }
    }

    @Test func `Sessions on several threads at once do not disturb each other`() async throws {
        let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        let peer = try TestPeer { peer in
            if peer.readRequest() != nil { peer.write(answer) }
        }
        let url = peer.url
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { try CurlSession(proxy: .none).send(HTTPRequest(.get, url: url)).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == [Int](repeating: 200, count: 8))
        peer.stop()
    }
}

@Suite struct OutboundErrorTests {
    @Test(arguments: [
        (OutboundError.couldNotConnect, true), (.timedOut, true), (.connectionLost, true), (.tls(code: 60), true),
        (.loginDenied, true), (.rejected(code: 421), true), (.rejected(code: 450), true),
        (.rejected(code: 550), false), (.other(code: 27, text: "Out of memory"), true),
        (.responseTooLarge(limit: 1), false), (.refusedURL, false), (.invalidHeader, false),
        (.invalidMail(.subject), false),
    ])
    func `An error says whether the same request may succeed later`(error: OutboundError, transient: Bool) {
        #expect(error.isTransient == transient)
    }
}
