import ServiceKit
import Synchronization
import Testing

@Suite struct HealthTests {
    @Test func `readiness names what is missing and does not touch liveness`() async {
        let health = Health()
        health.register(.live, "poll loop") { .healthy }
        health.register(.ready, "database") { .failing("cannot connect") }
        health.register(.ready, "partitions") { .healthy }
        let ready = await health.report(.ready)
        #expect(!ready.isHealthy)
        #expect(ready.findings.map(\.name) == ["database", "partitions"])
        #expect(ready.findings.map(\.finding) == [.failing("cannot connect"), .healthy])
        #expect(await health.report(.live).isHealthy)
    }

    @Test func `a stopping service is not ready but alive`() async {
        let health = Health()
        #expect(await health.report(.ready).isHealthy)
        health.startDraining()
        #expect(await !health.report(.ready).isHealthy)
        #expect(await health.report(.live).isHealthy)
    }

    @Test func `a check that hangs counts as failing and is not started again`() async {
        let health = Health(patience: .milliseconds(1))
        let starts = Mutex(0)
        let (blocked, release) = AsyncStream.makeStream(of: Void.self)
        health.register(.ready, "database") {
            starts.withLock { $0 += 1 }
            for await _ in blocked { break }
            return .healthy
        }
        #expect(await !health.report(.ready).isHealthy)
        #expect(await !health.report(.ready).isHealthy)
        #expect(starts.withLock { $0 } == 1)
        release.finish()
    }

    @Test func `a loop that stops beating is found`() {
        let clock = Mutex(ContinuousClock.now)
        let heartbeat = Heartbeat { clock.withLock { $0 } }
        clock.withLock { $0 += .seconds(30) }
        #expect(heartbeat.finding(limit: .seconds(30)) == .healthy)
        clock.withLock { $0 += .milliseconds(1500) }
        #expect(heartbeat.finding(limit: .seconds(30)) == .failing("no progress for 31 s"))
        heartbeat.beat()
        #expect(heartbeat.finding(limit: .seconds(30)) == .healthy)
    }
}
