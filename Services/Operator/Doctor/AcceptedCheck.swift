import Contracts
import Domain
import FoundationEssentials
import Persistence

/// Every accepted command has its event in the ledger, once, where its receipt said; no episode event is there without a
/// command. With what a sender noted down, each of those commands is among them.
struct AcceptedCheck: DoctorCheck {
    let name = CheckName.accepted
    let site: SiteID?
    /// What a sender noted; nil for none.
    let file: String?
    var pageSize = 2000

    func run(into result: inout CheckResult, on connection: Connection) throws {
        try compareCommands(into: &result, on: connection)
        guard let file else { return }
        let sites = try site.map { [$0] } ?? Self.sites(on: connection)
        var lines = try AcceptedLines(file)
        while let page = try lines.next(pageSize) {
            let (commands, answers) = try connection.snapshot { connection in
                (
                    try NotedCommands(page.filter { $0.alert == nil }, at: sites, on: connection),
                    try NotedAnswers(page.filter { $0.alert != nil }, on: connection)
                )
            }
            commands.judge(into: &result)
            answers.judge(into: &result)
        }
    }

    private static func sites(on connection: Connection) throws -> [SiteID] {
        try connection.run("select distinct site from published.episode order by site").map {
            SiteID(unchecked: try $0.text(0))
        }
    }

    /// Goes through all commands and their events, then through all episode events. That no event has two commands and
    /// none has none shows by one sum over each side, whatever the order; only where the sums differ is it asked which.
    private func compareCommands(into result: inout CheckResult, on connection: Connection) throws {
        let total = try connection.run(
            "select count(*) from published.command where $1::text is null or site = $1", [.optional(site?.text)]
        ).only().int64(0)
        var bar = ProgressBar("checking accepted commands", total: 2 * Int(total))
        defer { bar.end() }
        // Both sides at one moment: what is accepted meanwhile is on neither.
        let (commands, events) = try connection.snapshot { connection in
            (
                try commandSum(into: &result, on: connection) { bar.advance(to: $0) },
                try eventSum(on: connection) { bar.advance(to: Int(total) + $0) }
            )
        }
        guard commands != events else { return }
        for row in try connection.run(Self.mismatches, [.optional(site?.text)]) {
            let (event, count, episode) = (try row.id(0) as EventID, try row.int64(1), try row.id(2) as EpisodeID)
            if count == 0 {
                result.difference("event \(event) of episode \(episode) is in the ledger without a command")
            } else {
                result.difference("event \(event) is the result of \(count) commands")
            }
        }
    }

    private func commandSum(
        into result: inout CheckResult, on connection: Connection, progress: (Int) -> Void
    ) throws -> EventSum {
        var sum = EventSum()
        var (lastSite, last) = ("", EventID.lowest)
        while true {
            let rows = try connection.run(
                Self.commands,
                [.text(lastSite), .id(last), .int64(Int64(pageSize)), .optional(site?.text)])
            guard let end = rows.last else { return sum }
            for row in rows {
                result.examine()
                let (command, event) = (try row.id(1) as EventID, try row.id(2) as EventID)
                if let fault = try Self.fault(row) {
                    let site = try row.text(0)
                    result.difference("command \(command) at \(site): its event \(event) \(fault)")
                }
                // One that is missing has just been named.
                if try row.optionalInt64(5) != nil { sum.add(event) }
            }
            (lastSite, last) = (try end.text(0), try end.id(1))
            progress(result.examined)
        }
    }

    private static func fault(_ row: Row) throws -> String? {
        guard let version = try row.optionalInt64(5) else { return "is not in the ledger" }
        let (episode, stream) = (try row.id(3) as EpisodeID, try row.id(6) as EpisodeID)
        if try row.int16(8) != LedgerCategory.episode.rawValue { return "is none of an episode" }
        if episode != stream { return "is in another stream than its receipt says" }
        if version != (try row.int64(4)) { return "is version \(version), its receipt says \(try row.int64(4))" }
        return try row.text(0) == row.text(7) ? nil : "is of another site"
    }

    private func eventSum(on connection: Connection, progress: (Int) -> Void) throws -> EventSum {
        var sum = EventSum()
        for lane in [Lane.episode, .episodeBackfill] {
            var position = Int64.min
            while true {
                let rows = try connection.run(
                    Self.events,
                    [
                        .bool(lane.backfill), .int64(position), .int64(Int64(pageSize)), .optional(site?.text),
                    ])
                guard let end = rows.last else { break }
                for row in rows { sum.add(try row.id(1)) }
                position = try end.int64(0)
                progress(sum.count)
            }
        }
        return sum
    }

    private static let commands: Statement = """
        select c.site, c.command_id, c.event_id, c.episode_id, c.version, e.version, e.stream_id, e.site, e.category
        from (
            select * from published.command
            where (site, command_id) > ($1, $2) and ($4::text is null or site = $4)
            order by site, command_id limit $3
        ) c
        left join published.event e on e.event_id = c.event_id
        order by c.site, c.command_id
        """

    private static let events: Statement = """
        select position, event_id from published.event
        where category = 1 and backfill = $1 and position > $2 and ($4::text is null or site = $4)
        order by position limit $3
        """

    private static let mismatches: Statement = """
        select e.event_id, count(c.event_id), e.stream_id from published.event e
        left join published.command c on c.event_id = e.event_id
        where e.category = 1 and ($1::text is null or e.site = $1)
        group by e.event_id, e.stream_id having count(c.event_id) <> 1 order by e.event_id
        """
}

/// A sum over ids that does not depend on their order: two lists have the same one when they hold the same ids, each as
/// often. Two that differ have it with a chance of 2^-128.
struct EventSum: Equatable {
    private(set) var count = 0
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    mutating func add(_ event: EventID) {
        let hash = DerivedIdentity.digest(of: [event.bytes])
        count += 1
        high &+= hash[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low &+= hash[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
