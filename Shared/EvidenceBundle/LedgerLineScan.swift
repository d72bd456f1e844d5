public import Domain
import FoundationEssentials
public import Persistence

/// Reads a line of the ledger in the one form that `LedgerLine.encode` writes, in a single pass.
///
/// It is there for speed alone and never decides: whatever it does not recognise to the last byte it leaves to
/// `LedgerLine.decode`, and what it reads is what that reads.
public struct LedgerLineScan {
    private var scan: ByteScan
    let position: Int64
    let lane: Lane
    let id: EventID
    public let stream: EpisodeID
    let version: Int64
    private let site: Range<Int>
    private let type: Range<Int>
    public let recordedAt: Timestamp
    private let traceparent: Range<Int>?
    private let payload: Range<Int>

    /// Nil for any other form.
    public init?(_ line: UnsafeBufferPointer<UInt8>) {
        scan = ByteScan(line)
        guard scan.take("{\"position\":"), let position = scan.positiveInteger(),
            scan.take(",\"category\":"), let number = scan.positiveInteger(),
            let category = LedgerCategory(rawValue: Int16(truncatingIfNeeded: number)), number <= 4,
            scan.take(",\"backfill\":"), let backfill = scan.bool(),
            scan.take(",\"eventId\":\""), let id = scan.uuid(),
            scan.take("\",\"streamId\":\""), let stream = scan.uuid(),
            scan.take("\",\"version\":"), let version = scan.positiveInteger(),
            scan.take(",\"site\":\""), let site = scan.plainText(longest: 64),
            scan.take("\",\"type\":\""), let type = scan.plainText(longest: 1000),
            scan.take("\",\"recordedAt\":\""), let recordedAt = scan.instant(),
            scan.take("\",\"traceparent\":")
        else { return nil }
        if scan.take("null") {
            traceparent = nil
        } else {
            guard scan.take("\""), let text = scan.plainText(longest: 1000), scan.take("\"") else { return nil }
            traceparent = text
        }
        guard scan.take(",\"payload\":\"") else { return nil }
        guard scan.place <= line.count - 2, line[line.count - 2] == 0x22, line[line.count - 1] == 0x7D else { return nil }
        payload = scan.place..<line.count - 2
        self.position = position
        lane = Lane(category: category, backfill: backfill)
        self.id = EventID(rawValue: id)
        self.stream = EpisodeID(rawValue: stream)
        self.version = version
        self.site = site
        self.type = type
        self.recordedAt = recordedAt
    }

    /// The whole event; nil where site or payload have another form.
    public var event: LedgerEvent? {
        guard let site = SiteID(scan.text(site)), let payload = scan.base64(payload) else { return nil }
        return LedgerEvent(
            position: position, lane: lane, id: id, stream: stream, version: version, site: site,
            type: scan.text(type), recordedAt: recordedAt, traceparent: traceparent.map(scan.text), payload: payload)
    }
}

/// A walk over bytes that only goes on where they are as expected.
private struct ByteScan {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var place = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard place + count <= bytes.count else { return false }
        for index in 0..<count where bytes[place + index] != word.utf8Start[index] { return false }
        place += count
        return true
    }

    /// Up to 18 digits, without a zero in front.
    mutating func positiveInteger() -> Int64? {
        var value: Int64 = 0
        let start = place
        while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
            guard place - start < 18 else { return nil }
            value = value * 10 + Int64(bytes[place] - 0x30)
            place += 1
        }
        return place > start && bytes[start] != 0x30 ? value : nil
    }

    mutating func bool() -> Bool? {
        if take("true") { return true }
        return take("false") ? false : nil
    }

    /// Any but the nil UUID, which names nothing.
    mutating func uuid() -> UUID? {
        guard place + 36 <= bytes.count else { return nil }
        var raw: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isWellFormed = withUnsafeMutableBytes(of: &raw) { raw in
            var at = place
            var (any, all): (UInt8, UInt8) = (0, 0)
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    guard bytes[at] == 0x2D else { return false }
                    at += 1
                }
                let (high, low) = (Self.hexadecimal(bytes[at]), Self.hexadecimal(bytes[at + 1]))
                raw[index] = high << 4 | low
                any |= raw[index]
                all |= high | low
                at += 2
            }
            return any != 0 && all < 16
        }
        place += 36
        return isWellFormed ? UUID(uuid: raw) : nil
    }

    /// What a digit in either case stands for; 255 for another character.
    @inline(__always)
    private static func hexadecimal(_ character: UInt8) -> UInt8 {
        let digit = character &- 0x30
        if digit < 10 { return digit }
        let letter = (character | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : 255
    }

    /// Printable ASCII up to the closing quotation mark, without anything escaped; at least one character.
    mutating func plainText(longest: Int) -> Range<Int>? {
        let start = place
        while place < bytes.count, bytes[place] != 0x22 {
            guard (0x20...0x7E).contains(bytes[place]), bytes[place] != 0x5C else { return nil }
            place += 1
        }
        return (1...longest).contains(place - start) ? start..<place : nil
    }

    /// `YYYY-MM-DDThh:mm:ss.ffffffZ`
    mutating func instant() -> Timestamp? {
        let start = place
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2), take("T"),
            let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60, take(":"),
            let second = number(2), second < 60, take("."), let fraction = number(6), take("Z"), place == start + 27,
            (1900...2199).contains(year), let date = CalendarDay(year: year, month: month, day: day)
        else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second
        return Timestamp(microseconds: Int64(seconds * 1_000_000 + fraction))
    }

    private mutating func number(_ digits: Int) -> Int? {
        guard place + digits <= bytes.count else { return nil }
        var value = 0
        for index in place..<place + digits {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
            value = value * 10 + Int(bytes[index] - 0x30)
        }
        place += digits
        return value
    }

    func text(_ range: Range<Int>) -> String { String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) }

    /// Nil for anything but padded base64 whose last bits are zero.
    func base64(_ range: Range<Int>) -> [UInt8]? {
        guard range.count.isMultiple(of: 4) else { return nil }
        if range.isEmpty { return [] }
        let padding = bytes[range.upperBound - 1] != 0x3D ? 0 : bytes[range.upperBound - 2] != 0x3D ? 1 : 2
        let count = range.count / 4 * 3 - padding
        var isWellFormed = true
        let decoded = [UInt8](unsafeUninitializedCapacity: count + 2) { output, written in
            var to = 0
            for from in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
                let isLast = from + 4 == range.upperBound
                var group: UInt32 = 0
                for index in 0..<4 {
                    let isPadding = isLast && index >= 4 - padding
                    let value = isPadding ? 0 : Self.values[Int(bytes[from + index])]
                    if value > 63 { isWellFormed = false }
                    group = group << 6 | UInt32(value & 63)
                }
                output[to] = UInt8(truncatingIfNeeded: group >> 16)
                output[to + 1] = UInt8(truncatingIfNeeded: group >> 8)
                output[to + 2] = UInt8(truncatingIfNeeded: group)
                if isLast, group & (padding == 0 ? 0 : padding == 1 ? 0xFF : 0xFFFF) != 0 { isWellFormed = false }
                to += 3
            }
            written = count
        }
        return isWellFormed ? decoded : nil
    }

    /// What each character stands for; 255 for none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
