public import Logging

/// A fixed number of threads, each with its own connection, on which closures run in the order they came.
///
/// A closure that does not get a connection within `acquireTimeout` fails with `poolExhausted` (or
/// `unreachable`, when there is no connection at all) without having run. Lost connections are made anew
/// with growing pauses, also while nobody asks.
public final class ConnectionPool: Sendable {
    private let workers: PoolWorkers
    private let acquireTimeout: Duration
    private let queueLimit: Int

    /// - Parameters:
    ///   - size: threads and connections, at least one.
    ///   - acquireTimeout: longest wait for a connection.
    ///   - queueLimit: closures that may wait at once; one more is refused at once.
    public init(
        _ settings: DatabaseSettings, size: Int, acquireTimeout: Duration = .seconds(2), queueLimit: Int = 1024,
        logger: Logger
    ) {
        precondition(size > 0, "a pool has at least one connection")
        self.acquireTimeout = acquireTimeout
        self.queueLimit = queueLimit
        workers = PoolWorkers(settings, logger: logger)
        workers.start(count: size)
    }

    deinit { workers.close() }

    /// At least one connection stands.
    public var isReachable: Bool { workers.monitor.withLock { $0.connectedWorkers > 0 } }

    /// Runs `body` on a thread of the pool and hands over what it returns or throws.
    ///
    /// A cancelled caller gets `CancellationError` if `body` has not begun; a body that has begun is finished.
    public func with<R: Sendable>(_ body: @escaping @Sendable (Connection) throws -> R) async throws -> R {
        let id = workers.monitor.withLock { $0.newID() }
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                let now = ContinuousClock.now
                workers.enqueue(
                    JobQueue.Job(
                        id: id, enqueued: now, deadline: now + acquireTimeout,
                        run: { connection in continuation.resume(with: Result { try body(connection) }) },
                        fail: { continuation.resume(throwing: $0) }),
                    limit: queueLimit)
                // The cancellation may have come before there was anything to take out of the queue.
                if Task.isCancelled { workers.cancel(id) }
            }
        } onCancel: {
            workers.cancel(id)
        }
    }

    /// Fails what still waits, lets what runs come to its end, closes the connections. Later calls of `with`
    /// fail with `shuttingDown`.
    public func shutdown() async {
        workers.close()
        _ = await workers.ended.wait()
    }
}
