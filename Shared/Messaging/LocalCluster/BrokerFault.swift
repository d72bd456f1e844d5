/// How a local cluster is made to misbehave, also as one line of text, by which a process of its own is told.
public enum BrokerFault: Hashable, Sendable, LosslessStringConvertible {
    /// The next requests of a kind fail with these error codes of the Kafka protocol; -195 cuts the connection.
    case errors(MockCluster.Request, codes: [Int32])
    /// Every answer comes this much later.
    case slow(milliseconds: Int)
    /// Connections are cut and refused: those of one broker, whose partitions others take over, or of all.
    case down(broker: Int32?)
    case up(broker: Int32?)
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
        case "down", "up":
            let broker = words.count == 2 ? Int32(words[1]) : nil
            guard words.count == 1 || (words.count == 2 && (broker ?? 0) > 0) else { return nil }
            self = words[0] == "down" ? .down(broker: broker) : .up(broker: broker)
        case "healed" where words.count == 1: self = .healed
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .errors(let request, let codes): "errors \(request) \(codes.map { "\($0)" }.joined(separator: " "))"
        case .slow(let milliseconds): "slow \(milliseconds)"
        case .down(let broker): "down\(broker.map { " \($0)" } ?? "")"
        case .up(let broker): "up\(broker.map { " \($0)" } ?? "")"
        case .healed: "healed"
        }
    }
}

extension MockCluster {
    public func carryOut(_ fault: BrokerFault) throws(MessagingError) {
        switch fault {
        case .errors(let request, let codes): failNext(request, with: codes)
        case .slow(let milliseconds): try setRoundTripTime(.milliseconds(milliseconds))
        case .down(let broker): try takeDown(broker: broker)
        case .up(let broker): try bringUp(broker: broker)
        case .healed:
            for request in Request.allCases { stopFailing(request) }
            try setRoundTripTime(.zero)
            try bringUp()
        }
    }
}
