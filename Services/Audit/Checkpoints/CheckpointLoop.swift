import AuditLog
import Dispatch
import Domain
import Foundation
import Logging
import Messaging
import Metrics
import Persistence
import ServiceKit

/// The thread that signs and publishes checkpoints. It owns its database connection and its Kafka producer.
final class CheckpointLoop: Sendable {
    /// Kafka has this long to take the checkpoints of one turn; they are kept, and offered again in the next.
    private static let publishLimit: Duration = .seconds(5)

    let heartbeat = Heartbeat()
    private let database: DatabaseSettings
    private let kafka: KafkaSettings
    private let keys: SigningKeys
    private let folder: CheckpointFolder?
    private let interval: Duration
    private let logger: Logger
    private let onFailure: @Sendable (any Error) -> Void
    private let mustStop = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)

    /// - Parameter onFailure: told of what will not pass: a damaged log, a missing grant. The loop has then ended.
    init(
        database: DatabaseSettings, kafka: KafkaSettings, keys: SigningKeys, folder: CheckpointFolder? = nil,
        interval: Duration, logger: Logger, onFailure: @escaping @Sendable (any Error) -> Void
    ) {
        self.database = database
        self.kafka = kafka
        self.keys = keys
        self.folder = folder
        self.interval = interval
        self.logger = logger
        self.onFailure = onFailure
    }

    @Sendable func start() {
        let thread = Thread { [self] in
            live()
            hasEnded.signal()
        }
        thread.name = "checkpoints"
        thread.start()
    }

    /// Signs and publishes a last time.
    @Sendable func stop(within limit: Duration) {
        mustStop.signal()
        _ = hasEnded.wait(timeout: .now() + .nanoseconds(Self.nanoseconds(limit)))
    }

    private func live() {
        var work = CheckpointWork(
            signer: CheckpointSigner(
                keys: keys, history: folder.map { KeptHistory(folder: $0, keys: keys.verifiers) }),
            filing: folder.map { CheckpointFiling(folder: $0) }, publisher: CheckpointPublisher(origin: keys.origin),
            logger: logger)
        var connection: Connection?
        var producer: Producer?
        var isLast = false
        while true {
            heartbeat.beat()
            do {
                let session = try connection ?? Connection(database)
                connection = session
                try work.turn(at: .now, on: session) { [kafka, logger] records in
                    let client = try producer ?? Producer(kafka, logger: logger)
                    producer = client
                    try client.publish(records, deadline: Self.publishLimit)
                }
            } catch let error where error.isPassing {
                logger.warning("No checkpoint could be signed; trying again", error: error)
            } catch {
                return onFailure(error)
            }
            if isLast { break }
            isLast = mustStop.wait(timeout: .now() + .nanoseconds(Self.nanoseconds(interval))) == .success
        }
        producer?.close(deadline: .seconds(1))
    }

    private static func nanoseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
    }
}

/// One turn: sign if the tree has grown, then write to the folder and publish what waits.
struct CheckpointWork {
    let signer: CheckpointSigner
    let filing: CheckpointFiling?
    let publisher: CheckpointPublisher
    let logger: Logger
    private var isKafkaAway = false
    private var isFolderAway = false

    init(signer: CheckpointSigner, filing: CheckpointFiling? = nil, publisher: CheckpointPublisher, logger: Logger) {
        self.signer = signer
        self.filing = filing
        self.publisher = publisher
        self.logger = logger
    }

    /// Failures of Kafka and of the folder do not come out: signing goes on, and what was signed waits.
    mutating func turn(
        at now: Timestamp, on connection: Connection, publish: ([OutgoingRecord]) throws -> Void
    ) throws {
        if let signed = try signer.sign(at: now, on: connection) {
            AuditMetrics.checkpoints.increment()
            AuditMetrics.checkpointSize.record(signed.size)
            logger.info("Checkpoint signed", metadata: ["size": .stringConvertible(signed.size), "root": "\(signed.root)"])
        }
        try file(at: now, on: connection)
        do {
            _ = try publisher.publishWaiting(at: now, on: connection, publish: publish)
            isKafkaAway = false
        } catch let error as MessagingError {
            AuditMetrics.publishFailures.increment()
            // Once per outage; the counter tells the rest.
            if !isKafkaAway { logger.warning("Checkpoints wait for Kafka", error: error) }
            isKafkaAway = true
        }
    }

    private mutating func file(at now: Timestamp, on connection: Connection) throws {
        do {
            _ = try filing?.fileWaiting(at: now, on: connection)
            isFolderAway = false
        } catch let error as KeptFileError {
            AuditMetrics.fileFailures.increment()
            if !isFolderAway { logger.warning("Checkpoints wait for their folder", error: error) }
            isFolderAway = true
        }
    }
}

extension Error {
    /// The same may succeed later.
    fileprivate var isPassing: Bool { (self as? any RetryableFailure)?.isTransient ?? false }
}
