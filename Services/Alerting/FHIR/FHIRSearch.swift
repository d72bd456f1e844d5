import Contracts
import Domain
import FHIR
import FoundationEssentials
import Persistence

/// What a search asks for, checked.
struct FHIRSearch: Sendable {
    /// Nil for every site.
    var sites: [SiteID]?
    /// Nil for every participant.
    var patients: [ParticipantID]?
    /// States of the rows, by the names in the database; nil for all.
    var statuses: [String]?
    /// Open alerts only, where that is all that is asked: their index is small whatever the history.
    var isOpenOnly = false
    var dates = FHIRDateBounds()
    var lastUpdated = FHIRDateBounds()
    var cursor: FHIRQuery.Cursor
    /// Of a page.
    var count: Int

    /// Behind what rows are read: nothing is changed before it is made.
    private var start: FHIRQuery.Cursor {
        let from = max(dates.from, lastUpdated.from)
        return from > cursor.changedAt ? FHIRQuery.Cursor(before: from) : cursor
    }

    var parameters: [Parameter] {
        [
            sites.map { .texts($0.map(\.text)) } ?? .null, .ids(patients ?? []),
            statuses.map { .texts($0) } ?? .null, .timestamp(dates.from), .timestamp(dates.before),
            .timestamp(start.changedAt), .uuid(start.id), .timestamp(lastUpdated.before),
        ]
    }
}

/// Alerts and notifications for other systems, from published views alone. Pages are in the order in which rows were
/// changed, so that nothing slips through between two of them: what changes meanwhile comes again at the end.
enum FHIRStore {
    struct Page<Resource: Sendable>: Sendable {
        let resources: [Resource]
        let next: FHIRQuery.Cursor?
    }

    static func alerts(_ search: FHIRSearch, withModels: Bool, on connection: Connection) throws -> Page<FHIRAlert> {
        let statement = Statement(
            FHIRSearchText(
                view: "published.fhir_alert", key: "alert_id", made: "raised_at", columns: FHIRAlert.columns,
                condition: search.isOpenOnly ? " and r.closed_at is null" : ""
            ).sql(byPatient: search.patients != nil))
        var alerts = try connection.run(statement, search.parameters).map { try FHIRAlert($0) }
        let next = page(&alerts, search.count) { .init(changedAt: $0.changedAt, id: $0.id.rawValue) }
        if withModels { try addModels(to: &alerts, on: connection) }
        return Page(resources: alerts, next: next)
    }

    static func notifications(_ search: FHIRSearch, on connection: Connection) throws -> Page<FHIRNotification> {
        let statement = Statement(
            FHIRSearchText(
                view: "published.fhir_notification", key: "delivery_id", made: "created_at",
                columns: FHIRNotification.columns, condition: ""
            ).sql(byPatient: search.patients != nil))
        var notifications = try connection.run(statement, search.parameters).map { try FHIRNotification($0) }
        let next = page(&notifications, search.count) { .init(changedAt: $0.changedAt, id: $0.id.rawValue) }
        return Page(resources: notifications, next: next)
    }

    static func alert(_ id: AlertID, on connection: Connection) throws -> FHIRAlert? {
        let statement = Statement("select \(FHIRAlert.columns) from published.fhir_alert where alert_id = $1")
        guard let row = try connection.run(statement, [.id(id)]).first else { return nil }
        var alerts = [try FHIRAlert(row)]
        try addModels(to: &alerts, on: connection)
        return alerts.first
    }

    static func notification(_ id: DeliveryID, on connection: Connection) throws -> FHIRNotification? {
        let statement = Statement(
            "select \(FHIRNotification.columns) from published.fhir_notification where delivery_id = $1")
        return try connection.run(statement, [.id(id)]).first.map { try FHIRNotification($0) }
    }

    /// Cuts off what belongs to the next page.
    private static func page<Resource>(
        _ resources: inout [Resource], _ count: Int, cursor: (Resource) -> FHIRQuery.Cursor
    ) -> FHIRQuery.Cursor? {
        guard resources.count > count else { return nil }
        resources.removeLast(resources.count - count)
        return resources.last.map(cursor)
    }

    /// The model behind an alert stands in the event that raised it.
    private static func addModels(to alerts: inout [FHIRAlert], on connection: Connection) throws {
        let ranges = Set(alerts.map(\.episode)).sorted().map {
            Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max)
        }
        var models: [AlertID: String] = [:]
        for event in try Ledger.events(in: ranges, category: .alert, reach: .scoped, on: connection)
        where event.type == EventType.alertRaised.rawValue {
            let alert = try AlertEventCodec.decode(event.payload, type: .alertRaised)
            guard case .raised(let raising) = alert.step, let model = raising.grounds?.provenance.model else { continue }
            models[alert.alert] = "\(model.id)@\(model.version)#\(Hexadecimal.text(model.hash))"
        }
        for index in alerts.indices { alerts[index].model = models[alerts[index].id] }
    }
}

/// The one form of both searches. With a patient the participant's index finds the rows; otherwise each site's rows are
/// read from its own index in the order of the page, and only as many as the largest page holds.
///
/// The filters stand in one `coalesce`, and the limit is a number, on purpose: the planner, which knows no parameters,
/// would otherwise expect so few rows that it reads a whole site and sorts it.
struct FHIRSearchText {
    let view: String
    let key: String
    let made: String
    let columns: String
    let condition: String

    func sql(byPatient: Bool) -> String {
        let filter = """
            (r.changed_at, r.\(key)) > ($6, $7) and r.changed_at < $8
              and coalesce(r.\(made) >= $4 and r.\(made) < $5 and ($3::text[] is null or r.status = any($3)), false)
              \(condition)
            """
        // One more than a page: whether there is another.
        let limit = FHIRQuery.largestPage + 1
        guard !byPatient else {
            return """
                select \(columns) from \(view) r
                where r.participant_id = any($2) and ($1::text[] is null or r.site = any($1)) and \(filter)
                order by r.changed_at, r.\(key) limit \(limit)
                """
        }
        return """
            with recursive every (site) as (
                (select a.site from published.fhir_alert a where $1::text[] is null order by a.site limit 1)
                union all
                select (select a.site from published.fhir_alert a where a.site > e.site order by a.site limit 1)
                from every e where e.site is not null
            ), chosen (site) as (
                select unnest($1::text[]) union select site from every where site is not null
            )
            select r.* from chosen c cross join lateral (
                select \(columns) from \(view) r where r.site = c.site and cardinality($2::uuid[]) = 0 and \(filter)
                order by r.changed_at, r.\(key) limit \(limit)
            ) r
            order by r.changed_at, r.\(key) limit \(limit)
            """
    }
}
