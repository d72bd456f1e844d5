/// How long something took, many times.
struct Delays {
    private(set) var microseconds: [Int64] = []

    mutating func add(_ microseconds: Int64) { self.microseconds.append(microseconds) }
    mutating func add(_ others: Delays) { microseconds += others.microseconds }

    /// Two figures in milliseconds, beside those of `floor`.
    func figures(_ name: String, floor: Delays? = nil) -> [Figure] {
        [50, 99].map { rank in
            Figure(
                name: "\(name), p\(rank)", value: percentile(rank), unit: "ms", floor: floor?.percentile(rank))
        }
    }

    /// The smallest that so many of a hundred do not exceed, in milliseconds; 0 where there are none.
    func percentile(_ rank: Int) -> Double {
        guard !microseconds.isEmpty else { return 0 }
        let sorted = microseconds.sorted()
        return Double(sorted[max(0, (sorted.count * rank + 99) / 100 - 1)]) / 1000
    }
}
