import Contracts
import Crypto
import Domain
import Foundation
import Logging
import Outbound
import Persistence
import ServiceKit
import TestSupport

@testable import Channels
@testable import attune_notification

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
let north = SiteID("north")!
let key = Array("an example of a key that is long enough".utf8)

/// A database of its own, a mail server and a webhook receiver, and what the service makes of them.
struct Fixture {
    let database: TestDatabase
    /// In the service's own role: its grants are part of what is tested.
    let connection: Connection
    let webhooks: Record<ReceivedRequest>
    let mails: Record<ReceivedMail>
    let mailServer: Peer
    let receiver: Peer
    let store: DeliveryStore
    let routes: Routes
    let sending: SendingSettings
    let board: EndpointBoard

    init(
        mailAnswers: [String] = [], webhookAnswers: [String] = [], recipients: [RecipientKind] = [.mail],
        maxAttempts: Int = 12, workers: Int = 1,
        routes given: ((_ url: String, _ dead: String) throws -> Routes)? = nil,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) throws {
        database = try TestDatabase.make()
        connection = try database.connect(role: "attune_notification")
        mails = Record(answers: mailAnswers)
        webhooks = Record(answers: webhookAnswers)
        mailServer = try Peer.smtp(mails)
        receiver = try Peer.http(webhooks)
        let url = "http://127.0.0.1:\(receiver.port)/hook"
        let dead = "http://127.0.0.1:\(try Peer.deadPort())/hook"
        routes =
            try given?(url, dead)
            ?? Routes(
                default: try recipients.map { kind in
                    switch kind {
                    case .mail: try .mail()
                    case .webhook: .webhook(url: url)
                    case .deadWebhook: .webhook("dead", url: dead)
                    }
                }, sites: [:])
        store = DeliveryStore(
            routes: routes, schedule: RetrySchedule(firstPause: .seconds(5), maxAttempts: maxAttempts),
            sendingLimit: .seconds(60), now: now)
        sending = SendingSettings(
            mail: .init(
                endpoint: try SMTPEndpoint(url: "smtp://127.0.0.1:\(mailServer.port)", requireTLS: false),
                from: try MailAddress("attune@clinic.example")),
            portal: "https://portal.example/")
        board = EndpointBoard(workers: workers)
    }

    enum RecipientKind { case mail, webhook, deadWebhook }

    func worker() throws -> DeliveryWorker {
        DeliveryWorker(store, board, try MessageSender(sending, MessageTemplates()), logger: quiet)
    }

    /// As the consumer does it: one transaction, then the news of it.
    func handle(_ events: [EventEnvelope], routes: Routes? = nil, wakeUp: @escaping @Sendable () -> Void = {}) throws {
        let handler = NotificationHandler(routes: routes ?? self.routes, logger: quiet, wakeUp: wakeUp)
        try connection.transaction { connection in
            try handler.handle(events.map { ConsumedEvent(topic: Topic.alerts.name, envelope: $0) }, on: connection)
        }
        handler.didCommit()
    }

    /// One attempt.
    func deliverNext() throws -> Bool { try worker().deliver(on: connection) { true } }

    /// Lets the time of every waiting delivery, and of every attempt under way, have come.
    func letTimePass() throws {
        try connection.run(
            "update notification.delivery set next_attempt_at = now() - interval '1 second' where finished_at is null")
    }

    struct State: Equatable {
        var status: String
        var attempts: Int
    }

    func deliveries() throws -> [State] {
        try connection.run("select status, attempts from notification.delivery order by created_at, channel").map {
            State(status: try $0.text(0), attempts: Int(try $0.int32(1)))
        }
    }

    /// Outcomes of all attempts in order; `-` for one without.
    func outcomes() throws -> [String] {
        try connection.run("select coalesce(outcome, '-') from notification.attempt order by started_at, attempt")
            .map { try $0.text(0) }
    }

    func ledger() throws -> [NotificationEvent] {
        try Ledger.page(of: .notification, after: 0, limit: 100, on: connection).map {
            try NotificationEventCodec.decode($0.payload, type: try require(EventType(rawValue: $0.type)))
        }
    }
}

struct Missing: Error {}

/// Outside of a test's body.
func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}

extension Recipient {
    static func mail(_ id: String = "desk", kinds: Set<AlertKind> = Set(AlertKind.allCases)) throws -> Recipient {
        Recipient(
            id: id, address: .email(try MailAddress("\(id)@clinic.example")), kinds: kinds, takesEscalations: true)
    }

    static func webhook(_ id: String = "bridge", url: String) -> Recipient {
        Recipient(
            id: id,
            address: .webhook(
                WebhookTarget(url: url, keys: [WebhookKey(id: "2026-1", bytes: key)], allowsPrivateAddress: true)),
            kinds: Set(AlertKind.allCases), takesEscalations: true)
    }
}

/// An alert of an episode of its own, and its events as alerting publishes them.
struct Example {
    let alert = AlertID(rawValue: UUID())
    var episode = EpisodeID(rawValue: UUID())
    var kind = AlertKind.deteriorating
    var rule = SignalRule.reliablyWorse
    var clinician = "sentinelclinician"
    var urgency: AlertUrgency?
    let dueAt = Timestamp("2026-03-02T09:30:00Z")!

    static let safety = Example(kind: .safety, rule: .safetyItem(9))

    func raised() throws -> EventEnvelope {
        let raising = AlertRaising(
            cause: EventID(rawValue: UUID()), rule: rule, rating: RatingID(rawValue: UUID()),
            course: CourseKey(
                participant: ParticipantID(rawValue: UUID()),
                instrument: InstrumentReference(id: InstrumentID("phq-9")!, version: "sentinelversion")),
            provenance: Provenance(normSet: nil, model: nil),
            clinician: clinician, dueAt: dueAt, urgency: urgency)
        return try event(.raised(raising))
    }

    func escalated(level: Int = 1, to audience: AlertAudience? = nil) throws -> EventEnvelope {
        let next = dueAt.advanced(bySeconds: 3600)
        return try event(.escalated(level: level, wasDueAt: dueAt, dueAt: next, audience: audience), sequence: 2)
    }

    func assigned(to clinician: String) throws -> EventEnvelope {
        let assignment = AlertAssignment(
            number: 1, from: self.clinician, to: clinician, actor: "u-17", reason: .handedOver)
        return try event(.assigned(assignment), sequence: 2)
    }

    func superseded() throws -> EventEnvelope {
        try event(.superseded(cause: EventID(rawValue: UUID()), .courseChanged), sequence: 2)
    }

    func acknowledged() throws -> EventEnvelope { try event(.acknowledged(actor: "u-17"), sequence: 2) }

    private func event(_ step: AlertStep, sequence: Int64 = 1) throws -> EventEnvelope {
        let event = AlertEvent(alert: alert, kind: kind, step: step)
        return EventEnvelope(
            id: EventID(rawValue: UUID()), type: event.type, source: "/attune/alerting", episode: episode, site: north,
            sequence: sequence, time: dueAt, trace: .root(), payload: try AlertEventCodec.encode(event))
    }
}
