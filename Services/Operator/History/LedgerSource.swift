import Domain
import FoundationEssentials
import Persistence

/// The ledger of a running system, read through `published.event` alone.
///
/// Streams are read in the order of their ids, a page of each category at a time, and put together as they pass: no
/// more than three pages and the longest episode are ever held. One snapshot serves the whole reading, so that an alert
/// is never there without its cause.
struct LedgerSource: EventSource {
    let connection: Connection
    var pageSize = 2000
    /// What is read of each episode.
    var categories: [LedgerCategory] = [.episode, .alert, .notification]
    /// The caller has opened the transaction whose snapshot serves, and reads on in it afterwards.
    var isWithinSnapshot = false

    func episode(_ id: EpisodeID) throws -> EpisodeRecord {
        try snapshot {
            var record = EpisodeRecord(stream: id)
            for category in categories {
                for event in try Ledger.events(stream: id, category: category, on: connection) { record.add(event) }
            }
            return record
        }
    }

    func newest() throws -> Timestamp? {
        var newest: Timestamp?
        for lane in Lane.all {
            let row = try connection.run(
                """
                select recorded_at from published.event where category = $1 and backfill = $2
                order by position desc limit 1
                """, [.int16(lane.category.rawValue), .bool(lane.backfill)]
            ).first
            if let time = try row?.timestamp(0) { newest = max(time, newest ?? time) }
        }
        return newest
    }

    /// How far the ids of streams have been passed stands for how much has been read: their times are in their first
    /// bytes, and no count of a large table is needed.
    func forEachEpisode(
        progress: (_ done: Int, _ total: Int) -> Void, _ body: (EpisodeRecord) throws -> Void
    ) throws {
        try snapshot {
            var cursors = categories.map { StreamCursor(category: $0, pageSize: pageSize) }
            let ends = try ends()
            var count = 0
            while let stream = try next(among: &cursors) {
                var record = EpisodeRecord(stream: stream)
                for index in cursors.indices {
                    try cursors[index].take(stream, into: &record, on: connection)
                }
                count += 1
                if count.isMultiple(of: 256) { progress(ends.share(of: stream), StreamEnds.whole) }
                try body(record)
            }
            progress(StreamEnds.whole, StreamEnds.whole)
        }
    }

    private func next(among cursors: inout [StreamCursor]) throws -> EpisodeID? {
        var lowest: EpisodeID?
        for index in cursors.indices {
            guard let stream = try cursors[index].stream(on: connection) else { continue }
            lowest = lowest.map { min($0, stream) } ?? stream
        }
        return lowest
    }

    private func ends() throws -> StreamEnds {
        func end(_ order: String) throws -> EpisodeID? {
            let sql = "select stream_id from published.event where category = 1 order by stream_id \(order) limit 1"
            return try connection.run(Statement(sql)).first?.id(0)
        }
        return StreamEnds(first: try end("asc"), last: try end("desc"))
    }

    private func snapshot<Result>(_ body: () throws -> Result) throws -> Result {
        if isWithinSnapshot { return try body() }
        return try connection.snapshot { _ in try body() }
    }
}

/// One category's events by stream and version, a page at a time.
private struct StreamCursor {
    let category: LedgerCategory
    let pageSize: Int
    private var page: ArraySlice<LedgerEvent> = []
    private var last: Ledger.StreamPlace?
    private var isAtEnd = false

    init(category: LedgerCategory, pageSize: Int) {
        self.category = category
        self.pageSize = pageSize
    }

    /// The stream of the next event; nil behind the last one.
    mutating func stream(on connection: Connection) throws -> EpisodeID? {
        if page.isEmpty, !isAtEnd {
            page = try Ledger.page(of: category, behind: last, limit: pageSize, on: connection)[...]
            isAtEnd = page.count < pageSize
            last = page.last.map { Ledger.StreamPlace(stream: $0.stream, version: $0.version) }
        }
        return page.first?.stream
    }

    /// Moves the events of a stream into a record, if they are the next ones.
    mutating func take(_ stream: EpisodeID, into record: inout EpisodeRecord, on connection: Connection) throws {
        while try self.stream(on: connection) == stream {
            let end = page.firstIndex { $0.stream != stream } ?? page.endIndex
            for event in page[..<end] { record.add(event) }
            page = page[end...]
        }
    }
}

/// The range of the streams' ids, to tell how far a reading in their order has come.
private struct StreamEnds {
    static let whole = 1000
    private let first: Double
    private let last: Double

    init(first: EpisodeID?, last: EpisodeID?) {
        self.first = first.map(Self.number) ?? 0
        self.last = last.map(Self.number) ?? 1
    }

    func share(of stream: EpisodeID) -> Int {
        guard last > first else { return 0 }
        return Int(Double(Self.whole) * min(1, max(0, (Self.number(stream) - first) / (last - first))))
    }

    private static func number(_ stream: EpisodeID) -> Double {
        stream.bytes.prefix(8).reduce(0) { $0 * 256 + Double($1) }
    }
}
