import Dispatch
import Logging
@testable import ServiceKit
import ServiceLifecycle
import Synchronization
import Testing
import UnixSignals

@Suite struct LifecycleTests {
    struct Broken: Error, CustomStringConvertible { let description = "partition lost" }

    /// Something with a loop of its own, as seen by its adapter.
    private final class Loop: Sendable {
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let stops = Mutex<[Duration]>([])
        let failure = FailureSignal()

        func service(_ name: String) -> ThreadedService {
            ThreadedService(name, failure: failure, stopLimit: .seconds(3), start: { self.started.yield() }) { limit in
                self.stops.withLock { $0.append(limit) }
            }
        }
    }

    private struct Ending: Service, CustomStringConvertible {
        let description = "ending"
        func run() async throws {}
    }

    private struct Deaf: Service {
        let release: AsyncStream<Void>
        func run() async throws { for await _ in release { break } }
    }

    @Test func `a signal stops all components in order`() async throws {
        let (signals, signal) = AsyncStream.makeStream(of: UnixSignal.self)
        let health = Health()
        let loop = Loop()
        let log = LogSink()
        let shutdown = Shutdown(limit: .seconds(60), health: health, logger: log.logger()) { Issue.record("ended") }
        async let run: Void = shutdown.run([loop.service("loop")], signals: signals)
        for await _ in loop.starts { break }
        signal.yield(.sigterm)
        try await run
        #expect(loop.stops.withLock { $0 } == [.seconds(3)])
        #expect(await !health.report(.ready).isHealthy)
    }

    @Test func `the failure of one component stops the others, is logged and thrown`() async throws {
        let (signals, _) = AsyncStream.makeStream(of: UnixSignal.self)
        let failing = Loop()
        let other = Loop()
        let log = LogSink()
        let shutdown = Shutdown(limit: .seconds(60), health: Health(), logger: log.logger()) { Issue.record("ended") }
        let run = Task {
            try await shutdown.run([other.service("other"), failing.service("consumer")], signals: signals)
        }
        for await _ in other.starts { break }
        for await _ in failing.starts { break }
        failing.failure.report(Broken())
        await #expect(throws: Broken.self) { try await run.value }
        #expect(failing.stops.withLock { $0.count } == 1)
        #expect(other.stops.withLock { $0.count } == 1)
        let line = try #require(log.lines.first { $0.contains("Component failed") })
        #expect(line.contains(#""component":"consumer""#))
        #expect(line.contains(#""error":"partition lost""#))
    }

    @Test func `a component that cannot start is a failure`() async throws {
        let (signals, _) = AsyncStream.makeStream(of: UnixSignal.self)
        let shutdown = Shutdown(limit: .seconds(60), health: Health(), logger: LogSink().logger())
        let service = ThreadedService("consumer", failure: FailureSignal(), start: { throw Broken() }, stop: { _ in })
        await #expect(throws: Broken.self) { try await shutdown.run([service], signals: signals) }
    }

    @Test func `a component that ends by itself is a failure`() async throws {
        let (signals, _) = AsyncStream.makeStream(of: UnixSignal.self)
        let shutdown = Shutdown(limit: .seconds(60), health: Health(), logger: LogSink().logger())
        await #expect(throws: ComponentEnded.self) { try await shutdown.run([Ending()], signals: signals) }
    }

    @Test func `a second signal ends the process at once`() async throws {
        let (signals, signal) = AsyncStream.makeStream(of: UnixSignal.self)
        let (held, release) = AsyncStream.makeStream(of: Void.self)
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        let shutdown = Shutdown(limit: .seconds(60), health: Health(), logger: LogSink().logger()) { ended.yield() }
        let run = Task { try await shutdown.run([Deaf(release: held)], signals: signals) }
        signal.yield(.sigterm)
        signal.yield(.sigint)
        for await _ in ends { break }
        release.finish()
        // In a process nothing would come after the end; here the component may end before it was asked to.
        _ = await run.result
    }

    @Test func `a stop that takes too long ends the process`() async throws {
        let (signals, signal) = AsyncStream.makeStream(of: UnixSignal.self)
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        let shutdown = Shutdown(limit: .milliseconds(1), health: Health(), logger: LogSink().logger()) { ended.yield() }
        // Holds its thread, as a driver that never returns would, until the end was called.
        let held = DispatchSemaphore(value: 0)
        let stuck = ThreadedService("stuck", failure: FailureSignal(), start: {}, stop: { _ in held.wait() })
        let run = Task { try await shutdown.run([stuck], signals: signals) }
        signal.yield(.sigterm)
        for await _ in ends { break }
        held.signal()
        _ = await run.result
    }
}
