import AuditLog
import Domain
import Persistence

/// The figures as plots with tables beside them.
struct OperationsView {
    let figures: OperationsFigures
    let state: OperationsState
    let words: Words

    var values: [String: Any] {
        let parked = state.parked.reduce(Int64(0)) { $0 + $1.count }
        var values: [String: Any] = [
            "at": Instant(state.now, words).values,
            "samples": words("operations.samples", count: figures.samples.count),
            "lanes": figures.lanes.map(lane), "groups": figures.groups.map(group), "hasGroups": !figures.groups.isEmpty,
            "parked": words("operations.quarantine.count", count: Int(parked)), "hasParked": parked > 0,
            "reasons": state.parked.map(reason), "hasCircuits": !state.circuits.isEmpty,
            "circuits": state.circuits.map(circuit), "hasRounds": !state.rounds.isEmpty,
            "rounds": state.rounds.map(round),
            "plots": plots, "unpublished": words("operations.checkpoints.unpublished", count: state.unpublished),
        ]
        if let since = figures.samples.first { values["since"] = Instant(since.at, words).values }
        if let unsigned = figures.newest?.unsignedLeaves {
            values["unsigned"] = words("audit.log.unsigned", count: Int(unsigned))
        }
        if let newest = state.checkpoints.first {
            values["checkpoint"] =
                [
                    "size": words.integer(newest.size), "at": Instant(newest.signedAt, words).values,
                    "age": words.age(of: newest.signedAt, at: state.now),
                ] as [String: Any]
        }
        return values
    }

    private func name(_ lane: Lane) -> String {
        words[lane.backfill ? "operations.lane.backfill" : "audit.part.\(lane.category.part)"]
    }

    private func lane(_ lane: OperationsFigures.LaneFigures) -> [String: Any] {
        [
            "name": name(lane.lane), "code": "\(lane.lane)",
            "waiting": (lane.waiting >= OperationsSample.mostCounted ? "≥ " : "") + words.integer(Int(lane.waiting)),
            "perMinute": lane.perMinute.map(words.integer) ?? words["operations.notYet"], "drain": drain(lane),
            "isStill": lane.waiting > 0 && lane.secondsToDrain == nil && lane.perMinute != nil,
            "owner": lane.owner ?? words["operations.lane.nobody"],
        ]
    }

    private func drain(_ lane: OperationsFigures.LaneFigures) -> String {
        if let seconds = lane.secondsToDrain { return duration(seconds) }
        return words[lane.perMinute == nil ? "operations.notYet" : "operations.lane.still"]
    }

    private func group(_ group: OperationsFigures.GroupFigures) -> [String: Any] {
        [
            "group": group.group, "topic": group.topic, "partitions": words.integer(group.partitions),
            "handled": words.integer(Int(group.handled)),
            "perMinute": group.perMinute.map(words.integer) ?? words["operations.notYet"],
            "moved": words.age(of: group.movedAt, at: state.now),
            "waiting": group.waiting.map { words.integer(Int($0)) } ?? words["operations.unknown"], "drain": drain(group),
            "isStill": (group.waiting ?? 0) > 0 && group.secondsToDrain == nil && group.perMinute != nil,
        ]
    }

    private func drain(_ group: OperationsFigures.GroupFigures) -> String {
        guard group.waiting != nil else { return words["operations.unknown"] }
        if let seconds = group.secondsToDrain { return duration(seconds) }
        return words[group.perMinute == nil ? "operations.notYet" : "operations.lane.still"]
    }

    /// Until nothing waits: of long times the minutes or hours are enough.
    private func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: words("operations.seconds", count: seconds)
        case ..<7200: words("operations.minutes", count: seconds / 60)
        default: words("operations.hours", count: seconds / 3600)
        }
    }

    private func reason(_ parked: OperationsState.Parked) -> [String: Any] {
        [
            "group": parked.group, "reason": parked.reason, "count": words.integer(Int(parked.count)),
            "oldest": Instant(parked.oldest, words).values, "age": words.age(of: parked.oldest, at: state.now),
        ]
    }

    private func circuit(_ circuit: OperationsState.Circuit) -> [String: Any] {
        [
            "endpoint": circuit.endpoint, "since": Instant(circuit.since, words).values,
            "failures": words.integer(Int(circuit.failures)),
        ]
    }

    private func round(_ round: OperationsState.Round) -> [String: Any] {
        [
            "site": round.site, "day": words.day(round.day), "isFinished": round.isFinished,
            "looked": words.integer(Int(round.looked)), "raised": words.integer(Int(round.raised)),
        ]
    }

    /// For each lane that has anything to show, what waits and what comes in; and the time between checkpoints.
    private var plots: [String] {
        let lanes = figures.lanes.map(\.lane).flatMap { lane -> [String] in
            let series = [
                ("operations.plot.waiting", figures.waiting(in: lane)),
                ("operations.plot.perMinute", figures.throughput(of: lane)),
            ]
            return series.map { key, points in
                TimeSeriesPlot(
                    title: words(key, ["lane": name(lane)]), points: points, denominator: 1, zone: .utc, words: words
                ).svg
            }
        }
        let groups = Set(figures.groups.filter { $0.waiting != nil }.map(\.group)).sorted().map { group in
            TimeSeriesPlot(
                title: words("operations.plot.waiting", ["lane": group]), points: figures.waiting(for: group), denominator: 1,
                zone: .utc, words: words
            ).svg
        }
        return lanes + groups + [HistogramPlot(title: words["operations.plot.intervals"], bins: bins, words: words).svg]
    }

    /// Seconds between checkpoints, each range twice as wide as the one before.
    private var bins: [HistogramPlot.Bin] {
        let intervals = state.intervals
        guard let longest = intervals.max() else { return [] }
        var edges = [0, 2]
        while let last = edges.last, last <= longest, edges.count < 12 { edges.append(last * 2) }
        return zip(edges, edges.dropFirst()).enumerated().map { place, range in
            let isLast = place == edges.count - 2
            let count = intervals.count { $0 >= range.0 && ($0 < range.1 || isLast) }
            return HistogramPlot.Bin(
                from: words("operations.plot.seconds", ["count": words.integer(range.0)]),
                to: words("operations.plot.seconds", ["count": words.integer(range.1)]), count: count)
        }
    }
}
