/// What one check has found.
///
/// Nothing that is merely on its way is a difference on a live system: it is pending. After a drain nothing may be on
/// its way, so that there (`isSettled`) it is one.
struct CheckResult {
    let name: CheckName
    private let isSettled: Bool
    /// Findings kept of each sort; all are counted.
    private let limit: Int
    private var kept: (differences: [String], waiting: [String], undecidable: [String]) = ([], [], [])

    /// Rows looked at, of whatever the check goes through.
    private(set) var examined = 0
    private(set) var differences = 0
    private(set) var pending = 0
    private(set) var undecidable = 0
    /// Records that wait in quarantine: a finding of its own, since it says itself why.
    private(set) var waiting = 0

    init(_ name: CheckName, isSettled: Bool = false, keeping limit: Int = 20) {
        self.name = name
        self.isSettled = isSettled
        self.limit = limit
    }

    mutating func examine(_ count: Int = 1) { examined += count }

    mutating func difference(_ words: @autoclosure () -> String) {
        differences += 1
        if kept.differences.count < limit { kept.differences.append(words()) }
    }

    /// - Parameter words: what it is once everything should have arrived.
    mutating func pending(_ count: Int = 1, _ words: @autoclosure () -> String) {
        guard count > 0 else { return }
        if isSettled { difference(words()) } else { pending += count }
    }

    /// Waits behind a record in quarantine, which is listed there, or for a time that was set: pending, also after a drain.
    mutating func held() { pending += 1 }

    mutating func undecidable(_ reason: @autoclosure () -> String) {
        undecidable += 1
        if kept.undecidable.count < limit { kept.undecidable.append("undecidable: \(reason())") }
    }

    mutating func waits(_ words: @autoclosure () -> String) {
        waiting += 1
        if kept.waiting.count < limit { kept.waiting.append("waits: \(words())") }
    }

    /// Differences first.
    var findings: [String] { kept.differences + kept.waiting + kept.undecidable }
    var isExact: Bool { differences == 0 }
}
