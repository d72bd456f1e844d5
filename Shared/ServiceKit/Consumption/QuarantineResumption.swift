import Contracts
import Logging
import Messaging
import Metrics
import Persistence

/// Brings parked records back once an operator has asked for it: in their order, through the service's own handler,
/// in transactions that settle them.
///
/// While a record of the key is not settled, later ones are parked behind it, so that none overtakes; the lock of the
/// key keeps two processes from resuming it at once, and the last record from being settled while one is being parked
/// behind it. Whoever dies leaves either a settled record with its effect, or neither.
struct QuarantineResumption {
    /// Most records of one transaction.
    static let chunk = 500
    /// Most keys looked for at once.
    static let keys = 100
    /// No key or chunk is begun after this: new records wait meanwhile. What is left goes on at the next idle time.
    static let patience: Duration = .milliseconds(250)

    private let quarantine: Quarantine
    private let handler: any EventHandler
    private let logger: Logger

    init(schema: ServiceSchema, handler: any EventHandler, logger: Logger) {
        quarantine = Quarantine(schema)
        self.handler = handler
        self.logger = logger
    }

    func run(on connection: Connection) throws {
        let keys = try quarantine.keysToResume(limit: Self.keys, on: connection)
        guard !keys.isEmpty else { return }
        try quarantine.waitForBatches(on: connection)
        let end = ContinuousClock.now + Self.patience
        for key in keys {
            try resume(key, until: end, on: connection)
            guard ContinuousClock.now < end else { return }
        }
    }

    private func resume(_ key: [UInt8], until end: ContinuousClock.Instant, on connection: Connection) throws {
        var limit = Self.chunk
        repeat {
            do {
                guard try handleChunk(of: key, limit: limit, on: connection) else { return }
            } catch is HandlingFailure where limit > 1 {
                // One of them fails for a reason nobody foresaw: each on its own, so that those before it pass. The
                // first of them at once, or a long queue would come no further at any idle time.
                limit = 1
                guard try handleChunk(of: key, limit: limit, on: connection) else { return }
            }
        } while ContinuousClock.now < end
    }

    /// The front of the key and what waits behind it, up to `limit`.
    /// - Returns: whether there is more to handle.
    /// - Throws: ``HandlingFailure`` when one of several records failed unforeseen.
    private func handleChunk(of key: [UInt8], limit: Int, on connection: Connection) throws -> Bool {
        var failure: HandlingFailure?
        var failed: Int64?
        var tries = 0
        while true {
            var queue: [Quarantine.Parked] = []
            do {
                let progress = try connection.transaction { connection in
                    try attempt(key, limit, known: failed.flatMap { id in failure.map { (id, $0) } }, &queue, on: connection)
                }
                handler.didCommit()
                report(progress)
                return progress.goesOn
            } catch let fault as HandlingFailure {
                handler.willRetry()
                guard fault.isPoison || queue.count == 1 else { throw fault }
                tries += 1
                guard fault.isPoison || tries >= LedgeredConsumer.triesBeforeParking else { continue }
                // By its id: by the next attempt the queue may be another.
                (failure, failed) = (fault, queue[fault.place].id)
            } catch {
                handler.willRetry()
                throw error
            }
        }
    }

    private struct Progress {
        var released = 0
        var failed: (parked: Quarantine.Parked, code: String, reason: String)?
        var goesOn = false
    }

    private func attempt(
        _ key: [UInt8], _ limit: Int, known: (id: Int64, failure: HandlingFailure)?, _ queue: inout [Quarantine.Parked],
        on connection: Connection
    ) throws -> Progress {
        guard try quarantine.tryLock(key, on: connection) else { return Progress() }
        queue = try quarantine.queue(of: key, limit: limit, on: connection)
        // Somebody else was here first, or the front has failed again.
        guard let front = queue.first, let requestedBy = front.requestedBy else { return Progress() }
        queue = Array(queue.prefix { $0.record.state == .waiting || $0.requestedBy != nil })
        var reading = BatchReading(queue.map { ConsumedRecord($0.record) })
        if let known, let place = queue.firstIndex(where: { $0.id == known.id }) {
            reading.fail(known.failure.at(place))
        }
        // All of one key: what passes is what stands before the first that fails.
        let sorted = reading.sorted(blocked: [])
        if !sorted.events.isEmpty {
            do {
                try handler.handle(sorted.events.map(\.event), on: connection)
            } catch {
                throw HandlingFailure.classified(error, recordAt: { sorted.events[$0].place })
            }
        }
        var progress = Progress(released: sorted.events.count)
        try quarantine.release(queue.prefix(progress.released), by: requestedBy, on: connection)
        if let failed = sorted.parked.first {
            let parked = queue[progress.released]
            try quarantine.failAgain(parked, code: failed.reasonCode, reason: failed.reason, on: connection)
            progress.failed = (parked, failed.reasonCode, failed.reason)
        } else {
            progress.goesOn = try quarantine.askOn(for: key, by: requestedBy, on: connection)
        }
        return progress
    }

    private func report(_ progress: Progress) {
        if progress.released > 0 {
            Counter(label: "attune_quarantine_released_total").increment(by: progress.released)
            logger.notice("parked events have been resumed", metadata: ["events": "\(progress.released)"])
        }
        guard let failed = progress.failed else { return }
        logger.error(
            "a parked event failed again; later events of its episode wait on behind it",
            metadata: [
                "quarantine_id": "\(failed.parked.id)", "reason_code": "\(failed.code)", "reason": "\(failed.reason)",
            ])
    }
}

extension HandlingFailure {
    fileprivate func at(_ place: Int) -> HandlingFailure {
        HandlingFailure(place: place, code: code, reason: reason, isPoison: isPoison)
    }
}

extension ConsumedRecord {
    /// As it came, but for the broker's time, which nobody reads.
    fileprivate init(_ parked: Quarantine.Record) {
        self.init(
            topic: parked.partition.topic, partition: parked.partition.partition, offset: parked.offset, key: parked.key,
            headers: parked.headers.map { RecordHeader(name: $0.name, value: $0.value ?? []) }, value: parked.payload,
            timestampMilliseconds: -1)
    }
}
