import Metrics
import Synchronization

/// One series: its label values in the family's exposition order are part of its key, not of it.
protocol Series: AnyObject, Sendable {
    /// Lines without `# HELP` and `# TYPE`.
    func expose(_ name: String, _ labels: [Label], to text: inout String)
}

/// A label of a series.
struct Label: Hashable, Comparable, Sendable {
    let name: String
    let value: String
    static func < (left: Self, right: Self) -> Bool { (left.name, left.value) < (right.name, right.value) }
}

final class CounterSeries: CounterHandler, FloatingPointCounterHandler, Series {
    private let value = Mutex(0.0)

    func increment(by amount: Int64) { if amount > 0 { value.withLock { $0 += Double(amount) } } }
    func increment(by amount: Double) { if amount > 0, amount.isFinite { value.withLock { $0 += amount } } }
    func reset() { value.withLock { $0 = 0 } }

    func expose(_ name: String, _ labels: [Label], to text: inout String) {
        Exposition.sample(name, labels, value.withLock { $0 }, to: &text)
    }
}

final class GaugeSeries: RecorderHandler, MeterHandler, Series {
    private let value = Mutex(0.0)

    func record(_ value: Int64) { self.value.withLock { $0 = Double(value) } }
    func record(_ value: Double) { self.value.withLock { $0 = value } }
    func set(_ value: Int64) { record(value) }
    func set(_ value: Double) { record(value) }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }

    func expose(_ name: String, _ labels: [Label], to text: inout String) {
        Exposition.sample(name, labels, value.withLock { $0 }, to: &text)
    }
}

/// Cumulative buckets with sum and count. Times arrive in nanoseconds and are kept in seconds.
final class HistogramSeries: TimerHandler, RecorderHandler, Series {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: ascending upper bounds; the one for everything is added.
    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }

    func expose(_ name: String, _ labels: [Label], to text: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? Exposition.number(bounds[index]) : "+Inf"
            Exposition.sample("\(name)_bucket", labels + [Label(name: "le", value: bound)], Double(total), to: &text)
        }
        Exposition.sample("\(name)_sum", labels, sum, to: &text)
        Exposition.sample("\(name)_count", labels, Double(total), to: &text)
    }
}

/// Takes what belongs to a series that was refused.
final class RefusedSeries: CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler, TimerHandler {
    static let shared = RefusedSeries()

    func increment(by amount: Int64) {}
    func increment(by amount: Double) {}
    func decrement(by amount: Double) {}
    func reset() {}
    func record(_ value: Int64) {}
    func record(_ value: Double) {}
    func set(_ value: Int64) {}
    func set(_ value: Double) {}
    func recordNanoseconds(_ duration: Int64) {}
}
