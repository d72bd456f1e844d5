/// Exact exchange between the decimals people write and the whole steps Attune computes with.
///
/// A visual analogue scale is read in tenths. In binary floating point 31.3 − 32.3 is not −1, and an
/// alliance that fell by exactly one point would go unseen (clinical-reference 7); so decimals never
/// pass through a `Double`.
public enum DecimalSteps {
    /// Reads `25.3` as 253 where a point has ten steps.
    ///
    /// Accepts an optional minus sign, digits, and at most one full stop with digits on both sides.
    /// Trailing zeros are harmless (`25.30` is 253); any finer value is refused, never rounded.
    /// - Parameter denominator: steps in a point: 1, 10, 100 or 1000.
    public static func steps(_ text: some StringProtocol, denominator: Int) throws(DecimalProblem) -> Int {
        var digits = Array(text.utf8)[...]
        let isNegative = digits.first == minus
        if isNegative { digits = digits.dropFirst() }
        guard let first = digits.first, isDigit(first), let last = digits.last, isDigit(last) else {
            throw .notADecimal
        }
        var value = 0
        var stepsLeft = denominator
        var isFraction = false
        for byte in digits {
            if byte == fullStop, !isFraction {
                isFraction = true
                continue
            }
            guard isDigit(byte) else { throw .notADecimal }
            let digit = Int(byte - zero)
            if isFraction {
                if stepsLeft == 1 {
                    guard digit == 0 else { throw .finerThanStep(denominator: denominator) }
                    continue
                }
                stepsLeft /= 10
            }
            value = value * 10 + digit
            guard value <= largest else { throw .tooLarge }
        }
        value *= stepsLeft
        return isNegative ? -value : value
    }

    /// Writes 253 as `25.3` where a point has ten steps; always with every decimal place of a step.
    public static func text(_ steps: Int, denominator: Int) -> String {
        guard denominator > 1 else { return String(steps) }
        let (whole, fraction) = steps.magnitude.quotientAndRemainder(dividingBy: UInt(denominator))
        let places = String(denominator).utf8.count - 1
        let decimals = String(fraction)
        let padding = String(repeating: "0", count: max(0, places - decimals.utf8.count))
        return "\(steps < 0 ? "-" : "")\(whole).\(padding)\(decimals)"
    }

    /// Far above any total, far below overflow.
    private static let largest = 1_000_000_000
    private static let minus: UInt8 = 0x2D
    private static let fullStop: UInt8 = 0x2E
    private static let zero: UInt8 = 0x30

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

/// Why a text is not a number of whole steps.
public enum DecimalProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not digits with at most one full stop: a comma, an exponent, a plus sign or letters, for example.
    case notADecimal
    /// More decimal places than the instrument has.
    case finerThanStep(denominator: Int)
    case tooLarge

    public var description: String {
        switch self {
        case .notADecimal: "not a decimal number; write digits and at most one full stop, such as 25.3"
        case .finerThanStep(1): "has decimal places, but the instrument counts whole points"
        case .finerThanStep(let denominator):
            "has more decimal places than the instrument's smallest step of 1/\(denominator)"
        case .tooLarge: "larger than any score"
        }
    }
}
