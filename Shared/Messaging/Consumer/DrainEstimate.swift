import Contracts
import Glibc

/// How long it takes to handle the records that wait in a topic: what waits, divided by the recent rate of handling.
///
/// Pure arithmetic over what was observed and when, so that it can be tested without waiting. It is what an autoscaler
/// compares with a limit, hence always a number, and while nothing moves it grows with the clock, whatever the rate was.
struct DrainEstimate {
    /// Older rates count 1/e after so many seconds.
    static let memory = 30.0

    /// Records a second while there was something to do; nil before the first.
    private var rate: Double?
    /// Since when work has waited without having been handled, or the last observation when nothing waited.
    private var since: ContinuousClock.Instant

    init(at now: ContinuousClock.Instant) { since = now }

    /// - Parameters:
    ///   - handled: records handled since the last observation.
    ///   - waiting: records that wait now.
    /// - Returns: seconds until nothing waits.
    mutating func observe(handled: Int64, waiting: Int64, at now: ContinuousClock.Instant) -> Double {
        let elapsed = max(Self.seconds(since.duration(to: now)), 0)
        if handled > 0, elapsed > 0 { take(Double(handled) / elapsed, over: elapsed) }
        if handled > 0 || waiting <= 0 { since = now }
        guard waiting > 0 else { return 0 }
        let stuck = max(Self.seconds(since.duration(to: now)), 0)
        return (rate.map { Double(waiting) / $0 } ?? 0) + stuck
    }

    private mutating func take(_ observed: Double, over elapsed: Double) {
        guard let known = rate else { return rate = observed }
        rate = known + (1 - exp(-elapsed / Self.memory)) * (observed - known)
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}

/// The estimates of the topics of which a group member owns partitions.
struct DrainEstimates {
    /// What the member knows of one partition.
    struct Observation {
        let id: TopicPartition
        /// The offset after the last record handled; nil before the first.
        let next: Int64?
        /// Nil where it is not known how many records wait.
        let waiting: Int64?
    }

    private var estimates: [String: DrainEstimate] = [:]
    /// What was known of each partition before, of which only the growth counts.
    private var reached: [TopicPartition: Int64] = [:]

    /// - Returns: seconds to drain by topic; topics of which nothing is known are left out.
    mutating func observe(_ partitions: [Observation], at now: ContinuousClock.Instant) -> [String: Double] {
        var seconds: [String: Double] = [:]
        for (topic, own) in Dictionary(grouping: partitions, by: \.id.topic) {
            var handled: Int64 = 0
            for partition in own {
                guard let next = partition.next else { continue }
                handled += max(0, next - (reached[partition.id] ?? next))
                reached[partition.id] = next
            }
            let waiting = own.compactMap(\.waiting)
            guard !waiting.isEmpty else { continue }
            seconds[topic] = estimates[topic, default: DrainEstimate(at: now)].observe(
                handled: handled, waiting: waiting.reduce(0, +), at: now)
        }
        return seconds
    }

    /// With other partitions another share of the work begins.
    mutating func forget() {
        estimates = [:]
        reached = [:]
    }
}
