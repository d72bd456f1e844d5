import LocalStack
import Messaging

/// One way in which a run of faults damages the system.
enum Fault: Hashable, Sendable {
    /// SIGKILL, and a start again.
    case kill(StackService)
    /// SIGSTOP for a while: a process that hangs, and then goes on as if nothing had been.
    case freeze(StackService)
    case workerJoins
    /// In good order.
    case workerLeaves
    case workerKilled
    /// A scoring worker hangs for longer than its session: another takes its partitions, and it comes back with a batch.
    case workerOutlived
    case brokerDown
    case brokerFrozen
    case brokerSlow(milliseconds: Int)
    case brokerErrors(MockCluster.Request, code: Int32)
    /// The broker, and everything in it, is gone; another takes its place.
    case brokerLost
    /// The server is killed and recovers from its log.
    case databaseKilled
    /// In good order: sessions are cut.
    case databaseRestarted
    /// Sessions of services are ended by the server, in whatever transaction they are.
    case connectionsCut
    /// Every insertion into a table fails as on a full disk.
    case diskFull(table: String)
    case clockStepped(StackService, seconds: Int)
    /// Events of the past are published again, in any order.
    case deliveriesRepeated(count: Int, seed: UInt64)

    /// By which the report counts.
    enum Kind: String, CaseIterable, Sendable {
        case kill, freeze, workerJoins, workerLeaves, workerKilled, workerOutlived, brokerDown, brokerFrozen, brokerSlow
        case brokerErrors, brokerLost, databaseKilled, databaseRestarted, connectionsCut, diskFull, clockStepped
        case deliveriesRepeated
    }

    var kind: Kind {
        switch self {
        case .kill: .kill
        case .freeze: .freeze
        case .workerJoins: .workerJoins
        case .workerLeaves: .workerLeaves
        case .workerKilled: .workerKilled
        case .workerOutlived: .workerOutlived
        case .brokerDown: .brokerDown
        case .brokerFrozen: .brokerFrozen
        case .brokerSlow: .brokerSlow
        case .brokerErrors: .brokerErrors
        case .brokerLost: .brokerLost
        case .databaseKilled: .databaseKilled
        case .databaseRestarted: .databaseRestarted
        case .connectionsCut: .connectionsCut
        case .diskFull: .diskFull
        case .clockStepped: .clockStepped
        case .deliveriesRepeated: .deliveriesRepeated
        }
    }
}

extension Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .kill(let service): "kill -9 \(service.executable)"
        case .freeze(let service): "freeze \(service.executable)"
        case .workerJoins: "a scoring worker joins"
        case .workerLeaves: "a scoring worker leaves"
        case .workerKilled: "kill -9 a scoring worker"
        case .workerOutlived: "a scoring worker hangs beyond its session"
        case .brokerDown: "the broker refuses connections"
        case .brokerFrozen: "the broker hangs"
        case .brokerSlow(let milliseconds): "the broker answers \(milliseconds) ms late"
        case .brokerErrors(let request, let code): "the broker fails \(request) requests with \(code)"
        case .brokerLost: "the broker is lost with everything in it"
        case .databaseKilled: "kill -9 the database server"
        case .databaseRestarted: "the database restarts"
        case .connectionsCut: "the database cuts connections"
        case .diskFull(let table): "disk full on \(table)"
        case .clockStepped(let service, let seconds): "the clock of \(service.executable) steps by \(seconds) s"
        case .deliveriesRepeated(let count, _): "\(count) deliveries again, in any order"
        }
    }
}
