import TestSupport
import Testing

@Suite struct VisitorRateTests {
    @Test func `A session that sends too many requests is told when to come again, others are served`() async throws {
        let limits = ["ATTUNE_HTTP_CALLER_RATE": "1", "ATTUNE_HTTP_CALLER_BURST": "1"]
        try await PortalServer.run(on: try TestDatabase.make(), http: limits) { server in
            let hasty = try await server.browser(.clinician, as: "c-01")
            let other = try await server.browser(.clinician, as: "c-02")
            var answer = try await hasty.get("/nowhere")
            for _ in 0..<1000 where answer.status != 429 { answer = try await hasty.get("/nowhere") }
            #expect(answer.status == 429)
            #expect(answer.header("Retry-After") == "1")
            #expect(answer.text.contains("<html"), "a page, as for every other refusal")
            #expect(try await other.get("/nowhere").status == 404)
            #expect(try await server.browser().get("/sign-in").status == 200)
        }
    }
}
