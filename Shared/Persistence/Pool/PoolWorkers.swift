import Logging
import Metrics

/// The threads behind a pool. They hold on to this object and not to the pool, so that a pool that is let go ends them.
final class PoolWorkers: Sendable {
    /// The conditions of the monitor: there is work; the timekeeper has to look again; a pause is over. A worker
    /// between two attempts to connect has its own, lest it swallow the signal that was meant for an idle one.
    private enum Condition { static let work = 0, deadline = 1, pause = 2 }

    let monitor = Monitor(JobQueue(), conditions: 3)
    let ended = Completion()
    private let settings: DatabaseSettings
    private let logger: Logger
    private let waitTime = Metrics.Timer(label: "attune_database_pool_wait")
    private let refused = Counter(label: "attune_database_pool_refused")
    /// Counted up and down, since a process has several pools.
    private let connected = Meter(label: "attune_database_pool_connections")

    init(_ settings: DatabaseSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    func start(count: Int) {
        monitor.withLock { $0.runningWorkers = count }
        for _ in 0..<count { startThread { self.work() } }
        startThread { self.keepTime() }
    }

    func enqueue(_ job: JobQueue.Job, limit: Int) {
        let (refusal, mustWait) = monitor.withLock { queue in
            (queue.add(job, limit: limit), queue.idleWorkers < queue.count)
        }
        switch refusal {
        case nil:
            monitor.signal(Condition.work)
            if mustWait { monitor.signal(Condition.deadline) }
        case .full:
            refused.increment()
            job.fail(DatabaseError(.poolExhausted, "too many requests wait for a database connection"))
        case .shutDown: job.fail(Self.shutDownError)
        }
    }

    func cancel(_ id: UInt64) {
        let job = monitor.withLock { $0.take(id: id) }
        job?.fail(CancellationError())
    }

    func close() {
        let abandoned = monitor.withLock { queue in
            queue.isShutDown = true
            return queue.takeAll()
        }
        monitor.broadcast()
        for job in abandoned { job.fail(Self.shutDownError) }
    }

    private static var shutDownError: DatabaseError { DatabaseError(.shuttingDown, "the connection pool is shut down") }
}

extension PoolWorkers {
    private enum Wake { case work, idle, shutDown }

    private func work() {
        var connection: Connection?
        while true {
            guard let usable = connected(connection) else {
                // Lost before, and not counted since.
                connection?.close()
                connection = nil
                break
            }
            connection = usable
            switch awaitWork() {
            case .shutDown: break
            case .idle: continue
            case .work:
                // It may have been lost while it stood idle: look before a job is taken, not after it has failed.
                guard usable.isUsable else { continue }
                if let job = monitor.withLock({ $0.takeFirst() }) { run(job, on: usable) }
                continue
            }
            break
        }
        if let connection {
            leave()
            connection.close()
        }
        let isLast = monitor.withLock { queue in
            queue.runningWorkers -= 1
            return queue.runningWorkers == 0
        }
        if isLast { ended.finish() }
    }

    private func run(_ job: JobQueue.Job, on connection: Connection) {
        waitTime.recordNanoseconds((ContinuousClock.now - job.enqueued).nanoseconds)
        job.run(connection)
        if connection.endStrayTransaction() { logger.error("a database job left its transaction open; it was undone") }
    }

    /// Waits a second at most, so that a connection lost while idle is noticed.
    private func awaitWork() -> Wake {
        let limit = ContinuousClock.now + .seconds(1)
        monitor.withLock { $0.idleWorkers += 1 }
        defer { monitor.withLock { $0.idleWorkers -= 1 } }
        return monitor.wait(on: Condition.work, until: { _ in limit }) { queue in
            if queue.isShutDown { return .shutDown }
            return queue.count > 0 ? .work : nil
        } ?? .idle
    }

    /// The connection if it is alive, otherwise a new one, tried with growing pauses; nil at shutdown.
    private func connected(_ present: Connection?) -> Connection? {
        if let present, present.isUsable { return present }
        if present != nil { leave() }
        var pause = Duration.milliseconds(50)
        while true {
            // Whoever waits must now count on its time running out, or on another worker.
            monitor.signal(Condition.work)
            monitor.signal(Condition.deadline)
            do {
                let connection = try reopened(present)
                enter()
                return connection
            } catch {
                report(error)
            }
            let until = ContinuousClock.now + pause
            let isShutDown = monitor.wait(on: Condition.pause, until: { _ in until }) { $0.isShutDown ? true : nil }
            if isShutDown == true { return nil }
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func reopened(_ present: Connection?) throws(DatabaseError) -> Connection {
        guard let present else { return try Connection(settings) }
        try present.reconnect()
        return present
    }

    private func enter() {
        let wasDown = monitor.withLock { queue in
            queue.connectedWorkers += 1
            defer { queue.lastConnectFailure = nil }
            return queue.lastConnectFailure != nil
        }
        connected.increment()
        if wasDown { logger.info("the database is reachable again") }
    }

    private func leave() {
        monitor.withLock { $0.connectedWorkers -= 1 }
        connected.decrement()
    }

    private func report(_ error: DatabaseError) {
        let isNews = monitor.withLock { queue in
            defer { queue.lastConnectFailure = error }
            return queue.lastConnectFailure == nil
        }
        if isNews { logger.warning("no connection to the database", metadata: ["reason": "\(error)"]) }
    }
}

extension PoolWorkers {
    /// Fails jobs whose time is up. A thread of its own, because all workers may be busy or without connection.
    private func keepTime() {
        while true {
            let isShutDown = monitor.wait(on: Condition.deadline, until: \.earliestDeadline) {
                $0.isShutDown ? true : nil
            }
            if isShutDown == true { return }
            let (expired, error) = monitor.withLock { queue in
                (queue.takeExpired(at: .now), Self.timeoutError(queue))
            }
            refused.increment(by: expired.count)
            for job in expired { job.fail(error) }
        }
    }

    private static func timeoutError(_ queue: JobQueue) -> DatabaseError {
        guard queue.connectedWorkers == 0 else {
            return DatabaseError(.poolExhausted, "no database connection became free in time")
        }
        return DatabaseError(.unreachable, queue.lastConnectFailure?.summary ?? "no connection to the database yet")
    }
}

extension Duration {
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
