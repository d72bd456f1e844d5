import Foundation
import HTTPTypes
import Hummingbird
import ServiceKit
import Synchronization
import Testing

@Suite struct HTTPTests {
    struct Leak: Error, CustomStringConvertible {
        let description = "table scoring.trajectory is missing"
    }

    private static func routes(_ http: ServiceHTTP) {
        http.routes.post("echo") { request, _ in try await request.json().value }
        http.routes.post("number") { request, _ -> JSON in
            let body = try await request.json().object(["score"])
            return ["tenths": .integer(try body["score"].scaled(decimals: 1))]
        }
        http.routes.post("large") { request, _ -> JSON in
            ["bytes": .integer(try await request.body(upTo: 4 << 20, types: ["text/csv"]).readableBytes)]
        }
        http.routes.get("things/:id") { _, context -> JSON in ["id": .text(context.parameters.get("id"))] }
        http.routes.put("things/:id") { _, _ in HTTPResponse.Status.noContent }
        http.routes.get("trace") { _, context -> JSON in ["trace": .text(context.trace)] }
        http.routes.get("fails") { _, _ -> JSON in throw Leak() }
        http.routes.get("busy") { _, _ -> JSON in throw Problem.overloaded(retryAfterSeconds: 7) }
    }

    private func expectProblem(
        _ answer: LoopbackClient.Answer, _ status: Int, _ name: String, pointer: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(answer.status == status, sourceLocation: location)
        #expect(answer.headers["content-type"] == "application/problem+json", sourceLocation: location)
        let document = try answer.json()
        #expect(document["type"] as? String == "urn:attune:problem:\(name)", sourceLocation: location)
        #expect(document["status"] as? Int == status, sourceLocation: location)
        #expect((document["title"] as? String)?.isEmpty == false, sourceLocation: location)
        let id = try #require(answer.headers["x-request-id"], sourceLocation: location)
        #expect(document["instance"] as? String == "urn:attune:request:\(id)", sourceLocation: location)
        if let pointer {
            let errors = document["errors"] as? [[String: Any]]
            #expect(errors?.first?["pointer"] as? String == pointer, sourceLocation: location)
        }
    }

    @Test func `each bad request gets its problem document`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let client = server.client
            try expectProblem(try await client.send("GET", "/nowhere"), 404, "not-found")
            let wrongMethod = try await client.send("DELETE", "/things/1")
            try expectProblem(wrongMethod, 405, "method-not-allowed")
            #expect(wrongMethod.headers["allow"] == "GET, HEAD, PUT")
            try expectProblem(try await client.post("/echo", "{\"a\":01}"), 400, "malformed-json", pointer: "/a")
            try expectProblem(try await client.post("/echo", ""), 400, "malformed-json", pointer: "")
            try expectProblem(
                try await client.post("/echo", "{}", type: "text/plain"), 415, "unsupported-media-type")
            try expectProblem(
                try await client.post("/echo", "{}", type: "application/json; charset=latin1"), 415,
                "unsupported-media-type")
            try expectProblem(
                try await client.send(
                    "POST", "/echo", headers: ["Content-Type": "application/json", "Content-Encoding": "gzip"],
                    body: "{}"), 415, "unsupported-media-type")
            try expectProblem(try await client.send("POST", "/echo", body: "{}"), 415, "unsupported-media-type")
            try expectProblem(
                try await client.post("/number", #"{"score":25.35}"#), 422, "invalid-content", pointer: "/score")
            try expectProblem(
                try await client.post("/number", #"{"score":1,"scor":2}"#), 422, "invalid-content", pointer: "/scor")
            let long = "/things/" + String(repeating: "x", count: 5000)
            try expectProblem(try await client.send("GET", long), 414, "address-too-long")
        }
    }

    @Test func `good requests are answered`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let echo = try await server.client.post("/echo", #"{ "score" : 25.30 }"#, type: "application/json; charset=UTF-8")
            #expect(echo.status == 200)
            #expect(echo.body == #"{"score":25.30}"#)
            #expect(echo.headers["cache-control"] == "no-store")
            #expect(echo.headers["x-content-type-options"] == "nosniff")
            #expect(try await server.client.post("/number", #"{"score":25.3}"#).body == #"{"tenths":253}"#)
            #expect(try await server.client.send("PUT", "/things/1").status == 204)
        }
    }

    @Test func `bytes that are not UTF-8 are refused`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            var bytes = Array(
                "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n\""
                    .utf8)
            bytes += [0xFF, UInt8(ascii: "\"")]
            let answer = try await server.client.exchange(bytes)
            try expectProblem(answer, 400, "malformed-json", pointer: "")
        }
    }

    @Test func `a body that ends too early is refused`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"a\":"
            let answer = try await server.client.exchange(Array(head.utf8), halfClose: true)
            try expectProblem(answer, 400, "truncated-body")
        }
    }

    @Test func `a body above its limit is refused, by its stated length and by what comes`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let tooLong = "\"" + String(repeating: "x", count: ServiceHTTP.defaultBodyLimit) + "\""
            try expectProblem(try await server.client.post("/echo", tooLong), 413, "body-too-large")
            let half = tooLong.prefix(700_000)
            var chunked = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            chunked += "Transfer-Encoding: chunked\r\n\r\n"
            for _ in 0..<2 { chunked += String(half.utf8.count, radix: 16) + "\r\n" + half + "\r\n" }
            chunked += "0\r\n\r\n"
            try expectProblem(try await server.client.exchange(Array(chunked.utf8)), 413, "body-too-large")
            let csv = try await server.client.post("/large", tooLong, type: "text/csv")
            #expect(csv.body == #"{"bytes":\#(tooLong.utf8.count)}"#)
        }
    }

    @Test func `a stated length above the limit is refused before the body is sent`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n"
            try expectProblem(try await server.client.exchange(Array(head.utf8)), 413, "body-too-large")
        }
    }

    @Test func `a client that asks first is told to go on`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let port = server.client.port
            let answer = try await onOwnThread { () throws -> String in
                let socket = try LoopbackSocket(port: port)
                let head = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
                socket.send(Array((head + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n").utf8))
                let first = socket.receive(until: "\r\n\r\n")
                socket.send(Array("[]".utf8))
                return first + String(decoding: socket.receiveAll(), as: UTF8.self)
            }
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n"))
            #expect(answer.contains("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n[]"))
        }
    }

    @Test func `an unexpected error shows nothing of the inside, but is logged under the request's id`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let answer = try await server.client.send("GET", "/fails", headers: ["X-Request-Id": "sender-chose-1"])
            try expectProblem(answer, 500, "internal-error")
            #expect(!answer.body.contains("trajectory"))
            #expect(answer.headers["x-request-id"] == "sender-chose-1")
            let logged = server.log.lines.filter { $0.contains("sender-chose-1") }
            #expect(logged.contains { $0.contains("table scoring.trajectory is missing") })
        }
    }

    @Test func `a busy answer says when to come again`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let answer = try await server.client.send("GET", "/busy")
            try expectProblem(answer, 503, "overloaded")
            #expect(answer.headers["retry-after"] == "7")
        }
    }

    @Test func `HEAD has the headers of GET and no body, also when there is nothing`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let get = try await server.client.send("GET", "/things/1")
            let head = try await server.client.send("HEAD", "/things/1")
            #expect(head.status == 200)
            #expect(head.headers["content-length"] == get.headers["content-length"])
            #expect(head.body == "")
            let nothing = try await server.client.send("HEAD", "/nowhere")
            #expect(nothing.status == 404)
            #expect(nothing.body == "")
        }
    }

    @Test func `requests are logged and counted by route, never by path or query`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            _ = try await server.client.send("GET", "/things/client-4711?name=secret")
            _ = try await server.client.send("GET", "/nowhere/client-4711")
            _ = try await server.client.send("PROPFIND", "/things/client-4711")
            let metrics = try await server.client.send("GET", "/metrics")
            let read = try samples(metrics.body)
            #expect(read[#"attune_http_requests_total{method="GET",route="/things/{id}",status="200"}"#] == 1)
            #expect(read[#"attune_http_requests_total{method="GET",route="none",status="404"}"#] == 1)
            #expect(read[#"attune_http_requests_total{method="OTHER",route="none",status="404"}"#] == 1)
            #expect(read[#"attune_http_request_duration_seconds_count{method="GET",route="/things/{id}"}"#] == 1)
            #expect(server.registry.namingProblems == [])
            #expect(server.log.lines.contains { $0.contains(#""route":"/things/{id}""#) })
            let everything = metrics.body + server.log.lines.joined()
            #expect(!everything.contains("4711"))
            #expect(!everything.contains("secret"))
        }
    }

    @Test func `metrics tell which checks of readiness are well`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let isThere = Mutex(false)
            server.health.register(.ready, "database") { isThere.withLock { $0 } ? .healthy : .failing("away") }
            server.health.register(.ready, "relay") { .healthy }
            server.health.register(.live, "loop") { .failing("stuck") }
            let before = try samples(await server.client.send("GET", "/metrics").body)
            #expect(before[#"attune_ready{check="database"}"#] == 0)
            #expect(before[#"attune_ready{check="relay"}"#] == 1)
            #expect(before.keys.filter { $0.hasPrefix("attune_ready") }.count == 2)
            isThere.withLock { $0 = true }
            let after = try samples(await server.client.send("GET", "/metrics").body)
            #expect(after[#"attune_ready{check="database"}"#] == 1)
        }
    }

    @Test func `a request's trace goes on in answer, log and handler; what is no trace starts a new one`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let good = try await server.client.send(
                "GET", "/trace", headers: ["traceparent": sent, "tracestate": "vendor=sentinel"])
            #expect(good.headers["attune-trace-id"] == "4bf92f3577b34da6a3ce929d0e0e4736")
            #expect(try good.json()["trace"] as? String == sent)
            #expect(good.headers["tracestate"] == nil)
            var made: Set<String> = []
            for bad in [nil, "", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "\(sent), \(sent)", "nonsense"] {
                let answer = try await server.client.send("GET", "/trace", headers: bad.map { ["traceparent": $0] } ?? [:])
                let trace = try #require(answer.headers["attune-trace-id"])
                #expect(trace.wholeMatch(of: /[0-9a-f]{32}/) != nil && trace != "4bf92f3577b34da6a3ce929d0e0e4736")
                #expect(made.insert(trace).inserted, "a new one each time")
                #expect(server.log.lines.contains { $0.contains(#""trace_id":"\#(trace)""#) })
            }
            #expect(server.log.lines.contains { $0.contains(#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736""#) })
            #expect(!server.log.lines.joined().contains("sentinel"))
            // Also where no route was found and where one fails.
            #expect(try await server.client.send("GET", "/nowhere", headers: ["traceparent": sent]).headers["attune-trace-id"] != nil)
            #expect(try await server.client.send("GET", "/fails", headers: ["traceparent": sent]).headers["attune-trace-id"] != nil)
        }
    }

    @Test func `health is answered without a token, 503 with what is missing`() async throws {
        try await TestServer.run { server in
            server.health.register(.ready, "database") { .failing("cannot connect") }
            #expect(try await server.client.send("GET", "/live").status == 200)
            let ready = try await server.client.send("GET", "/ready")
            #expect(ready.status == 503)
            let checks = try #require(try ready.json()["checks"] as? [[String: Any]])
            #expect(checks.map { $0["name"] as? String } == ["database"])
            #expect(checks.map { $0["reason"] as? String } == ["cannot connect"])
        }
    }

    @Test func `the port in use is written to the port file`() async throws {
        try await TestServer.run { server in
            let written = try String(contentsOfFile: server.portFile, encoding: .utf8)
            #expect(written == "\(server.client.port)\n")
        }
    }

    @Test func `requests beyond the limit are turned away, health is not`() async throws {
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (held, release) = AsyncStream.makeStream(of: Void.self)
        try await TestServer.run(
            environment: ["ATTUNE_HTTP_REQUESTS": "1"],
            routes: { http in
                http.routes.get("slow") { _, _ -> JSON in
                    enter.yield()
                    for await _ in held { break }
                    return [:]
                }
            }
        ) { server in
            async let slow = server.client.send("GET", "/slow")
            for await _ in entered { break }
            try expectProblem(try await server.client.send("GET", "/slow"), 503, "overloaded")
            #expect(try await server.client.send("GET", "/live").status == 200)
            release.finish()
            let answer = try await slow
            #expect(answer.status == 200)
        }
    }

    @Test func `a request under way is finished when the service stops`() async throws {
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (held, release) = AsyncStream.makeStream(of: Void.self)
        try await TestServer.run(routes: { http in
            http.routes.get("slow") { _, _ -> JSON in
                enter.yield()
                for await _ in held { break }
                return ["done": true]
            }
        }) { server in
            async let slow = server.client.send("GET", "/slow")
            for await _ in entered { break }
            await server.group.triggerGracefulShutdown()
            release.finish()
            let answer = try await slow
            #expect(answer.body == #"{"done":true}"#)
        }
    }

    @Test func `a client that sends too slowly is cut off`() async throws {
        try await TestServer.run(environment: ["ATTUNE_HTTP_READ_LIMIT": "100ms", "ATTUNE_HTTP_IDLE_LIMIT": "1h"], routes: Self.routes) { server in
            let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
            let isClosed = try await server.client.isClosed(after: Array(head.utf8))
            #expect(isClosed)
        }
    }

    @Test func `a silent connection is closed`() async throws {
        try await TestServer.run(environment: ["ATTUNE_HTTP_IDLE_LIMIT": "100ms"]) { server in
            let isClosed = try await server.client.isClosed(after: [])
            #expect(isClosed)
        }
    }

    @Test func `several requests on one connection are answered in turn`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let port = server.client.port
            let answers = try await onOwnThread { () throws -> String in
                let socket = try LoopbackSocket(port: port)
                socket.send(Array("GET /things/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
                socket.send(Array("GET /things/2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
                return String(decoding: socket.receiveAll(), as: UTF8.self)
            }
            let statuses = answers.matches(of: /HTTP\/1.1 (\d+)/).map { String($0.1) }
            #expect(statuses == ["200", "404", "200"])
            #expect(answers.hasSuffix(#"{"id":"2"}"#))
        }
    }
}
