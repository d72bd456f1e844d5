import Dispatch
public import ServiceLifecycle
import Synchronization

/// Carries the failure of something with a thread of its own to the service that runs it.
public final class FailureSignal: Sendable {
    let failures: AsyncStream<any Error>
    private let continuation: AsyncStream<any Error>.Continuation

    public init() { (failures, continuation) = AsyncStream.makeStream() }

    /// Ends the service with this error; may be called from any thread.
    public func report(_ error: any Error) { continuation.yield(error) }
}

/// Runs something that has threads of its own, such as a consumer loop or the relay, as a service:
/// starts it, waits for its failure or for the end of the process, and stops it.
///
/// ```swift
/// let failure = FailureSignal()
/// let consumer = Consumer(..., onFailure: failure.report)
/// ThreadedService("consumer", failure: failure, start: consumer.start, stop: consumer.stop(within:))
/// ```
public struct ThreadedService: Service, CustomStringConvertible {
    public let description: String
    private let failure: FailureSignal
    private let stopLimit: Duration
    private let start: @Sendable () throws -> Void
    private let stop: @Sendable (Duration) -> Void

    /// - Parameters:
    ///   - stopLimit: the time `stop` is given.
    ///   - start: begins the work and returns.
    ///   - stop: ends the work and returns when it has ended, or when the time is over; may block.
    public init(
        _ name: String, failure: FailureSignal, stopLimit: Duration = .seconds(8),
        start: @escaping @Sendable () throws -> Void, stop: @escaping @Sendable (Duration) -> Void
    ) {
        description = name
        self.failure = failure
        self.stopLimit = stopLimit
        self.start = start
        self.stop = stop
    }

    public func run() async throws {
        try start()
        let firstFailure = await firstFailureOrShutdown()
        await stopOnOwnThread()
        if let firstFailure { throw firstFailure }
    }

    private func firstFailureOrShutdown() async -> (any Error)? {
        let failures = failure.failures
        return await cancelWhenGracefulShutdown {
            for await error in failures { return error }
            return nil
        }
    }

    /// Stopping blocks, and blocking a thread of the concurrency pool could block what it waits for.
    private func stopOnOwnThread() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                stop(stopLimit)
                continuation.resume()
            }
        }
    }
}
