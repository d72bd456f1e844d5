import Domain
import Persistence

/// A table that a service keeps and the same table as folded from the ledger: compared and replaced by the database,
/// byte for byte, the episodes of a page at a time.
struct ProjectedTable: Sendable {
    /// Of the service, e.g. `scoring.trajectory`.
    let name: String
    let shadow: String
    let key: [String]
    /// All but the key.
    let columns: [String]
    /// In which order rows are put in place, where an index makes that matter.
    var order = ""

    enum Finding: String, Sendable, CaseIterable {
        /// The ledger tells of nothing that leads to this row.
        case onlyOld = "only_old"
        /// The ledger leads to a row that is not there.
        case onlyNew = "only_new"
        case different
    }

    struct Difference: Sendable {
        let table: String
        let key: String
        let finding: Finding
        /// Names of the columns that differ; never what they hold.
        let columns: [String]
    }

    func differences(of episodes: [EpisodeID], on connection: Connection) throws -> [Difference] {
        try connection.run(Statement(differenceSQL), [.ids(episodes)]).map { row in
            let finding: Finding = try row.bool(1) ? .onlyNew : try row.bool(2) ? .onlyOld : .different
            return Difference(
                table: name, key: try row.text(0), finding: finding,
                columns: finding == .different ? try row.texts(3) : [])
        }
    }

    /// Puts the folded rows in the place of those that differ from them.
    func replace(_ episodes: [EpisodeID], on connection: Connection) throws {
        try connection.run(Statement(removalSQL), [.ids(episodes)])
        try connection.run(Statement(replacementSQL), [.ids(episodes)])
    }

    private var sameKey: String { key.map { "o.\($0) = n.\($0)" }.joined(separator: " and ") }

    private func list(_ columns: [String], of alias: String) -> String {
        columns.map { "\(alias).\($0)" }.joined(separator: ", ")
    }

    private var differenceSQL: String {
        let named = columns.map { "case when o.\($0) is distinct from n.\($0) then '\($0)' end" }
        let keys = key.map { "coalesce(o.\($0), n.\($0))" }.joined(separator: ", ")
        return """
            select concat_ws(' ', \(keys)), o.\(key[0]) is null, n.\(key[0]) is null,
                   array_remove(array[\(named.joined(separator: ", "))], null)
            from (select * from \(name) where episode_id = any($1)) o
            full join (select * from \(shadow) where episode_id = any($1)) n on \(sameKey)
            where (\(list(key + columns, of: "o"))) is distinct from (\(list(key + columns, of: "n")))
            order by 1
            """
    }

    private var removalSQL: String {
        """
        delete from \(name) o
        where o.episode_id = any($1) and not exists (select from \(shadow) n where \(sameKey))
        """
    }

    private var replacementSQL: String {
        let all = (key + columns).joined(separator: ", ")
        let changes = columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        return """
            insert into \(name) (\(all))
            select \(list(key + columns, of: "n")) from \(shadow) n
            where n.episode_id = any($1)
              and not exists (select from \(name) o where \(sameKey)
                              and (\(list(columns, of: "o"))) is not distinct from (\(list(columns, of: "n"))))
            order by \(order.isEmpty ? "" : order + ", ")\(list(key, of: "n"))
            on conflict (\(key.joined(separator: ", "))) do update set \(changes)
            """
    }
}

extension ProjectedTable {
    static let episode = ProjectedTable(
        name: "scoring.episode", shadow: "rebuild.episode", key: ["episode_id"],
        columns: ["site", "version", "participants"])

    static let trajectory = ProjectedTable(
        name: "scoring.trajectory", shadow: "rebuild.trajectory",
        key: ["episode_id", "participant_id", "instrument", "instrument_version"],
        columns: ["site", "point_count", "state", "version", "body"])

    static let course = ProjectedTable(
        name: "alerting.course", shadow: "rebuild.course",
        key: ["episode_id", "participant_id", "instrument", "instrument_version"], columns: ["version", "signals"])

    static let alert = ProjectedTable(
        name: "alerting.alert", shadow: "rebuild.alert", key: ["alert_id"],
        columns: [
            "episode_id", "site", "kind", "status", "rule", "rating_id", "participant_id", "instrument", "clinician",
            "cause_event_id", "traceparent", "raised_at", "due_at", "escalation_level", "acknowledged_by",
            "acknowledged_at", "closed_by", "closed_at", "closed_as", "urgency", "first_due_at", "audience",
            "ladder_ended", "opened_by", "opened_at", "assignments", "review_entries", "reviewed_at", "closed_reason",
            "session_id", "followed_up_at",
        ],
        // Closed ones first: an episode has room for one open alert of a kind.
        order: "(n.status in ('raised', 'opened', 'acknowledged', 'in_review'))")
}
