import Dispatch
import Foundation
public import Logging

/// Reads a consumer group's topics on one OS thread of its own: poll, handle a batch, poll again.
///
/// Create, `start`, and later `stop`. If the loop ends by itself, `onFailure` is told once why.
public final class ConsumerLoop: Sendable {
    private let kafka: KafkaSettings
    private let settings: ConsumerSettings
    private let makeConsumer: @Sendable () throws -> any RecordConsumer
    private let onFailure: @Sendable (ConsumerFailure) -> Void
    private let log: ClientLog
    private let control = LoopControl()
    private let running = DispatchGroup()
    private let watch: StallWatch

    /// - Parameters:
    ///   - makeConsumer: called on the loop's thread; tried again while it fails transiently.
    ///   - onFailure: called once, from any thread, when the loop ends or hangs without having been
    ///     asked to stop. The process should end with a non-zero status.
    public init(
        _ kafka: KafkaSettings, _ settings: ConsumerSettings, logger: Logger,
        onFailure: @escaping @Sendable (ConsumerFailure) -> Void,
        makeConsumer: @escaping @Sendable () throws -> any RecordConsumer
    ) {
        self.kafka = kafka
        self.settings = settings
        self.makeConsumer = makeConsumer
        self.onFailure = onFailure
        var logger = logger
        logger[metadataKey: "group"] = "\(settings.group)"
        log = ClientLog(logger)
        watch = StallWatch(control, limit: settings.stallLimit)
    }

    public var status: ConsumerStatus { control.currentStatus }

    /// Starts the thread. Once only.
    public func start() {
        running.enter()
        let thread = Thread { [self] in
            live()
            watch.end()
            control.finish()
            running.leave()
        }
        thread.name = "consume"
        thread.stackSize = 4 << 20
        thread.start()
        watch.start(name: "consume-watch") { [self] in stalled() }
    }

    /// Finishes the batch at hand, leaves the group and ends the thread. Blocks for at most `limit`.
    ///
    /// - Returns: whether the thread has ended. If not, the process should end all the same: the
    ///   group takes the partitions back after the session timeout.
    @discardableResult
    @available(*, noasync, message: "blocks; await the asynchronous stop(within:)")
    public func stop(within limit: Duration) -> Bool { stopBlocking(within: limit) }

    /// As the blocking `stop`, waiting on a thread of its own.
    @discardableResult
    public func stop(within limit: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.stopBlocking(within: limit)) }
        }
    }

    private func stopBlocking(within limit: Duration) -> Bool {
        // Leaving ends a little earlier, so that its outcome is still seen.
        control.requestStop(leavingBy: .now + limit * 0.9)
        return running.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds))) == .success
    }

    /// The life of the polling thread.
    private func live() {
        do throws(ConsumerFailure) {
            guard let consumer = try prepareConsumer() else { return }
            var member: GroupMember
            do throws(MessagingError) { member = try makeMember(consumer) } catch { throw .setup(error) }
            defer { member.leave(by: control.leaveDeadline ?? .now + .seconds(5)) }
            do throws(ConsumerFailure) {
                try member.awaitTopics()
                try member.subscribe()
                while try member.run() == .securityChanged { try replace(&member, consumer) }
            } catch {
                // Before leaving, which may take its time.
                report(error)
            }
        } catch {
            report(error)
        }
    }

    private func makeMember(_ consumer: any RecordConsumer) throws(MessagingError) -> GroupMember {
        try GroupMember(kafka, settings: settings, consumer: consumer, control: control, log: log)
    }

    /// Goes on with a client that has read certificates and passwords anew. Where none can be made of them, the old one
    /// stays.
    private func replace(_ member: inout GroupMember, _ consumer: any RecordConsumer) throws(ConsumerFailure) {
        let fresh: GroupMember
        do throws(MessagingError) { fresh = try makeMember(consumer) } catch {
            return log.logger.error("certificates or passwords have changed and cannot be used; the old ones stay: \(error)")
        }
        log.logger.notice("certificates or passwords have changed; the consumer joins its group anew")
        member.leave(by: control.leaveDeadline ?? .now + .seconds(10))
        member = fresh
        try member.awaitTopics()
        try member.subscribe()
    }

    /// The consumer, or nil if asked to stop before it could be made.
    private func prepareConsumer() throws(ConsumerFailure) -> (any RecordConsumer)? {
        var backoff = Backoff(ceiling: settings.maximumRetryDelay)
        while !control.isStopping {
            control.beat()
            do {
                return try makeConsumer()
            } catch {
                guard error.isTransient else { throw .consumer("\(error)") }
                let pause = backoff.next()
                log.logger.warning("the consumer could not be prepared, trying again in \(pause): \(error)")
                waitForStop(ContinuousClock.now + pause)
            }
        }
        return nil
    }

    private func waitForStop(_ deadline: ContinuousClock.Instant) {
        while !control.isStopping, ContinuousClock.now < deadline { usleep(20_000) }
    }

    private func report(_ failure: ConsumerFailure) {
        guard control.fail(failure) else { return }
        log.logger.critical("\(failure)")
        onFailure(failure)
    }

    private func stalled() {
        report(.stalled(settings.stallLimit))
        guard settings.endsStalledProcess else { return }
        // Time for the process to end in its own way; a thread stuck in a call can hinder that.
        guard running.wait(timeout: .now() + .seconds(10)) == .timedOut else { return }
        log.logger.critical("ending the process, because its consumer thread is stuck")
        _exit(70)
    }
}
