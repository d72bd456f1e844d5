import Domain
import FoundationEssentials

/// Where each episode's lines stand in a file: 24 bytes a line, whatever the lines hold.
struct LineIndex {
    private struct Entry {
        let high: UInt64
        let low: UInt64
        let offset: Int

        init(_ stream: EpisodeID, _ offset: Int) {
            (high, low) = Self.halves(stream)
            self.offset = offset
        }

        static func halves(_ stream: EpisodeID) -> (UInt64, UInt64) {
            withUnsafeBytes(of: stream.rawValue.uuid) { bytes in
                (
                    UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
        }

        static func < (left: Entry, right: Entry) -> Bool {
            if left.high != right.high { return left.high < right.high }
            return left.low != right.low ? left.low < right.low : left.offset < right.offset
        }
    }

    private var entries: [Entry] = []

    var count: Int { entries.count }

    mutating func add(_ stream: EpisodeID, _ offset: Int) { entries.append(Entry(stream, offset)) }

    /// To be called once, when all lines have been added.
    mutating func order() { entries.sort { $0 < $1 } }

    /// The offsets of each episode's lines, in the order of the file; episodes by their ids.
    func forEachStream(_ body: (_ offsets: [Int]) throws -> Void) rethrows {
        var start = entries.startIndex
        while start < entries.endIndex {
            var end = start + 1
            while end < entries.endIndex, entries[end].high == entries[start].high, entries[end].low == entries[start].low {
                end += 1
            }
            try body(entries[start..<end].map(\.offset))
            start = end
        }
    }

    /// The offsets of one episode's lines, in the order of the file.
    func offsets(of stream: EpisodeID) -> [Int] {
        let wanted = Entry(stream, -1)
        var low = entries.startIndex
        var high = entries.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return entries[low...].prefix { $0.high == wanted.high && $0.low == wanted.low }.map(\.offset)
    }
}
