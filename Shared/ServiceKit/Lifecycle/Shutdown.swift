import Dispatch
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// How a process ends: in order if it can, in time in any case.
final class Shutdown: Sendable {
    private enum Phase {
        case running, stopping, ended
    }

    private let limit: Duration
    private let health: Health
    private let logger: Logger
    private let endNow: @Sendable () -> Void
    private let phase = Mutex(Phase.running)

    /// - Parameters:
    ///   - limit: the time for an orderly stop; a second more, and `endNow` is called.
    ///   - endNow: ends the process without further ado; a test has another.
    init(limit: Duration, health: Health, logger: Logger, endNow: @escaping @Sendable () -> Void = { _exit(1) }) {
        self.limit = limit
        self.health = health
        self.logger = logger
        self.endNow = endNow
    }

    /// Runs the components until a signal or the failure of one of them stops all.
    func run(
        _ components: [any Service], signals: some AsyncSequence<UnixSignal, Never> & Sendable
    ) async throws {
        var configuration = ServiceGroupConfiguration(
            services: components.map { component in
                let watched = WatchedComponent(component: component, shutdown: self, logger: logger)
                return .init(
                    service: watched, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: watched.description)
            }, logger: logger)
        configuration.maximumGracefulShutdownDuration = limit
        let group = ServiceGroup(configuration: configuration)
        let watch = Task { await obey(signals, group) }
        defer {
            watch.cancel()
            phase.withLock { $0 = .ended }
        }
        logger.info("Started")
        try await group.run()
        logger.info("Stopped")
    }

    private func obey(_ signals: some AsyncSequence<UnixSignal, Never>, _ group: ServiceGroup) async {
        for await signal in signals {
            guard begin() else {
                logger.warning("Told to stop again, ending at once", metadata: ["signal": "\(signal)"])
                endNow()
                return
            }
            logger.info("Stopping", metadata: ["signal": "\(signal)"])
            await group.triggerGracefulShutdown()
        }
    }

    /// From now on the service is not ready, and its time runs. The deadline stands on a thread of its
    /// own: the concurrency pool may be what is blocked. False if the stop had begun already.
    @discardableResult
    fileprivate func begin() -> Bool {
        let isFirst = phase.withLock { phase in
            guard phase == .running else { return false }
            phase = .stopping
            return true
        }
        guard isFirst else { return false }
        health.startDraining()
        let deadline = DispatchTime.now() + .nanoseconds(Int(limit.nanoseconds)) + .seconds(1)
        DispatchQueue.global().asyncAfter(deadline: deadline) { self.checkDeadline() }
        return true
    }

    private func checkDeadline() {
        guard phase.withLock({ $0 == .stopping }) else { return }
        logger.critical("The stop took too long, ending now", metadata: ["limit": "\(limit)"])
        endNow()
    }
}

/// Logs why a component ended. One that ends by itself, though nobody stopped it, has failed.
private struct WatchedComponent: Service, CustomStringConvertible {
    let component: any Service
    let shutdown: Shutdown
    let logger: Logger

    var description: String {
        (component as? any CustomStringConvertible)?.description ?? "\(type(of: component))"
    }

    func run() async throws {
        do {
            try await component.run()
            guard Task.isShuttingDownGracefully || Task.isCancelled else { throw ComponentEnded(name: description) }
        } catch {
            logger.critical(
                "Component failed, the service stops", error: error,
                metadata: [LogKey.component: "\(description)"])
            shutdown.begin()
            throw error
        }
    }
}

/// A component returned though nothing had failed and nobody had asked it to stop.
struct ComponentEnded: Error, CustomStringConvertible {
    let name: String
    var description: String { "\(name) ended by itself" }
}
