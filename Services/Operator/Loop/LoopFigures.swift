import Contracts
import Domain

/// What is counted of the alerts of a kind.
enum LoopFigure: String, CaseIterable {
    case raised, delivered, opened, acknowledged, reviewed, resolved, withdrawn, superseded, passedOn
    case answeredLate, fellAwayLate, stillUnanswered, open

    static let overdue: [LoopFigure] = [.answeredLate, .fellAwayLate, .stillUnanswered]
}

/// From being raised to what happened for the first time.
enum LoopTime: String, CaseIterable {
    case delivered, acknowledged, resolved
}

/// How long something took.
struct TimeFigures: Hashable {
    /// How many alerts it has happened to.
    let count: Int
    /// Microseconds, by nearest rank: the shortest time within which half, or 95 of 100, of them had happened.
    let median: Int64
    let ninetyFifth: Int64

    /// Nil for none.
    init?(_ times: [Int64]) {
        guard !times.isEmpty else { return nil }
        let ordered = times.sorted()
        func rank(_ percent: Int) -> Int64 { ordered[(ordered.count * percent + 99) / 100 - 1] }
        self.init(count: ordered.count, median: rank(50), ninetyFifth: rank(95))
    }

    init(count: Int, median: Int64, ninetyFifth: Int64) {
        self.count = count
        self.median = median
        self.ninetyFifth = ninetyFifth
    }
}

/// How an alert ended.
struct LoopEnding: Hashable, Comparable {
    /// Resolved, withdrawn or superseded.
    let status: String
    /// As the event says: what came of it, or why it fell away.
    let outcome: String

    static func < (left: Self, right: Self) -> Bool { (left.status, left.outcome) < (right.status, right.outcome) }
}

/// The figures of one kind of alert.
struct KindFigures: Hashable {
    var counts: [LoopFigure: Int] = [:]
    var endings: [LoopEnding: Int] = [:]
    var times: [LoopTime: TimeFigures] = [:]

    subscript(figure: LoopFigure) -> Int { counts[figure] ?? 0 }

    var overdue: Int { LoopFigure.overdue.reduce(0) { $0 + self[$1] } }
}

/// Counts the alerts of one kind, one after the other. It keeps three times of each, and nothing else.
struct KindTally {
    private var figures = KindFigures()
    private var times: [LoopTime: [Int64]] = [:]

    mutating func add(_ alert: FollowedAlert, asOf time: Timestamp) {
        let life = alert.life
        count(.raised)
        count(.delivered, if: alert.deliveredAt != nil)
        count(.opened, if: life.opening != nil)
        count(.acknowledged, if: life.acknowledgement != nil)
        count(.reviewed, if: life.review?.completedAt != nil)
        count(.passedOn, if: life.escalations > 0)
        count(.open, if: life.status.isOpen)
        switch alert.overdue(asOf: time) {
        case .answeredLate: count(.answeredLate)
        case .fellAwayLate: count(.fellAwayLate)
        case .stillUnanswered: count(.stillUnanswered)
        case nil: break
        }
        note(.delivered, alert.deliveredAt, since: life.raisedAt)
        note(.acknowledged, life.acknowledgement?.at, since: life.raisedAt)
        if let closing = life.closing { end(life, closing) }
    }

    private mutating func end(_ life: AlertLife, _ closing: AlertLife.Closing) {
        switch life.status {
        case .resolved:
            count(.resolved)
            note(.resolved, closing.at, since: life.raisedAt)
        case .withdrawn: count(.withdrawn)
        case .superseded: count(.superseded)
        case .raised, .opened, .acknowledged, .inReview: break
        }
        figures.endings[LoopEnding(status: life.status.rawValue, outcome: closing.outcome), default: 0] += 1
    }

    private mutating func count(_ figure: LoopFigure, if holds: Bool = true) {
        if holds { figures.counts[figure, default: 0] += 1 }
    }

    private mutating func note(_ what: LoopTime, _ time: Timestamp?, since start: Timestamp) {
        if let time { times[what, default: []].append(time.microseconds - start.microseconds) }
    }

    var result: KindFigures {
        var result = figures
        for (what, times) in times { result.times[what] = TimeFigures(times) }
        return result
    }
}
