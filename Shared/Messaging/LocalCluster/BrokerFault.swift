/// How a local cluster is made to misbehave, also as one line of text, by which a process of its own is told.
public enum BrokerFault: Hashable, Sendable, LosslessStringConvertible {
    /// The next requests of a kind fail with these error codes of the Kafka protocol; -195 cuts the connection.
    case errors(MockCluster.Request, codes: [Int32])
    /// Every answer comes this much later.
    case slow(milliseconds: Int)
    /// Connections are cut and refused.
    case down
    case up
    /// Up, fast, and without failures in store.
    case healed

    public init?(_ line: String) {
        let words = line.split(separator: " ")
        switch words.first {
        case "errors":
            guard words.count > 2, let request = MockCluster.Request.allCases.first(where: { "\($0)" == words[1] })
            else { return nil }
            let codes = words.dropFirst(2).compactMap { Int32($0) }
            guard codes.count == words.count - 2 else { return nil }
            self = .errors(request, codes: codes)
        case "slow":
            guard words.count == 2, let milliseconds = Int(words[1]), (0...60_000).contains(milliseconds) else { return nil }
            self = .slow(milliseconds: milliseconds)
        case "down" where words.count == 1: self = .down
        case "up" where words.count == 1: self = .up
        case "healed" where words.count == 1: self = .healed
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .errors(let request, let codes): "errors \(request) \(codes.map { "\($0)" }.joined(separator: " "))"
        case .slow(let milliseconds): "slow \(milliseconds)"
        case .down: "down"
        case .up: "up"
        case .healed: "healed"
        }
    }
}

extension MockCluster {
    public func carryOut(_ fault: BrokerFault) throws(MessagingError) {
        switch fault {
        case .errors(let request, let codes): failNext(request, with: codes)
        case .slow(let milliseconds): try setRoundTripTime(.milliseconds(milliseconds))
        case .down: try takeDown()
        case .up: try bringUp()
        case .healed:
            for request in Request.allCases { stopFailing(request) }
            try setRoundTripTime(.zero)
            try bringUp()
        }
    }
}
