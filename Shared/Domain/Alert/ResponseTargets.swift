/// An alert as far as the time to its answer goes.
public struct AlertResponse: Hashable, Sendable {
    public let kind: AlertKind
    public let raisedAt: Timestamp
    /// Nil while nobody has answered.
    public let answeredAt: Timestamp?

    public init(kind: AlertKind, raisedAt: Timestamp, answeredAt: Timestamp?) {
        self.kind = kind
        self.raisedAt = raisedAt
        self.answeredAt = answeredAt
    }
}

/// How soon alerts of a kind are to be answered, and how many of them. Fidelity is measured by it; what is due when
/// is the alert policy's.
public struct ResponseTarget: Hashable, Sendable {
    public let withinSeconds: Int64
    /// Share to be answered in time, in thousandths.
    public let thousandths: Int

    /// Nil where the time is not above 0 or the share is outside 1 to 1000.
    public init?(withinSeconds: Int64, thousandths: Int) {
        guard withinSeconds > 0, (1...1000).contains(thousandths) else { return nil }
        self.withinSeconds = withinSeconds
        self.thousandths = thousandths
    }
}

/// What became of the alerts of one kind.
public struct ResponseResult: Hashable, Sendable {
    public let kind: AlertKind
    public let target: ResponseTarget
    /// Answered within the target's time, of those that were answered or whose time is over.
    public let inTime: Share
    /// Unanswered and not over yet: neither in time nor late.
    public let undecided: Int

    /// Nil where nothing is decided.
    public var isMet: Bool? {
        inTime.total == 0 ? nil : inTime.count * 1000 >= target.thousandths * inTime.total
    }
}

extension Sequence<AlertResponse> {
    /// The share answered in time by kind, for the kinds with a target, gravest first.
    /// - Parameter now: what came later is not known yet.
    public func results(against targets: [AlertKind: ResponseTarget], asOf now: Timestamp) -> [ResponseResult] {
        targets.sorted { $0.key < $1.key }.map { kind, target in
            var (inTime, decided, undecided) = (0, 0, 0)
            for response in self where response.kind == kind && response.raisedAt <= now {
                let due = response.raisedAt.advanced(bySeconds: target.withinSeconds)
                if let answeredAt = response.answeredAt, answeredAt <= now {
                    decided += 1
                    if answeredAt <= due { inTime += 1 }
                } else if due < now {
                    decided += 1
                } else {
                    undecided += 1
                }
            }
            return ResponseResult(kind: kind, target: target, inTime: Share(inTime, of: decided), undecided: undecided)
        }
    }
}
