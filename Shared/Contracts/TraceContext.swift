import Domain

/// W3C trace context: what ties a POST to the notification it led to.
public struct TraceContext: Hashable, Sendable, CustomStringConvertible {
    /// 16 bytes, not all zero.
    public let traceID: [UInt8]
    /// 8 bytes, not all zero: the span that caused what follows.
    public let parentID: [UInt8]
    public let flags: UInt8

    /// Reads a `traceparent`; nil for what the recommendation calls invalid. Of a version that is not known yet the part is
    /// read that every version has.
    public init?(traceparent: some StringProtocol) {
        self.init(utf8: Array(traceparent.utf8))
    }

    /// Reads a `traceparent` header's bytes: version, `-`, 32 digits, `-`, 16 digits, `-`, 2 digits; in later versions more
    /// behind another `-`.
    init?(utf8 text: [UInt8]) {
        guard text.count >= 55, let version = Self.bytes(text[0..<2])?.first, version != 0xFF,
            text.count == 55 || version > 0 && text[55] == 0x2D,
            text[2] == 0x2D, text[35] == 0x2D, text[52] == 0x2D, let trace = Self.bytes(text[3..<35]), let parent = Self.bytes(text[36..<52]),
            let flags = Self.bytes(text[53..<55]),
            trace.contains(where: { $0 != 0 }), parent.contains(where: { $0 != 0 })
        else { return nil }
        // Sampled, and made at random; what the others mean is not known, so that they are not handed on.
        self.init(traceID: trace, parentID: parent, flags: flags[0] & 0b11)
    }

    private init(traceID: [UInt8], parentID: [UInt8], flags: UInt8) {
        self.traceID = traceID
        self.parentID = parentID
        self.flags = flags
    }

    /// A new trace, marked as recorded.
    public static func root() -> TraceContext {
        TraceContext(traceID: random(16), parentID: random(8), flags: 1)
    }

    /// The same trace with a span that follows from `cause`: computed, so that work done twice after
    /// a crash writes the same header.
    public func following(_ cause: [UInt8]) -> TraceContext {
        var span = Array(DerivedIdentity.digest(of: [parentID, cause]).prefix(8))
        if span.allSatisfy({ $0 == 0 }) { span[7] = 1 }
        return TraceContext(traceID: traceID, parentID: span, flags: flags)
    }

    /// The trace as it stands in logs: 32 digits.
    public var traceIDText: String { Hexadecimal.text(traceID) }

    /// The `traceparent` header value.
    public var description: String {
        "00-\(Hexadecimal.text(traceID))-\(Hexadecimal.text(parentID))-\(Hexadecimal.text([flags]))"
    }

    private static func random(_ count: Int) -> [UInt8] {
        var bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
        bytes[count - 1] |= 1
        return bytes
    }

    private static func bytes(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(digits.count / 2)
        for index in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
            guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }

    /// The header's digits are lower case only.
    private static func nibble(_ digit: UInt8) -> UInt8? {
        (0x41...0x46).contains(digit) ? nil : Hexadecimal.value(ofDigit: digit)
    }
}
