import Domain
import Persistence

/// What follows from the samples: rates, and how long what waits will take.
struct OperationsFigures: Sendable {
    struct LaneFigures: Sendable {
        let lane: Lane
        let waiting: Int64
        let perMinute: Int?
        /// Nil while it waits and nothing is published, and where the rate is not known yet.
        let secondsToDrain: Int?
        let owner: String?
    }

    struct GroupFigures: Sendable {
        let group: String
        let topic: String
        let partitions: Int
        let handled: Int64
        /// Of the last minutes.
        let perMinute: Int?
        /// Nil where Kafka was not asked, or some partition did not answer.
        let waiting: Int64?
        /// Nil while something waits and nothing is handled, and where it is not known.
        let secondsToDrain: Int?
        let movedAt: Timestamp
    }

    /// Rates are those of the last five minutes.
    static let rateWindow: Int64 = 300_000_000

    let samples: [OperationsSample]

    var newest: OperationsSample? { samples.last }

    private var recent: ArraySlice<OperationsSample> {
        guard let last = samples.last else { return [] }
        return samples.drop { last.at.microseconds - $0.at.microseconds > Self.rateWindow }
    }

    /// Minutes that the recent samples span; nil for a single one.
    private var minutes: Double? {
        guard let first = recent.first, let last = recent.last, last.at > first.at else { return nil }
        return Double(last.at.microseconds - first.at.microseconds) / 60_000_000
    }

    var lanes: [LaneFigures] {
        guard let newest else { return [] }
        return newest.lanes.map { state in
            let states = recent.compactMap { $0.lanes.first { $0.lane == state.lane } }
            let appended = states.dropFirst().reduce(Int64(0)) { $0 + ($1.appended ?? 0) }
            let published = appended + (states.first?.waiting ?? 0) - state.waiting
            return LaneFigures(
                lane: state.lane, waiting: state.waiting,
                perMinute: minutes.map { Int((Double(appended) / $0).rounded()) },
                secondsToDrain: seconds(state.waiting, published), owner: state.owner)
        }
    }

    /// Waiting events, divided by the rate at which they have gone.
    private func seconds(_ waiting: Int64, _ gone: Int64) -> Int? {
        if waiting == 0 { return 0 }
        guard let minutes, gone > 0 else { return nil }
        return Int((Double(waiting) / (Double(gone) / (minutes * 60))).rounded(.up))
    }

    var groups: [GroupFigures] {
        guard let newest else { return [] }
        let earliest = recent.first
        return Set(newest.groups.map { [$0.group, $0.topic] }).sorted { $0.lexicographicallyPrecedes($1) }.map { key in
            func own(_ sample: OperationsSample?) -> [OperationsSample.GroupState] {
                sample?.groups.filter { [$0.group, $0.topic] == key } ?? []
            }
            let (now, before) = (own(newest), own(earliest))
            let moved = now.reduce(Int64(0)) { sum, state in
                sum
                    + max(
                        0,
                        state.nextOffset
                            - (before.first { $0.partition == state.partition }?.nextOffset ?? state.nextOffset))
            }
            return GroupFigures(
                group: key[0], topic: key[1], partitions: now.count, handled: now.reduce(0) { $0 + $1.nextOffset },
                perMinute: minutes.map { Int((Double(moved) / $0).rounded()) }, waiting: Self.sum(now.map(\.waiting)),
                secondsToDrain: Self.sum(now.map(\.waiting)).flatMap { seconds($0, moved) },
                movedAt: now.map(\.movedAt).max() ?? newest.at)
        }
    }

    /// Nil where one of them is.
    private static func sum(_ values: [Int64?]) -> Int64? {
        values.reduce(Int64?.some(0)) { sum, value in sum.flatMap { sum in value.map { sum + $0 } } }
    }

    /// Records that wait for a consumer group, all topics together, by time.
    func waiting(for group: String) -> [TimeSeriesPlot.Point] {
        samples.map { sample in
            TimeSeriesPlot.Point(
                time: sample.at, value: Self.sum(sample.groups.filter { $0.group == group }.map(\.waiting)).map { Int($0) })
        }
    }

    /// Events that wait in a lane, by time.
    func waiting(in lane: Lane) -> [TimeSeriesPlot.Point] {
        samples.map { sample in
            TimeSeriesPlot.Point(time: sample.at, value: sample.lanes.first { $0.lane == lane }.map { Int($0.waiting) })
        }
    }

    /// Events per minute that were written to a lane between each sample and the one before it.
    func throughput(of lane: Lane) -> [TimeSeriesPlot.Point] {
        zip(samples, samples.dropFirst()).map { before, sample in
            let seconds = Double(sample.at.microseconds - before.at.microseconds) / 1_000_000
            let appended = sample.lanes.first { $0.lane == lane }?.appended
            return TimeSeriesPlot.Point(
                time: sample.at, value: seconds > 0 ? appended.map { Int((Double($0) * 60 / seconds).rounded()) } : nil)
        }
    }
}
