import Contracts
import Domain
import Persistence
import ServiceKit

/// Alerts that wait longer than they should, at one moment.
struct OverdueReport {
    struct Line {
        let alert: AlertID
        let episode: EpisodeID
        let site: String
        let kind: String
        let status: String
        let clinician: String
        let raisedAt: Timestamp
        let firstDueAt: Timestamp
        let level: Int
        let audience: String?

        fileprivate init(_ row: Row) throws {
            alert = try row.id(0)
            episode = try row.id(1)
            site = try row.text(2)
            kind = AlertKind(number: try row.int16(3))?.rawValue ?? "unknown"
            status = try row.text(4)
            clinician = try row.text(5)
            raisedAt = try row.timestamp(6)
            firstDueAt = try row.timestamp(7)
            level = Int(try row.int32(8))
            audience = try row.optionalText(9)
        }
    }

    let now: Timestamp
    /// Nobody has answered; longest overdue first.
    let overdue: [Line]
    /// Somebody has answered, and nobody has closed; oldest first.
    let unresolved: [Line]

    init(site: SiteID?, unresolvedDays: Int, limit: Int, on connection: Connection) throws {
        now = try connection.run("select clock_timestamp()").only().timestamp(0)
        let site: Parameter = .optional(site?.text)
        overdue = try connection.run(Self.selectOverdue, [site, .timestamp(now), .int64(Int64(limit))]).map(Line.init)
        let since = now.advanced(bySeconds: -Int64(unresolvedDays) * 86_400)
        unresolved =
            unresolvedDays == 0
            ? [] : try connection.run(Self.selectUnresolved, [site, .timestamp(since), .int64(Int64(limit))]).map(Line.init)
    }

    var isEmpty: Bool { overdue.isEmpty && unresolved.isEmpty }

    var lines: [String] {
        if isEmpty { return ["no alert is overdue"] }
        return overdue.map { line in
            "\(line.alert)  \(line.site)  \(line.kind), \(line.status), clinician \(line.clinician), due \(line.firstDueAt), "
                + "overdue \(Self.span(from: line.firstDueAt, to: now))"
                + (line.audience.map { ", passed on \(line.level) times, last to \($0)" } ?? "")
        }
            + unresolved.map { line in
                "\(line.alert)  \(line.site)  \(line.kind), \(line.status), clinician \(line.clinician), raised "
                    + "\(line.raisedAt), not closed for \(Self.span(from: line.raisedAt, to: now))"
            } + ["\(overdue.count) overdue, \(unresolved.count) answered and not closed"]
    }

    var json: JSON {
        [
            "asOf": .text(now), "overdue": .array(overdue.map(Self.json)), "unresolved": .array(unresolved.map(Self.json)),
        ]
    }

    private static func json(_ line: Line) -> JSON {
        [
            "alertId": .text(line.alert), "episodeId": .text(line.episode), "site": .string(line.site),
            "kind": .string(line.kind), "status": .string(line.status), "clinician": .string(line.clinician),
            "raisedAt": .text(line.raisedAt), "firstDueAt": .text(line.firstDueAt), "escalationLevel": .integer(line.level),
            "escalatedTo": .text(line.audience),
        ]
    }

    /// In days and hours, or hours and minutes.
    private static func span(from start: Timestamp, to end: Timestamp) -> String {
        let minutes = max(0, (end.microseconds - start.microseconds) / 60_000_000)
        return minutes >= 1440 ? "\(minutes / 1440) d \(minutes % 1440 / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    }

    private static let columns = """
        alert_id, episode_id, site, kind, status, clinician, raised_at, first_due_at, escalation_level, audience
        """

    private static let selectOverdue = Statement(
        """
        select \(columns) from published.alert
        where ($1::text is null or site = $1) and status in ('raised', 'opened') and first_due_at <= $2
        order by first_due_at, alert_id limit $3
        """)

    private static let selectUnresolved = Statement(
        """
        select \(columns) from published.alert
        where ($1::text is null or site = $1) and status in ('acknowledged', 'in_review') and raised_at <= $2
        order by raised_at, alert_id limit $3
        """)
}
