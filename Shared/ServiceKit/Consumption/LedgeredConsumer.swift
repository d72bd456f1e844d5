public import Contracts
public import Logging
public import Messaging
public import Persistence

/// Turns each Kafka batch into one PostgreSQL transaction: position, quarantine and the service's own
/// writes together ("Never lost, never double" 4 and 6 of the design).
public final class LedgeredConsumer: RecordConsumer {
    /// Tries of a single event that fails for a reason nobody foresaw, before it is parked.
    static let triesBeforeParking = 3

    private let connection: Connection
    private let positions: ConsumerPositions
    private let quarantine: Quarantine
    private let owner: String
    private let handler: any EventHandler
    private let resumption: QuarantineResumption
    private let logger: Logger
    private var clusterID = ""
    private var epochs: [TopicPartition: Int64] = [:]

    /// - Parameter owner: unique per process; shown to operators as the holder of a partition.
    public init(
        connection: Connection, schema: ServiceSchema, owner: String, handler: any EventHandler, logger: Logger
    ) {
        self.connection = connection
        self.positions = ConsumerPositions(schema)
        self.quarantine = Quarantine(schema)
        self.owner = owner
        self.handler = handler
        self.resumption = QuarantineResumption(schema: schema, handler: handler, logger: logger)
        self.logger = logger
    }

    public func assigned(_ partitions: [TopicPartition], clusterID: String) throws -> [StartPosition] {
        self.clusterID = clusterID
        let claims = try positions.claim(partitions, clusterID: clusterID, owner: owner, on: connection)
        for claim in claims { epochs[claim.partition] = claim.epoch }
        return claims.map { claim in
            StartPosition(claim.partition, claim.nextOffset < 0 ? .beginning : .offset(claim.nextOffset))
        }
    }

    public func revoked(_ partitions: [TopicPartition]) {
        for partition in partitions { epochs[partition] = nil }
    }

    public func handle(_ batch: [ConsumedRecord]) throws -> BatchOutcome {
        var reading = BatchReading(batch)
        var tries = 0
        while true {
            do {
                let handled = try commit(reading)
                handler.didCommit()
                for failure in reading.unreadable { logParking(failure, reading) }
                logHandled(handled, reading)
                return .done
            } catch let lost as LostPartitions {
                handler.willRetry()
                return .lostPartitions(lost.partitions)
            } catch let poison as HandlingFailure where poison.isPoison {
                handler.willRetry()
                reading.fail(poison)
                logParking(poison, reading)
            } catch let fault as HandlingFailure {
                handler.willRetry()
                guard batch.count == 1 else { return try takeApart(batch) }
                tries += 1
                if tries >= Self.triesBeforeParking {
                    reading.fail(fault)
                    logParking(fault, reading)
                }
            } catch {
                handler.willRetry()
                throw error
            }
        }
    }

    public func idle() throws {
        try handler.idle(on: connection)
        try resumption.run(on: connection)
    }

    /// One of the batch's events fails for an unforeseen reason: each on its own, so that the others pass.
    private func takeApart(_ batch: [ConsumedRecord]) throws -> BatchOutcome {
        logger.warning("taking a batch apart to find the event that fails", metadata: ["records": "\(batch.count)"])
        for record in batch {
            let outcome = try handle([record])
            guard case .done = outcome else { return outcome }
        }
        return .done
    }

    /// - Returns: the events that were handled, with their places in the batch.
    private func commit(_ reading: BatchReading) throws -> [(place: Int, event: ConsumedEvent)] {
        try connection.transaction { connection in
            let lost = try positions.advance(reading.moves(epochs), clusterID: clusterID, on: connection)
            guard lost.isEmpty else { throw LostPartitions(partitions: lost) }
            let blocked = try quarantine.openKeys(among: reading.keys, on: connection)
            let sorted = reading.sorted(blocked: blocked)
            try quarantine.park(sorted.parked, clusterID: clusterID, on: connection)
            guard !sorted.events.isEmpty else { return [] }
            do {
                try handler.handle(sorted.events.map(\.event), on: connection)
            } catch {
                throw HandlingFailure.classified(error, recordAt: { sorted.events[$0].place })
            }
            return sorted.events
        }
    }

    /// A line for each event, by which its way can be followed through the logs: for looking into something, since it
    /// costs more than handling the event.
    private func logHandled(_ handled: [(place: Int, event: ConsumedEvent)], _ reading: BatchReading) {
        guard logger.logLevel <= .debug else { return }
        for (place, event) in handled {
            logger.debug("event handled", metadata: reading.fields(of: event.envelope, at: place))
        }
    }

    private func logParking(_ failure: HandlingFailure, _ reading: BatchReading) {
        var fields = reading.fields(of: reading.event(at: failure.place), at: failure.place)
        fields["reason_code"] = "\(failure.code)"
        fields["reason"] = "\(failure.reason)"
        logger.error("event parked in quarantine; later events of its episode wait behind it", metadata: fields)
    }
}

/// Another worker owns these partitions now: nothing of the batch may have an effect.
private struct LostPartitions: Error {
    let partitions: [TopicPartition]
}
