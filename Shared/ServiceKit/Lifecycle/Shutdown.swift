import Dispatch
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// How a process ends: in order if it can, in time in any case.
struct Shutdown: Sendable {
    let limit: Duration
    let health: Health
    let logger: Logger

    func run(_ components: [any Service]) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let watched = components.map { WatchedComponent(component: $0, shutdown: self) }
        var configuration = ServiceGroupConfiguration(
            services: watched.map {
                .init(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: $0.description)
            }, logger: logger)
        configuration.maximumGracefulShutdownDuration = limit
        let group = ServiceGroup(configuration: configuration)
        let watch = Task { await obey(signals, group) }
        defer { watch.cancel() }
        logger.info("Started")
        try await group.run()
        logger.info("Stopped")
    }

    private func obey(_ signals: UnixSignalsSequence, _ group: ServiceGroup) async {
        var isStopping = false
        for await signal in signals {
            if isStopping {
                logger.warning("Second signal, ending at once", metadata: ["signal": "\(signal)"])
                _exit(1)
            }
            isStopping = true
            logger.info("Stopping", metadata: ["signal": "\(signal)"])
            begin()
            await group.triggerGracefulShutdown()
        }
    }

    /// From now on the service is not ready, and has `limit` and one second more to end. The deadline
    /// stands on a thread of its own: the pool may be what is blocked.
    func begin() {
        health.startDraining()
        let logger = self.logger
        let limit = self.limit
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(limit.nanoseconds)) + .seconds(1)) {
            logger.critical("Stop took too long, ending now", metadata: ["limit": "\(limit)"])
            _exit(1)
        }
    }
}

/// Logs why a component ended. One that ends by itself, though nobody stopped it, has failed.
private struct WatchedComponent: Service, CustomStringConvertible {
    let component: any Service
    let shutdown: Shutdown

    var description: String {
        (component as? any CustomStringConvertible)?.description ?? "\(type(of: component))"
    }

    func run() async throws {
        do {
            try await component.run()
            guard Task.isShuttingDownGracefully || Task.isCancelled else { throw ComponentEnded(name: description) }
        } catch {
            shutdown.logger.critical(
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
