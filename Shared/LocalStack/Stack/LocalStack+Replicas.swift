import Foundation
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
        let command = commands.replica(replica)
        let process = self.process(replica) ?? ManagedProcess(command)
        parts.withLock { $0.replicas[replica] = process }
        try process.start(command)
    }

    /// Ends a replica in good order, for good.
    public func remove(_ replica: Replica) {
        parts.withLock { $0.replicas.removeValue(forKey: replica) }?.terminate(within: settings.stopLimit)
    }
}

extension ServiceCommands {
    /// As the first process of the service, but for its port and its log.
    func replica(_ replica: Replica) -> Command {
        var command = service(replica.service, port: 0)
        command.name = "\(replica)"
        command.output = .file(settings.folder.log("\(replica)"))
        command.environment["ATTUNE_PORT_FILE"] = settings.folder.root.appendingPathComponent("run/\(replica).port").path
        return command
    }
}
