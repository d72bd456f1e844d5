import Domain
import FoundationEssentials
import Persistence

/// Versions 1 to n of every stream, each once, and n where the stream's row says; positions once per lane; no relay
/// ahead of its lane.
struct StreamCheck: DoctorCheck {
    let name = CheckName.streams
    let site: SiteID?
    var pageSize = 2000

    func run(into result: inout CheckResult, on connection: Connection) throws {
        let total = try connection.run(
            "select count(*) from published.stream where $1::text is null or site = $1", [.optional(site?.text)]
        ).only().int64(0)
        var bar = ProgressBar("checking streams", total: Int(total))
        defer { bar.end() }
        for category in LedgerCategory.allCases {
            var after: EpisodeID? = EpisodeID.lowest
            while let start = after {
                let page = try connection.snapshot { try StreamPage(category, after: start, site, pageSize, on: $0) }
                try page.judge(into: &result, on: connection)
                after = page.next
                bar.advance(to: result.examined)
            }
        }
        for lane in Lane.all { try positions(of: lane, into: &result, on: connection) }
        try relays(into: &result, on: connection)
    }

    private func positions(of lane: Lane, into result: inout CheckResult, on connection: Connection) throws {
        var last: Int64 = .min
        while true {
            let row = try connection.run(
                Self.positionsPage,
                [.int16(lane.category.rawValue), .bool(lane.backfill), .int64(last), .int64(Int64(pageSize) * 10)]
            ).only()
            guard let end = try row.optionalInt64(2) else { return }
            let (events, positions) = (try row.int64(0), try row.int64(1))
            if events != positions {
                result.difference(
                    "lane \(lane): \(events - positions) events share a position with another, up to position \(end)")
            }
            last = end
        }
    }

    private func relays(into result: inout CheckResult, on connection: Connection) throws {
        var missing = Set(Lane.all)
        for row in try connection.run(Self.lanes) {
            guard let category = LedgerCategory(rawValue: try row.int16(0)) else {
                let number = try row.int16(0)
                result.difference("there is a lane of category \(number), which the ledger does not have")
                continue
            }
            let lane = Lane(category: category, backfill: try row.bool(1))
            missing.remove(lane)
            let (cursor, head, behind) = (try row.int64(2), try row.int64(3), try row.int64(4))
            if cursor > head { result.difference("lane \(lane): the relay's cursor \(cursor) is beyond the head \(head)") }
            result.pending(Int(behind), "lane \(lane): \(behind) events are not published")
        }
        for lane in missing { result.difference("lane \(lane) has no row: nobody publishes its events") }
    }

    /// With ties: a page never ends between two rows of one position.
    private static let positionsPage: Statement = """
        select count(*), count(distinct position), max(position) from (
            select position from published.event
            where category = $1 and backfill = $2 and position > $3
            order by position fetch first ($4) rows with ties
        ) page
        """

    private static let lanes: Statement = """
        select l.category, l.backfill, l.cursor, l.head,
               (select count(*) from published.event e
                where e.category = l.category and e.backfill = l.backfill and e.position > l.cursor)
        from published.lane l order by 1, 2
        """
}

/// Streams of one category between two ids: what their rows say, and what their events are.
private struct StreamPage {
    private struct Events {
        let count: Int64
        let versions: Int64
        let lowest: Int64
        let highest: Int64
        let sites: Set<String>
    }

    private let category: LedgerCategory
    private var rows: [EpisodeID: (site: String, version: Int64)] = [:]
    private var events: [EpisodeID: Events] = [:]
    /// Where the next page begins; nil behind the last.
    let next: EpisodeID?

    init(
        _ category: LedgerCategory, after: EpisodeID, _ site: SiteID?, _ size: Int, on connection: Connection
    ) throws {
        self.category = category
        let place: [Parameter] = [.int16(category.rawValue), .id(after), .optional(site?.text)]
        let found = try connection.run(Self.streams, place + [.int64(Int64(size))])
        next = found.count < size ? nil : try found.last?.id(0)
        for row in found { rows[try row.id(0)] = (try row.text(1), try row.int64(2)) }
        for row in try connection.run(Self.eventFigures, place + [.id(next ?? .highest)]) {
            events[try row.id(0)] = Events(
                count: try row.int64(1), versions: try row.int64(2), lowest: try row.int64(3),
                highest: try row.int64(4), sites: [try row.text(5), try row.text(6)])
        }
    }

    func judge(into result: inout CheckResult, on connection: Connection) throws {
        for stream in Set(rows.keys).union(events.keys).sorted() {
            result.examine()
            if let fault = try fault(of: stream, on: connection) {
                result.difference("\(category) stream \(stream): \(fault)")
            }
        }
    }

    private func fault(of stream: EpisodeID, on connection: Connection) throws -> String? {
        guard let row = rows[stream] else { return "there are events, and no row in ledger.stream" }
        guard let events = events[stream] else {
            return row.version == 0 ? nil : "ledger.stream says version \(row.version), and there are no events"
        }
        if events.sites != [row.site] { return "its events name other sites than its row" }
        if events.count != events.versions || events.lowest != 1 || events.highest != events.versions {
            return try holes(in: stream, on: connection)
        }
        guard events.highest == row.version else {
            return "ledger.stream says version \(row.version), the last event is version \(events.highest)"
        }
        return nil
    }

    /// What exactly is missing or there twice.
    private func holes(in stream: EpisodeID, on connection: Connection) throws -> String {
        let versions = try connection.run(Self.versions, [.int16(category.rawValue), .id(stream)]).map { try $0.int64(0) }
        var (missing, doubled): ([String], [String]) = ([], [])
        var last: Int64 = 0
        for version in versions {
            if version == last { doubled.append("\(version)") }
            if version > last + 1 { missing.append(version == last + 2 ? "\(last + 1)" : "\(last + 1) to \(version - 1)") }
            last = version
        }
        func words(_ list: [String], _ what: String) -> [String] {
            guard !list.isEmpty else { return [] }
            return ["version \(list.prefix(5).joined(separator: ", "))\(list.count > 5 ? " and more" : "") \(what)"]
        }
        let faults = words(missing, "is missing") + words(doubled, "is there twice")
        // Put right between the page and this look.
        return faults.isEmpty ? "versions were not 1 to n" : faults.joined(separator: "; ")
    }

    private static let streams: Statement = """
        select stream_id, site, version from published.stream
        where category = $1 and stream_id > $2 and ($3::text is null or site = $3) order by stream_id limit $4
        """

    private static let eventFigures: Statement = """
        select stream_id, count(*), count(distinct version), min(version), max(version), min(site), max(site)
        from published.event
        where category = $1 and stream_id > $2 and stream_id <= $4 and ($3::text is null or site = $3)
        group by stream_id
        """

    private static let versions: Statement =
        "select version from published.event where category = $1 and stream_id = $2 order by version"
}

extension Identity {
    /// Below every id: ids are never nil.
    static var lowest: Self { Self(rawValue: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))) }
    static var highest: Self {
        Self(rawValue: UUID(uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255)))
    }
}
