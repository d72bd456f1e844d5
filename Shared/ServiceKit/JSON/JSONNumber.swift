/// A number as it was written: exact decimal text in the grammar of JSON (RFC 8259, section 6).
public struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init(_ value: Int64) { text = String(value) }

    /// `value` divided by 10 to the power of `decimals`, e.g. 253 with one decimal is `25.3`.
    public init(_ value: Int64, decimals: Int) {
        var digits = String(value.magnitude)
        guard decimals > 0 else {
            text = String(value)
            return
        }
        if digits.count <= decimals { digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits }
        digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
        text = value < 0 ? "-" + digits : digits
    }

    /// Text that the reader has found to be a number.
    init(checked text: String) { self.text = text }

    public var description: String { text }

    /// The value if it is a whole number of 64 bits written without fraction and exponent.
    public var integer: Int64? { Int64(text) }

    /// The value times 10 to the power of `decimals`, if that is exactly a whole number of 64 bits.
    ///
    /// `25.35` gives 2535 with two decimals, nil with one; `25.30` gives 253 with one.
    public func scaled(decimals: Int) -> Int64? {
        var bytes = Substring(text).utf8
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }
        var exponent = 0
        if let mark = bytes.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            guard let written = Int(Substring(bytes[bytes.index(after: mark)...])), abs(written) <= 64 else { return nil }
            exponent = written
            bytes = bytes[..<mark]
        }
        var digits = Array(bytes)
        if let point = digits.firstIndex(of: UInt8(ascii: ".")) {
            digits.remove(at: point)
            exponent -= digits.count - point
        }
        return Self.shift(digits, by: exponent + decimals, isNegative: isNegative)
    }

    private static func shift(_ digits: [UInt8], by shift: Int, isNegative: Bool) -> Int64? {
        var digits = digits[...]
        var shift = shift
        while shift < 0, !digits.isEmpty {
            guard digits.last == UInt8(ascii: "0") else { return nil }
            digits.removeLast()
            shift += 1
        }
        var value: Int64 = 0
        func append(_ digit: Int64) -> Bool {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = product.addingReportingOverflow(isNegative ? -digit : digit)
            value = sum
            return !overflow && !more
        }
        for byte in digits { guard append(Int64(byte - UInt8(ascii: "0"))) else { return nil } }
        while shift > 0, value != 0 {
            guard append(0) else { return nil }
            shift -= 1
        }
        return value
    }
}
