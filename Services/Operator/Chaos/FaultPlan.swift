import Domain
import LocalStack
import Messaging

/// The faults of a run, without end: the seed decides which comes when, how long it lasts, and what happens beside it.
///
/// Kinds come in rounds, each round in an order of its own, so that a short run has met as many of them as possible.
struct FaultPlan: Sendable {
    struct Step: Sendable {
        let fault: Fault
        /// How long it lasts, where it lasts.
        let milliseconds: Int
        /// What else happens in the middle of it.
        let companion: Fault?
        /// From its end to the next step: long enough now and then for everything to recover, mostly not.
        let pauseMilliseconds: Int
    }

    private static let tables = [
        "ledger.event", "ledger.command", "scoring.trajectory", "alerting.alert", "notification.delivery", "audit.leaf",
    ]

    private let kinds: [Fault.Kind]
    private var random: SplitMix64
    private var round: [Fault.Kind] = []

    /// - Parameter kinds: those that may come.
    init(seed: UInt64, kinds: [Fault.Kind] = Fault.Kind.allCases) {
        self.kinds = kinds
        random = SplitMix64(seed: seed)
    }

    mutating func next() -> Step {
        if round.isEmpty { round = kinds.shuffled(using: &random) }
        let fault = fault(round.removeLast())
        let hasCompanion = Int.random(in: 0..<3, using: &random) == 0
        return Step(
            fault: fault, milliseconds: milliseconds(of: fault), companion: hasCompanion ? .kill(service()) : nil,
            pauseMilliseconds: Int.random(in: 0..<4, using: &random) == 0 ? 4000 : Int.random(in: 0..<1000, using: &random))
    }

    private mutating func service() -> StackService {
        StackService.allCases.randomElement(using: &random) ?? .scoring
    }

    private mutating func fault(_ kind: Fault.Kind) -> Fault {
        switch kind {
        case .kill: .kill(service())
        case .freeze: .freeze(service())
        case .workerJoins: .workerJoins
        case .workerLeaves: .workerLeaves
        case .workerKilled: .workerKilled
        case .workerOutlived: .workerOutlived
        case .brokerDown: .brokerDown
        case .brokerFrozen: .brokerFrozen
        case .brokerSlow: .brokerSlow(milliseconds: Int.random(in: 50...800, using: &random))
        case .brokerErrors: brokerErrors()
        case .brokerLost: .brokerLost
        case .databaseKilled: .databaseKilled
        case .databaseRestarted: .databaseRestarted
        case .connectionsCut: .connectionsCut
        case .diskFull: .diskFull(table: Self.tables.randomElement(using: &random) ?? "ledger.event")
        case .clockStepped: .clockStepped(service(), seconds: Int.random(in: 60...7200, using: &random))
        case .deliveriesRepeated: .deliveriesRepeated(count: Int.random(in: 50...500, using: &random), seed: random.next())
        }
    }

    /// Error codes of the Kafka protocol.
    private mutating func brokerErrors() -> Fault {
        let choices: [(MockCluster.Request, Int32)] = [
            (.produce, 6),  // NOT_LEADER_OR_FOLLOWER
            (.produce, 7),  // REQUEST_TIMED_OUT
            (.produce, 10),  // MESSAGE_TOO_LARGE
            (.produce, 19),  // NOT_ENOUGH_REPLICAS
            (.produce, 20),  // NOT_ENOUGH_REPLICAS_AFTER_APPEND
            (.produce, -195),  // the connection is cut
            (.fetch, 6), (.fetch, -195),
            (.heartbeat, 27),  // REBALANCE_IN_PROGRESS
            (.heartbeat, 25),  // UNKNOWN_MEMBER_ID
            (.joinGroup, 15),  // COORDINATOR_NOT_AVAILABLE
            (.syncGroup, 27),
            (.offsetCommit, 27),
            (.offsetCommit, 16),  // NOT_COORDINATOR
            (.metadata, 5),  // LEADER_NOT_AVAILABLE
            (.initProducerID, 15),
        ]
        let (request, code) = choices.randomElement(using: &random) ?? (.produce, 6)
        return .brokerErrors(request, code: code)
    }

    private mutating func milliseconds(of fault: Fault) -> Int {
        switch fault {
        case .kill, .workerJoins, .workerLeaves, .workerKilled, .connectionsCut, .deliveriesRepeated: 0
        case .brokerLost, .databaseKilled, .databaseRestarted: Int.random(in: 200...3000, using: &random)
        // The session of a local stack is 6 s.
        case .workerOutlived: Int.random(in: 8000...12_000, using: &random)
        case .freeze, .brokerDown, .brokerFrozen, .brokerSlow, .brokerErrors, .diskFull, .clockStepped:
            Int.random(in: 500...9000, using: &random)
        }
    }
}
