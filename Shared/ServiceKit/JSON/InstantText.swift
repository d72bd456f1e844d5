import Domain

/// RFC 3339 instants as text.
enum InstantText {
    /// Reads `YYYY-MM-DDThh:mm:ss[.f…](Z|±hh:mm)`; nil for anything else, for years outside 1900 to
    /// 2199 and for leap seconds, which the time scale of the ledger does not have.
    static func read(_ text: String) -> Timestamp? {
        var rest = Array(text.utf8)[...]
        guard rest.count >= 20, rest.count <= 35, let day = CalendarDay(text.prefix(10)) else { return nil }
        rest = rest.dropFirst(10)
        guard let separator = rest.popFirst(), separator | 0x20 == UInt8(ascii: "t"),
            let hour = number(&rest, upTo: 23), rest.popFirst() == UInt8(ascii: ":"),
            let minute = number(&rest, upTo: 59), rest.popFirst() == UInt8(ascii: ":"),
            let second = number(&rest, upTo: 59), let fraction = microseconds(&rest),
            let offset = zone(&rest), rest.isEmpty
        else { return nil }
        let seconds = Int64(day.daysSinceEpoch) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Timestamp(microseconds: seconds * 1_000_000 + fraction)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, upTo limit: Int64) -> Int64? {
        guard let tens = digit(&rest), let ones = digit(&rest), tens * 10 + ones <= limit else { return nil }
        return tens * 10 + ones
    }

    private static func digit(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
        rest.removeFirst()
        return Int64(byte - 0x30)
    }

    private static func microseconds(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        rest.removeFirst()
        var value: Int64 = 0
        var count = 0
        while let next = digit(&rest) {
            if count < 6 { value = value * 10 + next }
            count += 1
        }
        guard (1...9).contains(count) else { return nil }
        for _ in min(count, 6)..<6 { value *= 10 }
        return value
    }

    /// Seconds east of UTC.
    private static func zone(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard let sign = rest.popFirst() else { return nil }
        if sign | 0x20 == UInt8(ascii: "z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(&rest, upTo: 14),
            rest.popFirst() == UInt8(ascii: ":"), let minutes = number(&rest, upTo: 59)
        else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
}
