/// A count with what it is counted among. A share without its denominator says nothing.
public struct Share: Hashable, Sendable {
    public let count: Int
    /// The denominator.
    public let total: Int

    /// - Precondition: `count` is 0 or more and at most `total`.
    init(_ count: Int, of total: Int) {
        precondition(count >= 0 && count <= total)
        self.count = count
        self.total = total
    }

    /// Nil where there is nobody to count among.
    public var proportion: Double? { total == 0 ? nil : Double(count) / Double(total) }

    /// The score interval of Wilson (J Am Stat Assoc 1927; 22:209-212):
    /// (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
    ///
    /// It stays within 0 and 1 and is fit for small numbers. Nil where there is nobody to count among.
    public func interval(_ level: ConfidenceLevel = .ninetyFive) -> ConfidenceInterval? {
        guard let proportion else { return nil }
        let number = Double(total)
        let square = level.deviate * level.deviate
        let spread = (proportion * (1 - proportion) / number + square / (4 * number * number)).squareRoot()
        let scale = 1 + square / number
        return ConfidenceInterval(
            around: (proportion + square / (2 * number)) / scale,
            halfWidth: level.deviate * spread / scale, level: level)
    }
}
