import Domain
import Persistence

/// Looks at the order of every stream: versions from 1 without a gap, each behind the one that it follows, up to the
/// last one that was given out.
///
/// Positions are no part of a leaf, so that this is what finds two events of a stream exchanged in their lane, and an
/// event that was taken out of the ledger before the log had it.
struct StreamCheck {
    private struct Place {
        var category: Int16 = 0
        var stream = EpisodeID(rawValue: EventKey.lowest.id.rawValue)
        var version: Int64 = 0
        var position: Int64 = .min
    }

    let pageSize: Int
    let connection: Connection

    func run(into report: inout VerificationReport, progress: (Int, Int) -> Void) throws {
        let total = report.ledgerEvents
        var last = Place()
        var done = 0
        while true {
            let page = try connection.run(
                Self.following,
                [.int16(last.category), .id(last.stream), .int64(last.version), .int64(Int64(pageSize))])
            for row in page { last = try judge(row, after: last, &report) }
            done += page.count
            progress(done, max(done, total))
            if page.count < pageSize { break }
        }
        for row in try connection.run(Self.shortStreams) {
            report.add(.streamBroken(try row.id(1), category: try row.int16(0), version: try row.int64(2)))
        }
    }

    private func judge(_ row: Row, after last: Place, _ report: inout VerificationReport) throws -> Place {
        let place = Place(
            category: try row.int16(0), stream: try row.id(1), version: try row.int64(2), position: try row.int64(3))
        let isSameStream = place.category == last.category && place.stream == last.stream
        if place.version != (isSameStream ? last.version : 0) + 1 {
            report.add(.streamBroken(place.stream, category: place.category, version: place.version))
        } else if isSameStream, place.position < last.position {
            report.add(.streamOutOfOrder(place.stream, category: place.category, version: place.version))
        }
        return place
    }

    private static let following: Statement = """
        select category, stream_id, version, position from published.event
        where (category, stream_id, version) > ($1, $2, $3) order by category, stream_id, version limit $4
        """

    /// Streams that have given out more versions than there are events.
    private static let shortStreams: Statement = """
        select s.category, s.stream_id, s.version from published.stream s
        where s.version > coalesce((
            select e.version from published.event e where e.category = s.category and e.stream_id = s.stream_id
            order by e.version desc limit 1), 0)
        order by s.category, s.stream_id
        """
}
