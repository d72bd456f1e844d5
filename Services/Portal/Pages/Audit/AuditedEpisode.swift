import AuditLog
import Contracts
import Domain
import Persistence

/// What is known of an episode beside its events. Nil where there is none in the scope.
struct EpisodeHead: Sendable {
    let id: EpisodeID
    let site: SiteID
    let service: String
    let clinician: String
    let openedOn: CalendarDay
    let closedOn: CalendarDay?
    let participants: [ParticipantID]

    init?(_ id: EpisodeID, on connection: Connection) throws {
        guard let row = try connection.run(Self.select, [.id(id)]).first else { return nil }
        self.id = id
        site = SiteID(unchecked: try row.text(0))
        service = try row.text(1)
        clinician = try row.text(2)
        openedOn = try row.day(3)
        closedOn = try row.optionalDay(4)
        participants = try row.ids(5)
    }

    private static let select: Statement = """
        select site, service, clinician, opened_on, closed_on, participants from published.portal_episode
        where episode_id = $1
        """
}

/// A page of an episode's history, with what the page says beside it.
struct AuditedEpisode: Sendable {
    let head: EpisodeHead
    let filter: HistoryFilter
    /// Of the filter.
    let total: Int
    let events: [LedgerEvent]
    /// Places in the audit log of those of the events that are in it.
    let leaves: [EventID: Int]
    let alerts: [AlertBasis]
    let looks: [WhoLooked]
    /// Exports by an operator that this episode was part of.
    let exports: [LedgerEvent]

    var site: SiteID { head.site }

    init?(
        _ id: EpisodeID, _ filter: HistoryFilter, _ cases: CaseReading, today: CalendarDay, on connection: Connection
    ) throws {
        guard let head = try EpisodeHead(id, on: connection) else { return nil }
        self.head = head
        self.filter = filter
        let categories: Parameter = .int16s(filter.categories)
        total = Int(try connection.run(Self.count, [.id(id), categories]).only().int64(0))
        let offset = Int64((filter.page - 1) * HistoryFilter.pageSize)
        events = try connection.run(
            Self.page, [.id(id), categories, .int64(offset), .int64(Int64(HistoryFilter.pageSize))]
        ).map(Self.event)
        leaves = Dictionary(
            try StoredLog.leaves(of: events.map(\.id), reach: .scoped, on: connection).map {
                ($0.entry.event, $0.index)
            },
            uniquingKeysWith: { first, _ in first })
        let whole = Ledger.StreamRange(stream: id, firstVersion: 1, lastVersion: .max)
        alerts = AlertBasis.all(
            in: try Ledger.events(in: [whole], category: .alert, reach: .scoped, on: connection),
            try cases.one(id, asOf: today, on: connection))
        looks = WhoLooked.all(in: try Ledger.events(in: [whole], category: .access, reach: .scoped, on: connection))
        exports = try Self.exports(of: head, on: connection)
    }

    /// The newest exports of evidence at the episode's site that it was part of, newest first.
    static func exports(of head: EpisodeHead, on connection: Connection) throws -> [LedgerEvent] {
        try connection.run(selectExports, [.text(head.site.text)]).map(event).filter { isExport($0, of: head.id) }
    }

    private static func isExport(_ event: LedgerEvent, of episode: EpisodeID) -> Bool {
        guard let type = EventType(rawValue: event.type),
            case .evidenceExported(let export)? = (try? AccessEventCodec.decode(event.payload, type: type))?.body
        else { return false }
        return export.episodes.isEmpty || export.episodes.contains(episode)
    }

    static func event(_ row: Row) throws -> LedgerEvent {
        guard let category = LedgerCategory(rawValue: try row.int16(1)) else {
            throw MalformedEvent(field: "category", problem: "is none that this version knows")
        }
        return LedgerEvent(
            position: try row.int64(0), lane: Lane(category: category, backfill: try row.bool(2)), id: try row.id(3),
            stream: try row.id(4), version: try row.int64(5), site: SiteID(unchecked: try row.text(6)),
            type: try row.text(7), recordedAt: try row.timestamp(8), traceparent: try row.optionalText(9),
            payload: try row.bytes(10))
    }

    static let columns = """
        position, category, backfill, event_id, stream_id, version, site, type, recorded_at, traceparent, payload
        """

    private static let count: Statement = """
        select count(*) from published.portal_event where category = any($2) and stream_id = $1
        """
    /// Positions are drawn from one sequence for all lanes: their order is that in which things were written down.
    private static let page = Statement(
        """
        select \(columns) from published.portal_event where category = any($2) and stream_id = $1
        order by position offset $3 limit $4
        """)
    private static let selectExports = Statement(
        """
        select \(columns) from published.portal_event where site = $1 and type = 'attune.evidence.exported.v1'
        order by position desc limit 200
        """)
}

extension AuditedEpisode {
    func values(_ words: Words) -> [String: Any] {
        let pages = max(1, (total + HistoryFilter.pageSize - 1) / HistoryFilter.pageSize)
        let path = "/audit/episodes/\(head.id)"
        var values: [String: Any] = [
            "id": head.id.description, "site": head.site.text, "service": head.service, "clinician": head.clinician,
            "opened": words.day(head.openedOn), "closed": head.closedOn.map(words.day) ?? words["audit.episode.open"],
            "path": path, "total": words("audit.episode.events", count: total), "hasEvents": !events.isEmpty,
            "events": events.map { line($0, words) }, "parts": parts(path, words),
            "alerts": alerts.map { $0.values(words) }, "hasAlerts": !alerts.isEmpty,
            "looks": looks.map { $0.values(words) }, "hasLooks": !looks.isEmpty,
            "exports": exports.map { line($0, words) }, "hasExports": !exports.isEmpty,
            "place": words("audit.episode.page", ["page": words.integer(filter.page), "pages": words.integer(pages)]),
        ]
        if filter.page > 1 { values["earlier"] = path + filter.query(page: filter.page - 1) }
        if filter.page < pages { values["later"] = path + filter.query(page: filter.page + 1) }
        return values
    }

    private func parts(_ path: String, _ words: Words) -> [[String: Any]] {
        let all: [String: Any] = ["address": path, "name": words["audit.part.all"], "isHere": filter.category == nil]
        return [all]
            + HistoryFilter.names.map { name, category in
                [
                    "address": "\(path)?part=\(name)", "name": words["audit.part.\(name)"],
                    "isHere": filter.category == category,
                ]
            }
    }

    private func line(_ event: LedgerEvent, _ words: Words) -> [String: Any] {
        let told = EventWords(words: words).line(event)
        var values: [String: Any] = [
            "id": event.id.description, "at": Instant(event.recordedAt, words).values, "who": told.actor,
            "what": told.what,
            "number": words(
                "audit.event.number",
                [
                    "part": words["audit.part.\(event.category.part)"], "number": words.integer(Int(event.version)),
                ]),
        ]
        values["leaf"] = leaves[event.id].map { words("audit.event.leaf", ["number": words.integer($0)]) }
        return values
    }
}

extension LedgerCategory {
    /// As the pages' addresses and texts name it.
    var part: String { HistoryFilter.names.first { $0.category == self }?.name ?? "" }
}
