import Domain

/// A length or place in a drawing, in tenths of its unit. Whole numbers, so that a drawing is the same on every machine.
struct Tenths: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral {
    let value: Int

    init(tenths: Int) { value = tenths }

    /// Whole units.
    init(integerLiteral units: Int) { value = units * 10 }

    /// `12.5`, and `12` for a whole number.
    var text: String {
        value % 10 == 0 ? String(value / 10) : DecimalSteps.text(value, denominator: 10)
    }

    static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    static func + (left: Self, right: Self) -> Self { Self(tenths: left.value + right.value) }
    static func - (left: Self, right: Self) -> Self { Self(tenths: left.value - right.value) }
    static func * (left: Self, factor: Int) -> Self { Self(tenths: left.value * factor) }
    static func / (left: Self, divisor: Int) -> Self { Self(tenths: left.value / divisor) }
}

/// Where values stand along an axis.
struct Scale: Sendable {
    let domain: ClosedRange<Int>
    let start: Tenths
    let end: Tenths

    /// - Parameters:
    ///   - start: where the lowest value of the domain stands.
    ///   - end: where the highest stands; before the start for an axis that grows upwards.
    init(_ domain: ClosedRange<Int>, from start: Tenths, to end: Tenths) {
        self.domain = domain
        self.start = start
        self.end = end
    }

    /// The place of a value, rounded to a tenth; a value outside the domain stands at its end.
    func place(_ value: Int) -> Tenths {
        let span = domain.upperBound - domain.lowerBound
        guard span > 0 else { return (start + end) / 2 }
        let clamped = min(max(value, domain.lowerBound), domain.upperBound)
        let product = (clamped - domain.lowerBound) * (end.value - start.value)
        let half = product < 0 ? -span / 2 : span / 2
        return Tenths(tenths: start.value + (product + half) / span)
    }

    /// Round values of the domain at even distances of 1, 2 or 5 times a power of ten.
    /// - Parameters:
    ///   - most: as many at most.
    ///   - unit: no distance is smaller.
    func ticks(most: Int, unit: Int) -> [Int] {
        var step = unit
        var power = unit
        search: while true {
            for factor in [1, 2, 5] {
                step = power * factor
                if (domain.upperBound - domain.lowerBound) / step < most { break search }
            }
            power *= 10
        }
        let first = (domain.lowerBound + step - 1) / step * step
        return Array(stride(from: first, through: domain.upperBound, by: step))
    }
}
