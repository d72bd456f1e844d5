import Contracts
import Domain
import Persistence

/// The same figures, counted by the database from the rows that alerting and notification keep, and never from events.
struct LoopRecount {
    let kinds: [AlertKind: KindFigures]
    let events: [String: Int]

    /// What a row's time and its event's may differ by where both are taken from the clock, one after the other.
    private static let tolerance: Int64 = 1_000_000

    /// - Parameter connection: in the snapshot in which the report was read.
    init(_ scope: LoopScope, asOf time: Timestamp, on connection: Connection) throws {
        let parameters: [Parameter] = [
            .optional(scope.site?.text), .timestamp(Self.start(scope.from)), .timestamp(Self.end(scope.through)),
        ]
        var kinds: [AlertKind: KindFigures] = [:]
        for row in try connection.run(Self.selectFigures, parameters + [.timestamp(time)]) {
            kinds[try Self.kind(row)] = try KindFigures(row)
        }
        for row in try connection.run(Self.selectEndings, parameters) {
            let ending = LoopEnding(status: try row.text(1), outcome: try row.text(2))
            kinds[try Self.kind(row), default: KindFigures()].endings[ending] = Int(try row.int64(3))
        }
        var events: [String: Int] = [:]
        for row in try connection.run(Self.selectEvents, [parameters[0]]) {
            events[try row.text(0)] = Int(try row.int64(1))
        }
        self.kinds = kinds
        self.events = events
    }

    private static func kind(_ row: Row) throws -> AlertKind {
        let number = try row.int16(0)
        guard let kind = AlertKind(number: number) else { throw UnknownAlertKind(number: number) }
        return kind
    }

    private static func start(_ day: CalendarDay?) -> Timestamp {
        Timestamp(microseconds: Int64(day?.daysSinceEpoch ?? 0) * 86_400_000_000)
    }

    /// The moment behind a day; without one, far behind everything.
    private static func end(_ day: CalendarDay?) -> Timestamp {
        Timestamp(microseconds: Int64((day?.daysSinceEpoch ?? 100_000) + 1) * 86_400_000_000)
    }

    // MARK: - Comparing

    /// What differs, as lines; empty where both counts agree.
    func differences(from report: LoopReport) -> [String] {
        var lines: [String] = []
        for kind in Set(kinds.keys).union(report.kinds.keys).sorted() {
            lines += Self.differences(
                kind.rawValue, events: report.kinds[kind] ?? KindFigures(), rows: kinds[kind] ?? KindFigures())
        }
        for type in Set(events.keys).union(report.events.keys).sorted() {
            let (read, counted) = (report.events[type] ?? 0, events[type] ?? 0)
            if read != counted { lines.append("events \(type): \(read) read, \(counted) in the ledger") }
        }
        return lines
    }

    private static func differences(_ name: String, events: KindFigures, rows: KindFigures) -> [String] {
        var lines: [String] = []
        func compare(_ what: String, _ event: Int, _ row: Int) {
            if event != row { lines.append("\(name), \(what): \(event) by events, \(row) by rows") }
        }
        for figure in LoopFigure.allCases { compare(figure.rawValue, events[figure], rows[figure]) }
        for ending in Set(events.endings.keys).union(rows.endings.keys).sorted() {
            compare("\(ending.status) \(ending.outcome)", events.endings[ending] ?? 0, rows.endings[ending] ?? 0)
        }
        for what in LoopTime.allCases where !agree(events.times[what], rows.times[what], what) {
            lines.append(
                "\(name), time until \(what.rawValue): \(words(events.times[what])) by events, "
                    + "\(words(rows.times[what])) by rows"
            )
        }
        return lines
    }

    private static func agree(_ left: TimeFigures?, _ right: TimeFigures?, _ what: LoopTime) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        switch what {
        case .acknowledged, .resolved: return left == right
        case .delivered:
            return left.count == right.count && (left.median - right.median).magnitude <= tolerance
                && (left.ninetyFifth - right.ninetyFifth).magnitude <= tolerance
        }
    }

    private static func words(_ figures: TimeFigures?) -> String {
        figures.map { "n \($0.count), median \($0.median) µs, 95th percentile \($0.ninetyFifth) µs" } ?? "none"
    }

    // MARK: - Statements

    private static let scope = "($1::text is null or site = $1) and raised_at >= $2 and raised_at < $3"

    private static func microseconds(_ end: String) -> String {
        "(extract(epoch from \(end) - raised_at) * 1000000)::bigint"
    }

    private static func percentiles(_ end: String, where condition: String) -> String {
        [0.5, 0.95].map {
            "percentile_disc(\($0)) within group (order by \(microseconds(end))) filter (where \(condition))"
        }.joined(separator: ", ")
    }

    /// Of a withdrawn alert that nobody had acknowledged, the withdrawal is the answer.
    private static let answer = "coalesce(acknowledged_at, case when status = 'withdrawn' then closed_at end)"

    private static let selectFigures = Statement(
        """
        select kind, count(*), count(delivered_at), count(opened_at), count(acknowledged_at), count(reviewed_at),
            count(*) filter (where status = 'resolved'), count(*) filter (where status = 'withdrawn'),
            count(*) filter (where status = 'superseded'), count(*) filter (where escalation_level > 0),
            count(*) filter (where \(answer) > first_due_at),
            count(*) filter (where \(answer) is null and closed_at > first_due_at),
            count(*) filter (where \(answer) is null and closed_at is null and first_due_at <= $4),
            count(*) filter (where closed_at is null),
            \(percentiles("delivered_at", where: "delivered_at is not null")),
            \(percentiles("acknowledged_at", where: "acknowledged_at is not null")),
            \(percentiles("closed_at", where: "status = 'resolved'"))
        from published.alert a
        left join lateral (select min(finished_at) as delivered_at from published.delivery d
                           where d.alert_id = a.alert_id and d.status = 'delivered') told on true
        where \(scope) group by kind
        """)

    private static let selectEndings = Statement(
        """
        select kind, status, closed_as, count(*) from published.alert
        where \(scope) and closed_at is not null group by kind, status, closed_as
        """)

    private static let selectEvents = Statement(
        """
        select type, count(*) from published.event
        where category in (2, 3) and ($1::text is null or site = $1) group by type
        """)
}

extension KindFigures {
    /// A row of the statement: the counts in the order of `LoopFigure`, then two percentiles of each time.
    fileprivate init(_ row: Row) throws {
        for (place, figure) in LoopFigure.allCases.enumerated() {
            let count = Int(try row.int64(place + 1))
            if count > 0 { counts[figure] = count }
        }
        let counted: [LoopTime: LoopFigure] = [
            .delivered: .delivered, .acknowledged: .acknowledged, .resolved: .resolved,
        ]
        for (place, what) in LoopTime.allCases.enumerated() {
            let column = LoopFigure.allCases.count + 1 + place * 2
            guard let median = try row.optionalInt64(column), let last = try row.optionalInt64(column + 1) else {
                continue
            }
            times[what] = TimeFigures(count: counted[what].map { self[$0] } ?? 0, median: median, ninetyFifth: last)
        }
    }
}

/// A row has a kind that this program does not know.
struct UnknownAlertKind: Error, CustomStringConvertible {
    let number: Int16
    var description: String {
        "an alert has kind \(number), which this program does not know; use one of the same version"
    }
}
