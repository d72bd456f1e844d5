import Domain
import Foundation
import LocalStack
import Messaging
import Persistence

/// Carries out faults on a stack, and heals it.
///
/// What cannot be carried out at a moment, such as cutting connections of a database that is away, is passed over: the
/// run counts what was done.
final class FaultInjector {
    /// Most scoring workers at a time.
    private static let mostWorkers = 3

    private let stack: LocalStack
    private let hasClocks: Bool
    private(set) var injected: [Fault.Kind: Int] = [:]
    /// Services that ended by themselves, as after a fatal error of Kafka's client, and were started again.
    private(set) var restarts = 0

    init(_ stack: LocalStack) {
        self.stack = stack
        hasClocks = stack.settings.clockShim != nil
    }

    func carryOut(_ step: FaultPlan.Step) throws {
        let half = Double(step.milliseconds) / 2000
        let isOn = try begin(step.fault)
        if isOn { injected[step.fault.kind, default: 0] += 1 }
        Pause.seconds(half)
        if let companion = step.companion, try begin(companion) { injected[companion.kind, default: 0] += 1 }
        Pause.seconds(half)
        if isOn { try end(step.fault) }
        Pause.seconds(Double(step.pauseMilliseconds) / 1000)
        try startWhatEnded()
    }

    /// - Returns: whether there was anything to damage.
    private func begin(_ fault: Fault) throws -> Bool {
        switch fault {
        case .kill(let service):
            stack.kill(service)
            try stack.launch(service)
        case .freeze(let service): return stack.process(service)?.send(SIGSTOP) ?? false
        case .workerJoins:
            guard stack.replicas.count + 1 < Self.mostWorkers else { return false }
            try stack.addReplica(of: .scoring)
        case .workerLeaves:
            guard let worker = stack.replicas.last else { return false }
            stack.remove(worker)
        case .workerKilled:
            guard let worker = stack.replicas.first else { return false }
            stack.process(worker)?.kill9()
            try stack.launch(worker)
        case .workerOutlived:
            if stack.replicas.isEmpty { try stack.addReplica(of: .scoring) }
            return stack.process(.scoring)?.send(SIGSTOP) ?? false
        case .brokerDown: try stack.inject(.down(broker: nil))
        case .brokerFrozen: stack.freezeKafka(true)
        case .brokerSlow(let milliseconds): try stack.inject(.slow(milliseconds: milliseconds))
        case .brokerErrors(let request, let code):
            try stack.inject(.errors(request, codes: Array(repeating: code, count: 8)))
        case .brokerLost: try stack.restartKafka(abruptly: true)
        case .databaseKilled: stack.killDatabase()
        case .databaseRestarted: stack.stopDatabase()
        case .connectionsCut: return damage { try DatabaseFaults.cutConnections($0) }
        case .diskFull(let table): return damage { try DatabaseFaults.fillDisk(under: table, on: $0) }
        case .clockStepped(let service, let seconds):
            guard hasClocks else { return false }
            // Tokens are valid from now on: whoever checks them may be ahead, not behind.
            let isChecked = service == .ingestion || service == .alerting
            try stack.setClock(of: service, wrongBySeconds: isChecked || seconds % 2 == 0 ? seconds : -seconds)
        case .deliveriesRepeated(let count, let seed):
            return damage { [stack] in try RepeatedDeliveries(kafka: stack.endpoints.kafka, seed: seed).publish(count, on: $0) }
        }
        return true
    }

    private func end(_ fault: Fault) throws {
        switch fault {
        case .freeze(let service): stack.process(service)?.send(SIGCONT)
        case .workerOutlived: stack.process(.scoring)?.send(SIGCONT)
        case .brokerDown, .brokerSlow, .brokerErrors: try stack.inject(.healed)
        case .brokerFrozen: stack.freezeKafka(false)
        case .databaseKilled, .databaseRestarted: try stack.bringBackDatabase()
        case .diskFull(let table): while !damage({ try DatabaseFaults.emptyDisk(under: table, on: $0) }) { Pause.seconds(0.2) }
        case .clockStepped(let service, _): try stack.setClock(of: service, wrongBySeconds: 0)
        case .kill, .workerJoins, .workerLeaves, .workerKilled, .brokerLost, .connectionsCut, .deliveriesRepeated: break
        }
    }

    /// As the supervisor of a deployment would.
    func startWhatEnded() throws {
        for service in StackService.allCases where stack.process(service)?.isRunning != true {
            restarts += 1
            try stack.launch(service)
        }
        for replica in stack.replicas where stack.process(replica)?.isRunning != true {
            restarts += 1
            try stack.launch(replica)
        }
    }

    /// Whether the database let itself be damaged.
    private func damage(_ work: (Connection) throws -> Void) -> Bool {
        do {
            let connection = try Connection(
                DatabaseSettings(url: stack.endpoints.database, applicationName: DatabaseFaults.application))
            defer { connection.close() }
            try work(connection)
            return true
        } catch {
            return false
        }
    }
}
