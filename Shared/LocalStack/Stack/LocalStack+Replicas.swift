public import Foundation
import Synchronization

/// A further process of a service, beside the first.
public struct Replica: Hashable, Sendable, CustomStringConvertible {
    public let service: StackService
    /// From 2.
    public let number: Int

    public var description: String { "\(service.executable)-\(number)" }
}

extension LocalStack {
    /// The replicas that were started and not stopped, whether they still live or not.
    public var replicas: [Replica] {
        parts.withLock { $0.replicas.keys.sorted { ($0.service.rawValue, $0.number) < ($1.service.rawValue, $1.number) } }
    }

    public func process(_ replica: Replica) -> ManagedProcess? { parts.withLock { $0.replicas[replica] } }

    /// Starts one more process of a service, which shares its work. Returns at once.
    @discardableResult
    public func addReplica(of service: StackService) throws -> Replica {
        let numbers = Set(replicas.filter { $0.service == service }.map(\.number))
        let replica = Replica(service: service, number: (2...).first { !numbers.contains($0) } ?? 2)
        try launch(replica)
        return replica
    }

    /// Starts a replica again, also one that lives.
    public func launch(_ replica: Replica) throws {
        process(replica)?.terminate(within: settings.stopLimit)
        try settings.folder.rotateLog("\(replica)")
        try? FileManager.default.removeItem(at: settings.folder.portFile(replica))
        let command = commands.replica(replica)
        let process = self.process(replica) ?? ManagedProcess(command)
        parts.withLock { $0.replicas[replica] = process }
        try process.start(command)
    }

    /// Ends a replica in good order, for good.
    public func remove(_ replica: Replica) {
        let process = parts.withLock { parts in
            parts.replicaPorts[replica] = nil
            return parts.replicas.removeValue(forKey: replica)
        }
        process?.terminate(within: settings.stopLimit)
    }

    /// Waits until a replica has said where it listens and answers 200 on /ready.
    public func waitUntilReady(_ replica: Replica) throws {
        guard let process = process(replica) else { throw StackError.notStarted }
        let portFile = settings.folder.portFile(replica)
        try process.waitUntilReady(within: settings.startLimit) {
            try checkInterruption()
            guard let port = Self.port(in: portFile), LoopbackHTTP.status(port: port, path: "/ready") == 200 else {
                return false
            }
            parts.withLock { $0.replicaPorts[replica] = port }
            return true
        }
    }

    /// Where a service answers: its first process and the replicas that were waited for, as a load balancer knows them.
    public func urls(of service: StackService) -> [String] {
        parts.withLock { parts in
            let replicas = parts.replicaPorts.filter { $0.key.service == service }.map(\.value)
            return ([parts.endpoints.ports[service]] + replicas).compactMap { $0.map { "http://127.0.0.1:\($0)" } }
        }
    }

    /// Starts everything from now on, `attune` too, from another folder of programs. What runs goes on.
    public func use(programs: URL) { parts.withLock { $0.programs = programs } }
}

extension ServiceCommands {
    /// As the first process of the service, but for its port and its log.
    func replica(_ replica: Replica) -> Command {
        var command = service(replica.service, port: 0)
        command.name = "\(replica)"
        command.output = .file(settings.folder.log("\(replica)"))
        command.environment["ATTUNE_PORT_FILE"] = settings.folder.portFile(replica).path
        return command
    }
}
