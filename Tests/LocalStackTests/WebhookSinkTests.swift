import Foundation
import Outbound
import Testing

@testable import LocalStack

@Suite struct WebhookSinkTests {
    @Test func `a request is kept with headers and body, in memory and in a file`() throws {
        try withFolder { folder in
            let sink = try WebhookSink(folder: folder)
            defer { sink.stop() }
            #expect(try post("{\"alert\":1}", to: sink, ["X-Signature": "abc"]) == 204)
            let request = try #require(sink.webhooks.first)
            #expect(request.path == "/")
            #expect(request.header("x-signature") == "abc")
            #expect(String(decoding: request.body, as: UTF8.self) == "{\"alert\":1}")
            #expect(request.isVerified)
            let file = folder.appendingPathComponent("000001.http")
            #expect(try String(contentsOf: file, encoding: .utf8).hasSuffix("\r\n\r\n{\"alert\":1}"))
        }
    }

    @Test func `several requests over one connection are told apart`() throws {
        let sink = try WebhookSink()
        defer { sink.stop() }
        let session = try CurlSession(proxy: .none)
        for body in ["one", "", "three"] {
            let request = try HTTPRequest(.post, url: sink.url, body: Array(body.utf8))
            #expect(try session.send(request).status == 204)
        }
        #expect(sink.webhooks.map { String(decoding: $0.body, as: UTF8.self) } == ["one", "", "three"])
    }

    @Test func `as many requests as scripted fail with 500, and are not kept`() throws {
        let sink = try WebhookSink()
        defer { sink.stop() }
        sink.refuseNext(2)
        #expect(try (1...3).map { try post("\($0)", to: sink) } == [500, 500, 204])
        #expect(sink.webhooks.map { String(decoding: $0.body, as: UTF8.self) } == ["3"])
        #expect(sink.refused == 2)
    }

    @Test func `a request whose signature does not hold is answered 401 and not kept`() throws {
        let sink = try WebhookSink(check: { $0.header("X-Signature") == "good" })
        defer { sink.stop() }
        #expect(try post("a", to: sink, ["X-Signature": "bad"]) == 401)
        #expect(try post("b", to: sink, ["X-Signature": "good"]) == 204)
        #expect(sink.count == 1)
    }

    @Test func `a body that is too long, and another method than POST, are refused`() throws {
        let sink = try WebhookSink()
        defer { sink.stop() }
        #expect(LoopbackHTTP.status(port: sink.port, path: "/", timeout: .seconds(60)) == 405)
        let client = try LoopbackSocket.connection(to: sink.port, timeout: .seconds(60))
        defer { close(client) }
        let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(WebhookSink.bodyLimit + 1)\r\n\r\n"
        #expect(LoopbackSocket.sendAll(Array(head.utf8), to: client))
        var answer = [UInt8](repeating: 0, count: 12)
        #expect(recv(client, &answer, 12, Int32(MSG_WAITALL)) == 12)
        #expect(String(decoding: answer, as: UTF8.self) == "HTTP/1.1 413")
        #expect(sink.count == 0)
    }

    private func post(_ body: String, to sink: WebhookSink, _ headers: [String: String] = [:]) throws -> Int {
        let request = try HTTPRequest(
            .post, url: sink.url, headers: headers.map { try Header($0.key, $0.value) }, body: Array(body.utf8))
        return try CurlSession(proxy: .none).send(request).status
    }
}
