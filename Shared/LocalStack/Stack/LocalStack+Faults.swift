import Foundation
import Glibc
public import Messaging
import Synchronization

extension LocalStack {
    /// Takes the local Kafka away, with everything in it, and starts another. The new one has a new
    /// address, so the services are restarted as well.
    /// - Parameter abruptly: the services learn of it by losing their connections, before they are restarted.
    public func restartKafka(abruptly: Bool = false) throws {
        guard let kafka = parts.withLock({ $0.kafka }) else { throw StackError.notStarted }
        let others = replicas
        if abruptly { kafka.kill9() }
        for replica in others { process(replica)?.terminate(within: settings.stopLimit) }
        for service in StackService.allCases.reversed() { stop(service) }
        kafka.stop(within: settings.stopLimit)
        let address = try kafka.start(within: settings.startLimit, checkpoint: checkInterruption)
        parts.withLock { $0.endpoints.kafka = address }
        try start(StackService.allCases)
        for replica in others { try launch(replica) }
    }

    /// Takes the local database away: sessions are cut, what was committed stays.
    public func stopDatabase() {
        parts.withLock { $0.cluster }?.stop()
    }

    /// Brings the database back on the port that it had.
    public func bringBackDatabase() throws {
        guard let cluster = parts.withLock({ $0.cluster }) else { throw StackError.notStarted }
        try cluster.start(within: settings.startLimit, port: URLComponents(string: endpoints.database)?.port)
    }

    /// Kills the database server as a crash of it would; what was committed stays.
    public func killDatabase() {
        parts.withLock { $0.cluster }?.kill9()
    }

    /// Has the local Kafka misbehave, or behave again.
    public func inject(_ fault: BrokerFault) throws {
        guard let kafka = parts.withLock({ $0.kafka }) else { throw StackError.notStarted }
        try kafka.inject(fault)
    }

    /// Restarts a service with a clock that is wrong by some seconds, or right again. Needs ``StackSettings/clockShim``.
    public func setClock(of service: StackService, wrongBySeconds seconds: Int) throws {
        parts.withLock { $0.clockOffsets[service] = seconds == 0 ? nil : seconds }
        try launch(service)
    }

    /// Lets the local Kafka hang: it takes connections and answers nothing, until it is let go.
    public func freezeKafka(_ isFrozen: Bool) {
        guard let id = parts.withLock({ $0.kafka?.processID }) else { return }
        Glibc.kill(id, isFrozen ? SIGSTOP : SIGCONT)
    }
}
