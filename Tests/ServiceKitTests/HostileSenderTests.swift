import Foundation
import Hummingbird
import ServiceKit
import Synchronization
import Testing

/// Clients that send or read slowly, open more connections than there are, or send what is no HTTP. Each is met by the
/// server's own limit, which is set low; what is waited for is its effect.
@Suite struct HostileSenderTests {
    private static func routes(_ http: ServiceHTTP) {
        http.routes.post("echo") { request, _ in try await request.json().value }
        http.routes.get("large") { _, _ in
            Response(status: .ok, body: .init(byteBuffer: ByteBuffer(repeating: 0x78, count: 64 << 20)))
        }
    }

    /// How often a client tries before a limit must have taken effect; by then its time has passed many times over.
    private static let patience = 30_000

    private func ended(_ server: TestServer, _ reason: String) throws -> Double {
        try samples(server.registry.exposition())[#"attune_http_connections_ended_total{reason="\#(reason)"}"#] ?? 0
    }

    @Test func `A head that comes byte by byte ends with the connection`() async throws {
        let limits = ["ATTUNE_HTTP_IDLE_LIMIT": "200ms", "ATTUNE_HTTP_READ_LIMIT": "1h"]
        try await TestServer.run(environment: limits, routes: Self.routes) { server in
            let port = server.client.port
            let received = try await onOwnThread {
                try LoopbackSocket(port: port).trickle("GET /live HTTP/1.1\r\nHost: x\r\nX-Long: ", then: "x")
            }
            #expect(received == "", "nothing was asked, so nothing is answered")
            #expect(try await server.client.send("GET", "/live").status == 200)
        }
    }

    @Test func `A body that comes byte by byte ends with the connection, however long each pause is`() async throws {
        let limits = ["ATTUNE_HTTP_IDLE_LIMIT": "1h", "ATTUNE_HTTP_READ_LIMIT": "200ms"]
        try await TestServer.run(environment: limits, routes: Self.routes) { server in
            let port = server.client.port
            let head =
                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n\""
            let received = try await onOwnThread { try LoopbackSocket(port: port).trickle(head, then: "x") }
            #expect(received?.contains("HTTP/1.1 200") == false)
            #expect(try ended(server, "slow_sender") == 1)
        }
    }

    @Test func `A client that takes nothing of its answer loses the connection`() async throws {
        let limits = ["ATTUNE_HTTP_IDLE_LIMIT": "1h", "ATTUNE_HTTP_WRITE_LIMIT": "200ms"]
        try await TestServer.run(environment: limits, routes: Self.routes) { server in
            let socket = try LoopbackSocket(port: server.client.port)
            socket.send(Array("GET /large HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            // Others are served meanwhile.
            for _ in 0..<Self.patience {
                if try ended(server, "slow_reader") == 1 { break }
                #expect(try await server.client.send("GET", "/live").status == 200)
            }
            #expect(try ended(server, "slow_reader") == 1)
            let count = try await onOwnThread { socket.receiveAll().count }
            #expect(count < 64 << 20)
        }
    }

    @Test func `Beyond the last connection clients wait until one ends`() async throws {
        let answered = Mutex(0)
        try await TestServer.run(environment: ["ATTUNE_HTTP_CONNECTIONS": "2"]) { http in
            http.routes.get("count") { _, _ -> JSON in
                answered.withLock { $0 += 1 }
                return [:]
            }
        } _: { server in
            let port = server.client.port
            let ask = Array("GET /count HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
            let held = try await onOwnThread {
                try (0..<2).map { _ in
                    let socket = try LoopbackSocket(port: port)
                    socket.send(ask)
                    #expect(socket.receive(until: "{}").contains("200 OK"))
                    return socket
                }
            }
            // The system takes the connection; the server does not see it yet.
            let third = try LoopbackSocket(port: port)
            third.send(ask)
            try await onOwnThread {
                for _ in 0..<100 {
                    held[1].send(ask)
                    _ = held[1].receive(until: "{}")
                }
            }
            #expect(answered.withLock { $0 } == 102, "a third connection was served")
            let before = try samples(server.registry.exposition())
            #expect(before["attune_http_connections_open"] == 2)
            #expect(before["attune_http_connections_full_total"] == 1)
            try await onOwnThread {
                held[0].finishSending()
                #expect(third.receive(until: "{}").contains("200 OK"))
            }
            #expect(answered.withLock { $0 } == 103)
        }
    }

    @Test func `A head that is too large is answered 431, one that is none 400`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let start = "GET /live HTTP/1.1\r\nHost: x\r\n"
            let oversized = [
                start + "X-Long: " + String(repeating: "x", count: 17 * 1024) + "\r\n\r\n",
                start + (0..<5).map { "X-\($0): " + String(repeating: "x", count: 8 * 1024) + "\r\n" }.joined()
                    + "\r\n",
                start + (0..<120).map { "X-\($0): x\r\n" }.joined() + "\r\n",
            ]
            for head in oversized {
                let answer = try await server.client.exchange(Array(head.utf8))
                #expect(answer.status == 431)
                #expect(try answer.json()["type"] as? String == "urn:attune:problem:head-too-large")
            }
            let strange = try await server.client.exchange(Array("\u{1}\u{2} what is this\r\n\r\n".utf8))
            #expect(strange.status == 400)
            #expect(try ended(server, "bad_head") == 4)
        }
    }
}

extension LoopbackSocket {
    /// Sends the beginning, then the same byte again and again at a slow pace until the server has had enough.
    /// - Returns: what came back; nil if the server never had enough.
    func trickle(_ beginning: String, then byte: Character) -> String? {
        send(Array(beginning.utf8))
        var received: [UInt8] = []
        for _ in 0..<10_000 {
            guard let part = receive(within: 0.01) else { return String(decoding: received, as: UTF8.self) }
            received += part
            send(Array(String(byte).utf8))
        }
        return nil
    }
}
