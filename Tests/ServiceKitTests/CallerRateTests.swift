import Domain
import Foundation
import Hummingbird
import Metrics
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct CallerRateTests {
    private final class StoppedClock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(_ time: Duration) { instant.withLock { $0 += time } }
    }

    private let clock = StoppedClock()

    private func rate(perSecond: Int, burst: Int) -> CallerRate {
        CallerRate(
            perSecond: perSecond, burst: burst, factory: NOOPMetricsHandler.instance, now: { [clock] in clock.now })
    }

    /// Seconds to wait, or nil for a request that is admitted.
    private func ask(_ rate: CallerRate, _ caller: String = "gateway") -> String? {
        do throws(Problem) {
            try rate.admit(caller)
            return nil
        } catch {
            #expect(error.status == .tooManyRequests)
            return error.headers[.retryAfter]
        }
    }

    @Test func `A burst is served, then the rate, and a pause fills up again`() {
        let rate = rate(perSecond: 2, burst: 3)
        #expect((0..<4).map { _ in ask(rate) } == [nil, nil, nil, "1"])
        clock.advance(.milliseconds(500))
        #expect((0..<2).map { _ in ask(rate) } == [nil, "1"])
        clock.advance(.seconds(3600))
        #expect((0..<4).map { _ in ask(rate) } == [nil, nil, nil, "1"])
    }

    @Test func `One caller's haste is nobody else's`() {
        let rate = rate(perSecond: 1, burst: 1)
        #expect(ask(rate, "a") == nil)
        #expect(ask(rate, "a") != nil)
        #expect(ask(rate, "b") == nil)
    }

    @Test func `0 is no limit`() {
        let rate = rate(perSecond: 0, burst: 1)
        #expect((0..<1000).allSatisfy { _ in ask(rate) == nil })
    }

    @Test func `Who sent too much is not forgotten for those who come after`() {
        let rate = rate(perSecond: 1, burst: 2)
        for number in 0..<CallerRate.mostCallers - 1 { #expect(ask(rate, "caller-\(number)") == nil) }
        clock.advance(.seconds(3600))
        for _ in 0..<2 { #expect(ask(rate, "hasty") == nil) }
        for number in 0..<CallerRate.mostCallers / 2 { #expect(ask(rate, "later-\(number)") == nil) }
        #expect(ask(rate, "hasty") != nil)
    }

    @Test func `A caller that sends too many requests is answered 429, others and the platform are not`() async throws {
        let limits = ["ATTUNE_HTTP_CALLER_RATE": "1", "ATTUNE_HTTP_CALLER_BURST": "1"]
        try await TestServer.run(environment: limits) { http in
            http.authenticated(to: .seeCourse).get("mine") { _, _ -> JSON in [:] }
        } _: { server in
            func get(_ subject: String) async throws -> LoopbackClient.Answer {
                let caller = Caller(subject: subject, sites: .all, roles: [.clinician])
                let token = try await server.issuer.token(for: caller)
                return try await server.client.send("GET", "/mine", headers: ["Authorization": "Bearer \(token)"])
            }
            var refused: LoopbackClient.Answer?
            var admitted = 0
            for _ in 0..<1000 where refused == nil {
                let answer = try await get("hasty")
                if answer.status == 429 { refused = answer } else { admitted += 1 }
            }
            #expect(admitted > 0)
            let document = try #require(try refused?.json())
            #expect(document["type"] as? String == "urn:attune:problem:too-many-requests")
            #expect(refused?.headers["retry-after"] == "1")
            #expect(try await get("other").status == 200)
            #expect(try await server.client.send("GET", "/live").status == 200)
            #expect(try samples(server.registry.exposition())["attune_http_caller_rate_refused_total"] == 1)
            #expect(server.registry.namingProblems == [])
        }
    }
}
