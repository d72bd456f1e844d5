public import ClientText
import Dispatch
public import Domain
public import Logging
public import Persistence
public import ServiceKit
import Synchronization

/// The one way into the ledger: gathers the commands of many requests into few transactions.
///
/// One thread with a connection of its own for each lane. While one batch is being committed the next one
/// gathers; where requests come in parallel a batch also waits a moment for as many commands as the last one
/// had, so that a lone sender never waits and a crowd shares its commits.
///
/// Any program may have one, under a role that has the grants (`attune_ingestion`, `attune_intake`): commands are known
/// by their ids in the database, and the streams they touch are locked there.
public final class CommandWriter: Sendable {
    public struct Options: Sendable {
        /// Most commands of one transaction.
        public var batchSize: Int
        /// Longest wait for a batch to fill.
        public var linger: Duration
        /// Most commands that may wait.
        public var queueLimit: Int
        /// How fast commands are decided at most, where what others record must not wait for these; nil: as they come.
        public var pace: BackfillPace?
        /// To seal clients' words with; without them a rating with a comment is refused.
        public var masters: MasterKeys?

        /// - Parameters:
        ///   - batchSize: 1 and up.
        ///   - queueLimit: 1 and up; further commands are ``Outcome/unavailable``.
        public init(
            batchSize: Int = 500, linger: Duration = .milliseconds(3), queueLimit: Int = 5000,
            pace: BackfillPace? = nil, masters: MasterKeys? = nil
        ) {
            self.batchSize = batchSize
            self.linger = linger
            self.queueLimit = queueLimit
            self.pace = pace
            self.masters = masters
        }
    }

    /// Beats once a turn of the thread.
    public let heartbeat = Heartbeat()
    private let settings: DatabaseSettings
    public let lane: Lane
    private let options: Options
    private let now: @Sendable () -> Timestamp
    private let metrics: any CommandMetrics
    private let logger: Logger
    private let queue: CommandQueue
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - settings: of a connection of its own, opened when the first command comes.
    ///   - now: when events are recorded; also decides which days are in the future.
    public init(
        _ settings: DatabaseSettings, lane: Lane, options: Options = Options(),
        metrics: any CommandMetrics = UncountedCommands(), logger: Logger, now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.settings = settings
        self.lane = lane
        self.options = options
        self.metrics = metrics
        self.logger = logger
        self.now = now
        queue = CommandQueue(limit: options.queueLimit)
    }

    /// Has the commands decided in order, and returns when all are decided and, where accepted, committed.
    ///
    /// - Parameter submissions: at most as many as one batch takes; they are decided in one transaction.
    /// - Returns: an outcome for each.
    public func submit(_ submissions: [Submission]) async -> [Outcome] {
        guard !submissions.isEmpty else { return [] }
        let outcomes = await withCheckedContinuation { continuation in
            let unit = CommandQueue.Unit(submissions: submissions) { continuation.resume(returning: $0) }
            if !queue.add(unit) { unit.answer(submissions.map { _ in .unavailable }) }
        }
        metrics.decided(outcomes, of: submissions, in: lane)
        return outcomes
    }

    /// Starts the thread. It needs no database to start.
    public func start() {
        // A serial queue of its own has a thread for as long as its block runs.
        DispatchQueue(label: "attune.writer.\(lane)", qos: .userInitiated).async { self.work() }
    }

    /// Writes what waits, takes nothing more, and ends; returns when that has come about or the time is over.
    public func stop(within limit: Duration) {
        queue.close()
        _ = ended.wait(timeout: .now() + .nanoseconds(Int(limit.components.seconds) * 1_000_000_000))
    }

    private func work() {
        var session = WriterSession(
            settings: settings, lane: lane, masters: options.masters, now: now, metrics: metrics, logger: logger)
        var lastCount = 1
        var pace = options.pace
        let size = min(options.batchSize, pace?.step ?? .max)
        while true {
            if let pace { queue.rest(until: pace.restsUntil) }
            heartbeat.beat()
            let units = queue.take(
                upTo: size, target: lastCount, linger: options.linger, patience: .seconds(1))
            guard !units.isEmpty else {
                if queue.isClosed { break }
                continue
            }
            lastCount = write(units, in: &session)
            pace?.took(lastCount)
        }
        session.close()
        ended.signal()
    }

    /// Decides the units together and answers each. Returns the number of commands.
    private func write(_ units: [CommandQueue.Unit], in session: inout WriterSession) -> Int {
        let batch = units.flatMap(\.submissions)
        let outcomes = session.write(batch)
        var start = 0
        for unit in units {
            let end = start + unit.submissions.count
            unit.answer(Array(outcomes[start..<end]))
            start = end
        }
        // Nobody waits in line for a database that is not there.
        if outcomes.allSatisfy({ $0 == .unavailable }) {
            for unit in queue.takeAll() { unit.answer(unit.submissions.map { _ in .unavailable }) }
        }
        return batch.count
    }
}

extension CommandWriter {
    /// The writer as a part of the process: stopped behind what sends to it.
    public var service: ThreadedService {
        ThreadedService("writer of \(lane)", failure: FailureSignal(), start: start, stop: stop(within:))
    }

    /// For the liveness check: whether the thread still turns.
    public var liveness: HealthFinding { heartbeat.finding(limit: Self.longestTurn) }

    /// Longer than a batch can take while each of its statements runs into its time limit.
    private static let longestTurn = Duration.seconds(180)
}
