import Contracts
import Domain
import Persistence

/// Deliveries by id, with their causes, attempts and ends at one moment.
struct DeliveryPage {
    private let deliveries: [StoredDelivery]
    private var attempts: [DeliveryID: [StoredAttempt]] = [:]
    private var events: [EventID: LedgerRow] = [:]

    /// Nil for an empty page.
    var last: DeliveryID? { deliveries.last?.id }

    init(after: DeliveryID, _ site: SiteID?, _ size: Int, on connection: Connection) throws {
        deliveries = try connection.run(
            Self.selectDeliveries, [.id(after), .int64(Int64(size)), .optional(site?.text)]
        ).map { try StoredDelivery($0) }
        for row in try connection.run(Self.selectAttempts, [.ids(deliveries.map(\.id))]) {
            attempts[try row.id(0), default: []].append(try StoredAttempt(row))
        }
        let ids = deliveries.flatMap { [$0.cause, $0.ending, $0.withholding, $0.bouncing] }
        for row in try connection.run(Self.selectEvents, [.ids(ids)]) {
            events[try row.id(0)] = LedgerRow(stream: try row.id(1), type: try row.text(2), payload: try row.bytes(3))
        }
    }

    func judge(into result: inout CheckResult) {
        for delivery in deliveries {
            result.examine()
            var faults = delivery.faults(cause: events[delivery.cause].flatMap(\.alert), of: events[delivery.cause]?.stream)
            faults += delivery.faults(in: attempts[delivery.id] ?? [])
            faults += delivery.faults(ending: events[delivery.ending].map(\.notification))
            faults += delivery.faults(
                withheld: events[delivery.withholding].flatMap(\.notification)?.result,
                bounced: events[delivery.bouncing].flatMap(\.notification)?.result)
            for fault in faults { result.difference("delivery \(delivery.id) to \(delivery.recipient) \(fault)") }
            if faults.isEmpty, delivery.isHeld {
                result.held()
            } else if faults.isEmpty, !delivery.isFinished {
                result.pending(1, "delivery \(delivery.id) to \(delivery.recipient) is \(delivery.status)")
            }
        }
    }

    private struct LedgerRow {
        let stream: EpisodeID
        let type: String
        let payload: [UInt8]

        var alert: AlertEvent? {
            EventType(rawValue: type).flatMap { try? AlertEventCodec.decode(payload, type: $0) }
        }
        var notification: NotificationEvent? {
            EventType(rawValue: type).flatMap { try? NotificationEventCodec.decode(payload, type: $0) }
        }
    }

    private static let selectDeliveries: Statement = """
        select delivery_id, alert_id, episode_id, cause_event_id, kind, escalation_level, recipient, channel, status,
               attempts, finished_at is not null, held_for is not null and status = 'pending', withheld_for,
               bounced_at is not null, bounce_status
        from published.delivery where delivery_id > $1 and ($3::text is null or site = $3) order by delivery_id limit $2
        """

    private static let selectAttempts: Statement = """
        select delivery_id, attempt, ended_at is not null, outcome from published.delivery_attempt
        where delivery_id = any($1) order by delivery_id, attempt
        """

    private static let selectEvents: Statement =
        "select event_id, stream_id, type, payload from published.event where event_id = any($1)"
}

private struct StoredAttempt {
    let number: Int
    let hasEnded: Bool
    let outcome: String?

    init(_ row: Row) throws {
        number = Int(try row.int32(1))
        hasEnded = try row.bool(2)
        outcome = try row.optionalText(3)
    }
}

private struct StoredDelivery {
    let id: DeliveryID
    let alert: AlertID
    let episode: EpisodeID
    let cause: EventID
    let kind: Int16
    let level: Int
    let recipient: String
    let channel: String
    let status: String
    let attempts: Int
    let hasEndTime: Bool
    /// It waits for the end of quiet hours, a digest or a limit, as it should.
    let isHeld: Bool
    /// The delivery for whose sake it was not sent.
    let withheldFor: DeliveryID?
    let hasBounced: Bool
    let bounceStatus: String?

    init(_ row: Row) throws {
        id = try row.id(0)
        alert = try row.id(1)
        episode = try row.id(2)
        cause = try row.id(3)
        kind = try row.int16(4)
        level = Int(try row.int32(5))
        recipient = try row.text(6)
        channel = try row.text(7)
        status = try row.text(8)
        attempts = Int(try row.int32(9))
        hasEndTime = try row.bool(10)
        isHeld = try row.bool(11)
        withheldFor = try row.optionalID(12)
        hasBounced = try row.bool(13)
        bounceStatus = try row.optionalText(14)
    }

    /// The id of the event that tells of the end.
    var ending: EventID { DerivedIdentity.ending(of: id, following: cause) }
    var withholding: EventID { DerivedIdentity.withholding(of: id, following: cause) }
    var bouncing: EventID { DerivedIdentity.bouncing(of: id, following: cause) }
    var isFinished: Bool { ["delivered", "failed", "withdrawn", "withheld"].contains(status) }

    /// Against the alert event that called for it.
    func faults(cause event: AlertEvent?, of stream: EpisodeID?) -> [String] {
        guard let event else { return ["follows from an alert event that is not in the ledger"] }
        var faults: [String] = []
        let expected = NotificationChannel(rawValue: channel).map {
            DerivedIdentity.delivery(following: cause, to: recipient, $0)
        }
        if expected != id { faults.append("has an id that does not follow from its cause") }
        switch event.step {
        case .raised: if level != 0 { faults.append("says level \(level) of an alert that was raised") }
        case .assigned: if level != 0 { faults.append("says level \(level) of an alert that was given to somebody") }
        case .escalated(let told, _, _, _, _): if told != level { faults.append("says level \(level) instead of \(told)") }
        case .opened, .acknowledged, .reviewEntered, .resolved, .superseded, .withdrawn, .followedUp:
            faults.append("follows from an event that asks for none")
        }
        if event.alert != alert || event.kind.number != kind || stream != episode {
            faults.append("is about another alert than its cause")
        }
        return faults
    }

    /// Attempts are numbered from 1, each ended before the next, and the last decides.
    func faults(in made: [StoredAttempt]) -> [String] {
        var faults: [String] = []
        if made.map(\.number) != Array(1..<attempts + 1) {
            let stored = made.map { "\($0.number)" }.joined(separator: ", ")
            faults.append("counts \(attempts) attempts, those stored are \(stored)")
        }
        if made.dropLast().contains(where: { $0.outcome == nil }) {
            faults.append("began an attempt before the last ended")
        }
        if made.contains(where: { ($0.outcome != nil) != $0.hasEnded }) {
            faults.append("has an attempt that ended without outcome")
        }
        if made.dropLast().contains(where: { $0.outcome == "delivered" }) {
            faults.append("was attempted after it was delivered")
        }
        if !isConsistent(with: made.last?.outcome) {
            let outcome = made.last.map { $0.outcome ?? "has no outcome" } ?? "was not made"
            faults.append("is \(status), its last attempt \(outcome)")
        }
        if hasEndTime != isFinished {
            faults.append("is \(status), and \(hasEndTime ? "has" : "lacks") a time at which it ended")
        }
        return faults
    }

    private func isConsistent(with outcome: String?) -> Bool {
        switch status {
        case "delivered": outcome == "delivered"
        // What waited for another attempt is taken back as well, when the alert was given to somebody else.
        case "withdrawn": attempts == 0 || outcome == "transient" || outcome == "unknown"
        case "withheld": attempts == 0
        case "sending": attempts > 0 && outcome == nil
        case "pending": attempts == 0 || outcome == "transient" || outcome == "unknown"
        case "failed": outcome != "delivered" && (attempts == 0 || outcome != nil)
        default: false
        }
    }

    /// Against the event that tells of its end: one for what was delivered or given up, none for anything else.
    func faults(ending told: NotificationEvent??) -> [String] {
        guard let told else {
            return status == "delivered" || status == "failed" ? ["is \(status), and the ledger does not say so"] : []
        }
        guard let told else { return ["ended, and the event that says so cannot be read"] }
        var isSame = told.delivery == id && told.alert == alert && told.cause == cause && told.recipient == recipient
            && told.channel.rawValue == channel
        switch told.result {
        case .delivered(let attempt, _, _): isSame = isSame && status == "delivered" && attempt == attempts
        case .failed(let made, _, _): isSame = isSame && status == "failed" && made == attempts
        case .withheld, .bounced: isSame = false
        }
        return isSame ? [] : ["ended otherwise than the ledger says"]
    }

    private static let notTold = ", and the ledger does not say so"
    private static let toldOtherwise = " otherwise than the ledger says"

    /// Against the events that tell that it was withheld, and that its message came back: one where it was, else none.
    func faults(withheld: NotificationResult?, bounced: NotificationResult?) -> [String] {
        var faults: [String] = []
        if status == "withheld", withheldFor == nil { faults.append("is withheld for nothing") }
        if withheld != withheldFor.map({ .withheld(told: $0) }) {
            faults.append("was withheld" + (withheld == nil ? Self.notTold : Self.toldOtherwise))
        }
        if hasBounced, status != "delivered" { faults.append("is \(status), and its message came back") }
        if bounced != (hasBounced ? .bounced(status: bounceStatus ?? "") : nil) {
            faults.append("came back" + (bounced == nil ? Self.notTold : Self.toldOtherwise))
        }
        return faults
    }
}
