/// Which broker of a local cluster leads which partition and coordinates which group: each in turn, and what a lost one had
/// goes to those that are left. Of a single broker nothing is said: the mock cluster takes a tenth of a second for each word.
struct BrokerLeadership {
    enum Led: Hashable {
        case partition(topic: String, number: Int32)
        case group(String)
    }

    struct Move: Equatable {
        let what: Led
        let leader: Int32
    }

    private let brokers: [Int32]
    private var lost: Set<Int32> = []
    private var leaders: [Led: Int32] = [:]
    private var turn = 0

    /// - Parameter brokers: how many, numbered from 1.
    init(brokers: Int) {
        self.brokers = (1...Int32(max(1, brokers))).map { $0 }
    }

    mutating func place(topic: String, partitions: Int) -> [Move] {
        (0..<Int32(partitions)).compactMap { lead(.partition(topic: topic, number: $0)) }
    }

    mutating func place(group: String) -> [Move] { lead(.group(group)).map { [$0] } ?? [] }

    /// - Returns: what others lead from now on; nothing where no broker is left.
    mutating func lose(_ broker: Int32) -> [Move] {
        lost.insert(broker)
        return leaders.filter { $0.value == broker }.keys.compactMap { lead($0) }
    }

    mutating func regain(_ broker: Int32?) {
        if let broker { lost.remove(broker) } else { lost = [] }
    }

    private mutating func lead(_ what: Led) -> Move? {
        let left = brokers.filter { !lost.contains($0) }
        guard brokers.count > 1, !left.isEmpty else { return nil }
        let leader = left[turn % left.count]
        turn += 1
        leaders[what] = leader
        return Move(what: what, leader: leader)
    }
}
