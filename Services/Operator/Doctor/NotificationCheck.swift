import Channels
import Contracts
import Domain
import Persistence

/// Every alert that was raised, passed on or given to another clinician has been turned into deliveries, once for each
/// recipient; every delivery and every attempt is accounted for; and the ledger tells of each end, once.
struct NotificationCheck: DoctorCheck {
    let name = CheckName.notifications
    let site: SiteID?
    /// Who is to be told; nil: that nobody is missing among the recipients is then only checked for safety, for which
    /// routes always name somebody.
    let routes: RoutesOutline?
    var pageSize = 500

    func run(into result: inout CheckResult, on connection: Connection) throws {
        let total = try connection.run(Self.total, [.optional(site?.text)]).only().int64(0)
        var bar = ProgressBar("checking notifications", total: Int(total))
        defer { bar.end() }
        try forEachEvent(of: .alert, on: connection) { events, connection in
            try CalledPage(events, on: connection)
        } judge: { $0.judge(routes, into: &result); bar.advance(to: result.examined) }
        try forEachDelivery(on: connection) { $0.judge(into: &result); bar.advance(to: result.examined) }
        try forEachEvent(of: .notification, on: connection) { events, connection in
            try EndedPage(events, on: connection)
        } judge: { $0.judge(into: &result); bar.advance(to: result.examined) }
        try handled(into: &result, on: connection)
    }

    /// Events of a lane by position; what they are compared with is read in the same snapshot.
    private func forEachEvent<Page>(
        of lane: Lane, on connection: Connection, read: ([LedgerEvent], Connection) throws -> Page, judge: (Page) -> Void
    ) throws {
        var last = Int64.min
        while true {
            let page: Page? = try connection.snapshot { connection in
                let events = try Ledger.page(of: lane, after: last, limit: pageSize, on: connection)
                guard let end = events.last else { return nil }
                last = end.position
                return try read(events.filter { site == nil || $0.site == site }, connection)
            }
            guard let page else { return }
            judge(page)
        }
    }

    private func forEachDelivery(on connection: Connection, judge: (DeliveryPage) -> Void) throws {
        var last = DeliveryID.lowest
        while true {
            let page = try connection.snapshot { try DeliveryPage(after: last, site, pageSize, on: $0) }
            guard let end = page.last else { return }
            judge(page)
            last = end
        }
    }

    /// What counts as handled must be an event that asks for it.
    private func handled(into result: inout CheckResult, on connection: Connection) throws {
        let rows = try connection.run(
            Self.strangeHandled, [.texts([EventType.alertRaised, .alertEscalated, .alertAssigned].map(\.rawValue))])
        for row in rows {
            let event: EventID = try row.id(0)
            result.difference("event \(event) counts as handled, and is no alert raised, passed on or given to somebody")
        }
    }

    private static let total: Statement = """
        select (select count(*) from published.event
                where category in (2, 3) and ($1::text is null or site = $1))
             + (select count(*) from published.delivery where $1::text is null or site = $1)
        """

    private static let strangeHandled: Statement = """
        select h.event_id from published.handled_alert_event h
        left join published.event e on e.event_id = h.event_id and e.category = 2 and e.type = any($1)
        where e.event_id is null order by h.event_id
        """
}

/// Alert events, and what notification has made of those that ask for it.
private struct CalledPage {
    private struct Delivered {
        let id: DeliveryID
        let recipient: String
        let channel: String
    }

    private let events: [LedgerEvent]
    private var handled: Set<EventID> = []
    private var deliveries: [EventID: [Delivered]] = [:]
    private let held: HeldEpisodes

    init(_ events: [LedgerEvent], on connection: Connection) throws {
        self.events = events
        held = try HeldEpisodes.read(on: connection)
        let ids = Parameter.ids(events.map(\.id))
        for row in try connection.run(Self.selectHandled, [ids]) { handled.insert(try row.id(0)) }
        for row in try connection.run(Self.selectDeliveries, [ids]) {
            deliveries[try row.id(0), default: []].append(
                Delivered(id: try row.id(1), recipient: try row.text(2), channel: try row.text(3)))
        }
    }

    func judge(_ routes: RoutesOutline?, into result: inout CheckResult) {
        for event in events {
            result.examine()
            guard let type = EventType(rawValue: event.type),
                let alert = try? AlertEventCodec.decode(event.payload, type: type)
            else {
                result.difference("alert event \(event.id) cannot be read")
                continue
            }
            switch alert.step {
            case .raised: judge(event, alert, .raised, routes, &result)
            case .escalated(_, _, _, let audience, _): judge(event, alert, .passedOn(to: audience), routes, &result)
            case .assigned: judge(event, alert, .assigned, routes, &result)
            case .opened, .acknowledged, .reviewEntered, .resolved, .superseded, .withdrawn, .followedUp:
                guard deliveries[event.id] != nil else { continue }
                result.difference("alert event \(event.id) has deliveries, and asks for none")
            }
        }
    }

    private func judge(
        _ event: LedgerEvent, _ alert: AlertEvent, _ telling: Telling, _ routes: RoutesOutline?,
        _ result: inout CheckResult
    ) {
        let made = deliveries[event.id] ?? []
        let words = "alert event \(event.id) (\(alert.kind.rawValue), episode \(event.stream))"
        guard handled.contains(event.id) else {
            if !made.isEmpty { result.difference("\(words) has deliveries, and does not count as handled") }
            if held.holds(event.stream, .notification) {
                result.held()
            } else {
                result.pending(1, "\(words) has not been turned into notifications")
            }
            return
        }
        for (place, same) in Dictionary(grouping: made, by: { "\($0.recipient) by \($0.channel)" }) where same.count > 1 {
            result.difference("\(words) has \(same.count) deliveries to \(place)")
        }
        if let routes {
            let expected = routes.recipients(of: alert.kind, telling, at: event.site)
            let named = expected.compactMap(\.place)
            // Somebody of the directory, or the last resort in their place.
            if named.count < expected.count, made.isEmpty { result.difference("\(words) was handled, and has no delivery") }
            for (id, channel) in named
            where !made.contains(where: { $0.recipient == id && $0.channel == channel.rawValue }) {
                result.difference("\(words) has no delivery to \(id) by \(channel.rawValue)")
            }
        } else if made.isEmpty, alert.kind == .safety, telling != .assigned {
            result.difference("\(words) was handled, and has no delivery")
        }
    }

    private static let selectHandled: Statement =
        "select event_id from published.handled_alert_event where event_id = any($1)"

    // A delivery's id begins with the time of its cause: by that the key's index finds it. That every delivery has the
    // id that it should have is checked on its own.
    private static let selectDeliveries: Statement = """
        select c.event_id, d.delivery_id, d.recipient, d.channel
        from unnest($1::uuid[]) as c (event_id)
        cross join lateral (
            select * from published.delivery n
            where n.delivery_id >= (substring(c.event_id::text for 13) || '-0000-0000-000000000000')::uuid
              and n.delivery_id <= (substring(c.event_id::text for 13) || '-ffff-ffff-ffffffffffff')::uuid
              and n.cause_event_id = c.event_id
        ) d
        """
}

/// Notification events of the ledger, and the deliveries whose ends they tell.
private struct EndedPage {
    private let events: [LedgerEvent]
    private struct Stored {
        let status: String
        let wasWithheld: Bool
        let hasBounced: Bool
    }

    private var stored: [DeliveryID: Stored] = [:]

    init(_ events: [LedgerEvent], on connection: Connection) throws {
        self.events = events
        let ids = events.compactMap { Self.content($0)?.delivery }
        for row in try connection.run(Self.selectStored, [.ids(ids)]) {
            stored[try row.id(0)] = Stored(
                status: try row.text(1), wasWithheld: try row.bool(2), hasBounced: try row.bool(3))
        }
    }

    func judge(into result: inout CheckResult) {
        for event in events {
            result.examine()
            guard let content = Self.content(event) else {
                result.difference("notification event \(event.id) cannot be read")
                continue
            }
            let words = "notification event \(event.id) of delivery \(content.delivery)"
            if event.id != content.derivedID {
                result.difference("\(words) has an id that does not follow from its cause")
            }
            guard let delivery = stored[content.delivery] else {
                result.difference("\(words) tells of a delivery that is not stored")
                continue
            }
            let (said, isSo) =
                switch content.result {
                case .delivered: ("delivered", delivery.status == "delivered")
                case .failed: ("failed", delivery.status == "failed")
                case .withheld: ("withheld", delivery.wasWithheld)
                case .bounced: ("bounced", delivery.hasBounced)
                }
            if !isSo { result.difference("\(words) says \(said), the delivery is \(delivery.status)") }
        }
    }

    private static let selectStored: Statement = """
        select delivery_id, status, withheld_for is not null, bounced_at is not null
        from published.delivery where delivery_id = any($1)
        """

    private static func content(_ event: LedgerEvent) -> NotificationEvent? {
        EventType(rawValue: event.type).flatMap { try? NotificationEventCodec.decode(event.payload, type: $0) }
    }
}

extension NotificationEvent {
    /// The id that an event with this content has.
    var derivedID: EventID {
        switch result {
        case .delivered, .failed: DerivedIdentity.ending(of: delivery, following: cause)
        case .withheld: DerivedIdentity.withholding(of: delivery, following: cause)
        case .bounced: DerivedIdentity.bouncing(of: delivery, following: cause)
        }
    }
}
