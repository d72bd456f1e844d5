import ClientText
import Domain
import Logging
import Persistence
import ServiceKit

/// The writer's connection and what it does when the database fails. Lives on the writer's thread.
struct WriterSession {
    private let settings: DatabaseSettings
    private let lane: Lane
    private let masters: MasterKeys?
    private let now: @Sendable () -> Timestamp
    private let metrics: any CommandMetrics
    private let logger: Logger
    private var connection: Connection?
    private var isDown = false

    init(
        settings: DatabaseSettings, lane: Lane, masters: MasterKeys?, now: @escaping @Sendable () -> Timestamp,
        metrics: any CommandMetrics, logger: Logger
    ) {
        self.settings = settings
        self.lane = lane
        self.masters = masters
        self.now = now
        self.metrics = metrics
        self.logger = logger
    }

    mutating func close() {
        connection?.close()
        connection = nil
    }

    /// An outcome for each command, whatever happens.
    mutating func write(_ batch: [Submission]) -> [Outcome] { write(batch[...]) }

    /// Passing faults make the whole batch unavailable. For any other fault the batch is taken apart until
    /// the command it comes from stands alone, so that one command never refuses those beside it.
    private mutating func write(_ batch: ArraySlice<Submission>) -> [Outcome] {
        do {
            return try attempt(batch)
        } catch let error as DatabaseError where error.isTransient {
            report(error)
            return batch.map { _ in .unavailable }
        } catch {
            guard batch.count > 1 else {
                logger.error("A command cannot be recorded", error: error, metadata: [LogKey.component: "writer"])
                return batch.map { _ in .failed }
            }
            let middle = batch.startIndex + batch.count / 2
            return write(batch[..<middle]) + write(batch[middle...])
        }
    }

    /// Once more at once, where the reason is likely to have gone: a connection that was lost, or another process
    /// that wrote the same thing first. Writing twice is impossible, as commands are known by their ids.
    private mutating func attempt(_ batch: ArraySlice<Submission>) throws -> [Outcome] {
        do {
            return try run(batch)
        } catch let error as DatabaseError where error.isWorthRepeating {
            logger.debug("A batch is tried again", metadata: ["reason": "\(error)"])
            return try run(batch)
        }
    }

    private mutating func run(_ batch: ArraySlice<Submission>) throws -> [Outcome] {
        let began = ContinuousClock.now
        let outcomes = try BatchTransaction.run(
            batch, lane: lane, masters: masters, now: now(), on: try usableConnection())
        metrics.committed(batch.count, in: began.duration(to: .now), lane: lane)
        if isDown { logger.info("The database is reachable again", metadata: [LogKey.component: "writer"]) }
        isDown = false
        return outcomes
    }

    private mutating func usableConnection() throws(DatabaseError) -> Connection {
        guard let connection else {
            let opened = try Connection(settings)
            connection = opened
            return opened
        }
        if !connection.isUsable { try connection.reconnect() }
        return connection
    }

    private mutating func report(_ error: DatabaseError) {
        guard !isDown else { return }
        isDown = true
        logger.warning(
            "Commands are answered 503: the database does not serve",
            metadata: [LogKey.component: "writer", "reason": "\(error)"])
    }
}

extension DatabaseError {
    fileprivate var isWorthRepeating: Bool {
        switch kind {
        case .unreachable, .adminShutdown, .readOnly, .serializationFailure, .uniqueViolation: true
        case .poolExhausted, .timedOut, .checkViolation, .integrityViolation, .permissionDenied, .shuttingDown,
            .diskFull, .outOfResources, .transactionAborted, .invalidData, .invalidResult, .other:
            false
        }
    }
}
