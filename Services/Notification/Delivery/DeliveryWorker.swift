import Channels
import Contracts
import Domain
import Logging
import Persistence
import ServiceKit

/// Takes deliveries that are due, one after another: begins the attempt, sends, records the result.
/// Used by one thread, which owns its connection and its sessions.
final class DeliveryWorker {
    private let store: DeliveryStore
    private let board: EndpointBoard
    private let sender: MessageSender
    private let circuits: CircuitRecord
    private let logger: Logger

    init(_ store: DeliveryStore, _ board: EndpointBoard, _ sender: MessageSender, logger: Logger) {
        self.store = store
        self.board = board
        self.sender = sender
        circuits = CircuitRecord(store: store)
        self.logger = logger
    }

    /// Makes the attempts that are due, each recorded together with the beginning of the next.
    ///
    /// - Parameters:
    ///   - persist: runs the recording until it succeeds, since the result is known nowhere else, or gives up; what
    ///     it throws comes out.
    ///   - mustPause: asked after each attempt; true ends the work when its result is recorded.
    /// - Returns: false if nothing was due.
    func deliver(
        on connection: Connection, persist: (() throws -> Void) throws -> Void = { try $0() },
        until mustPause: () -> Bool
    ) throws -> Bool {
        guard var attempt = try board.pick({ try store.begin(avoiding: $0, on: connection) }) else { return false }
        while let next = try deliver(attempt, on: connection, persist: persist, until: mustPause) {
            attempt = next
        }
        return true
    }

    private func deliver(
        _ attempt: DeliveryAttempt, on connection: Connection, persist: (() throws -> Void) throws -> Void,
        until mustPause: () -> Bool
    ) throws -> DeliveryAttempt? {
        let start = ContinuousClock.now
        let (outcome, wasReached) = sender.send(attempt.message)
        let change = board.finished(Endpoint(attempt.contact.address), wasReached: wasReached)
        let channel = attempt.delivery.recipient.channel
        NotificationMetrics.attempt(channel, took: ContinuousClock.now - start)
        NotificationMetrics.count(channel, outcome.word)
        var isRecorded: Bool?
        var next: DeliveryAttempt?
        let isLast = mustPause()
        try persist {
            if let change { try circuits.note(change, on: connection) }
            guard !isLast else {
                isRecorded = try store.finish(attempt, outcome, on: connection).isRecorded
                return
            }
            next = try board.pick { blocked in
                let step = try store.finish(attempt, outcome, thenBeginAvoiding: blocked, on: connection)
                isRecorded = step.isRecorded
                return step.next
            }
        }
        log(attempt, outcome, isRecorded: isRecorded)
        return next
    }

    private func log(_ attempt: DeliveryAttempt, _ outcome: AttemptOutcome, isRecorded: Bool?) {
        var fields: Logger.Metadata = [
            "delivery_id": "\(attempt.delivery.id)", "alert_id": "\(attempt.delivery.alert)",
            LogKey.site: "\(attempt.delivery.site)", "recipient": "\(attempt.delivery.recipient.id)",
            "channel": "\(attempt.delivery.recipient.channel.rawValue)", "attempt": "\(attempt.number)",
        ]
        fields[LogKey.trace] = attempt.delivery.trace.map { "\($0.traceIDText)" }
        fields["gathered"] = attempt.gathered.map { "\($0.count + 1)" }
        fields["reply"] = outcome.reply.map { "\($0)" }
        fields["reason"] = outcome.reason.map { "\($0)" }
        switch isRecorded {
        case true: break
        case false:
            return logger.warning("the attempt had been taken for cut off; its result does not count", metadata: fields)
        case nil:
            return logger.warning("the result could not be recorded; the attempt will be made again", metadata: fields)
        }
        switch outcome {
        case .delivered: logger.info("notification delivered", metadata: fields)
        case .transient where store.schedule.maxAttempts > attempt.number:
            logger.warning("notification not delivered, will be tried again", metadata: fields)
        case .transient, .permanent: logger.error("notification given up", metadata: fields)
        }
    }
}
