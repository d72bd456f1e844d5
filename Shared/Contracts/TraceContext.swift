/// W3C trace context: what ties a POST to the notification it led to.
public struct TraceContext: Hashable, Sendable, CustomStringConvertible {
    /// 16 bytes, not all zero.
    public let traceID: [UInt8]
    /// 8 bytes, not all zero: the span that caused what follows.
    public let parentID: [UInt8]
    public let flags: UInt8

    /// Reads a `traceparent` of version 00; nil for anything else.
    public init?(traceparent: some StringProtocol) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "00", let trace = Self.bytes(parts[1], count: 16),
            let parent = Self.bytes(parts[2], count: 8), let flags = Self.bytes(parts[3], count: 1),
            trace.contains(where: { $0 != 0 }), parent.contains(where: { $0 != 0 })
        else { return nil }
        self.init(traceID: trace, parentID: parent, flags: flags[0])
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

    /// The `traceparent` header value.
    public var description: String {
        "00-\(Self.hex(traceID))-\(Self.hex(parentID))-\(Self.hex([flags]))"
    }

    private static func random(_ count: Int) -> [UInt8] {
        var bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
        bytes[count - 1] |= 1
        return bytes
    }

    private static func bytes(_ text: Substring, count: Int) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == count * 2 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }

    private static func bytes<S: StringProtocol>(_ text: S, count: Int) -> [UInt8]? {
        bytes(Substring(text), count: count)
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
