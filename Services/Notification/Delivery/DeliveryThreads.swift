import Channels
import Dispatch
import Foundation
import Logging
import Persistence
import ServiceKit
import Synchronization

/// The threads that deliver.
final class DeliveryThreads: Sendable {
    struct Options: Sendable {
        var workers = 2
        /// How often a worker looks for what is due when nobody wakes it.
        var pollInterval = Duration.milliseconds(500)
    }

    private let database: DatabaseSettings
    private let store: DeliveryStore
    private let board: EndpointBoard
    private let sending: SendingSettings
    private let templates: MessageTemplates
    private let options: Options
    private let logger: Logger
    private let onFailure: @Sendable (any Error) -> Void
    private let bells: [DispatchSemaphore]
    private let heartbeats: [Heartbeat]
    private let isStopping = Atomic(false)
    private let isDatabaseAway = Atomic(false)
    private let hasConnected = Atomic(false)
    private let running = DispatchGroup()

    /// - Parameter onFailure: called once for each worker that cannot go on.
    init(
        database: DatabaseSettings, store: DeliveryStore, sending: SendingSettings, templates: MessageTemplates,
        options: Options = Options(), logger: Logger, onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.database = database
        self.store = store
        self.sending = sending
        self.templates = templates
        self.options = options
        self.logger = logger
        self.onFailure = onFailure
        board = EndpointBoard(
            workers: options.workers,
            report: { endpoint, circuit in NotificationMetrics.circuit(store.name(of: endpoint), circuit) })
        bells = (0..<options.workers).map { _ in DispatchSemaphore(value: 0) }
        heartbeats = (0..<options.workers).map { _ in Heartbeat() }
    }

    func start() {
        // libcurl asks this of a program that uses it without signals.
        signal(SIGPIPE, SIG_IGN)
        for index in bells.indices {
            running.enter()
            let thread = Thread { [self] in
                work(index)
                running.leave()
            }
            thread.name = "delivery-\(index)"
            thread.start()
        }
    }

    /// There is something new to deliver. May be called from any thread.
    func wake() {
        for bell in bells { bell.signal() }
    }

    /// Waits until what is under way has ended; what has not when the time is over counts as cut off,
    /// and is sent again by whoever comes next.
    func stop(within limit: Duration) {
        isStopping.store(true, ordering: .releasing)
        wake()
        _ = running.wait(timeout: .now() + .microseconds(Int(limit.microseconds)))
    }

    /// Failing if a worker has not moved for longer than any step of its work may take.
    func liveness(limit: Duration) -> HealthFinding {
        for heartbeat in heartbeats {
            if case .failing(let why) = heartbeat.finding(limit: limit) { return .failing(why) }
        }
        return .healthy
    }

    private func work(_ index: Int) {
        do {
            let worker = DeliveryWorker(store, board, try MessageSender(sending, templates), logger: logger)
            var connection: Connection?
            while !isStopping.load(ordering: .acquiring) {
                heartbeats[index].beat()
                // Rung before the look at the table: what is committed after it rings again.
                silence(index)
                let worked = try unlessDatabaseIsAway {
                    let open = try connection ?? connect()
                    connection = open
                    return try worker.deliver(on: open, persist: { try persist(index, $0) }) { mustPause(index) }
                }
                if worked != true { pause(index, for: options.pollInterval) }
            }
        } catch {
            onFailure(error)
        }
    }

    private func connect() throws -> Connection {
        let connection = try Connection(database)
        if !hasConnected.load(ordering: .relaxed) {
            try CircuitRecord(store: store).forget(on: connection)
            hasConnected.store(true, ordering: .relaxed)
        }
        return connection
    }

    private func mustPause(_ index: Int) -> Bool {
        heartbeats[index].beat()
        return isStopping.load(ordering: .acquiring)
    }

    /// Nil when the database is away for the moment; anything else that it refuses is a fault of the deployment.
    private func unlessDatabaseIsAway<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            let value = try body()
            if isDatabaseAway.exchange(false, ordering: .relaxed) { logger.info("the database is back") }
            return value
        } catch let error as DatabaseError where error.isTransient {
            // Once for each outage, not for every look.
            if !isDatabaseAway.exchange(true, ordering: .relaxed) {
                logger.warning("the database is not available, waiting", metadata: ["reason": "\(error)"])
            }
            return nil
        }
    }

    /// Runs `record` until the database has taken it. While the service stops only a few tries are left; an
    /// attempt whose result is lost then is made again.
    private func persist(_ index: Int, _ record: () throws -> Void) throws {
        var triesWhileStopping = 0
        while try unlessDatabaseIsAway(record) == nil {
            heartbeats[index].beat()
            if isStopping.load(ordering: .acquiring) {
                triesWhileStopping += 1
                if triesWhileStopping > 3 { return }
            }
            pause(index, for: options.pollInterval)
        }
    }

    private func silence(_ index: Int) {
        while bells[index].wait(timeout: .now()) == .success {}
    }

    private func pause(_ index: Int, for duration: Duration) {
        _ = bells[index].wait(timeout: .now() + .microseconds(Int(duration.microseconds)))
    }
}
