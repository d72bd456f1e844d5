import Contracts
import Domain
import Foundation
import LocalStack
import Outbound
import Persistence
import ServiceKit

/// From an alert's event in the ledger to the mail server that has the mail, at 200 ratings a second of which one in
/// twenty raises an alert; beside the commits and the SMTP conversation of as many alerts, alone.
struct NoticeBench {
    private static let ratingsPerSecond = 200
    private static let oneAlertIn = 20
    /// So many that none comes to its fourth rating, from which on a course that stands still is told of.
    private static let quietEpisodes = 2000

    let bench: Bench

    func figures() throws -> [Figure] {
        let start = Timestamp.now
        let count = Self.ratingsPerSecond * bench.seconds
        try load(count)
        try bench.drain()
        let (delays, alerts) = try told(since: start)
        let floor = try self.floor(of: count / Self.oneAlertIn)
        return delays.figures("alert in the ledger to mail accepted at 200 ratings/s", floor: floor) + [
            Figure(name: "alerts among a hundred of those ratings", value: 100 * Double(alerts) / Double(count), unit: "alerts")
        ]
    }

    private func load(_ count: Int) throws {
        let quiet = bench.clinic(seed: 11, episodes: Self.quietEpisodes * 5 / 4 + 1)
        let unsafe = bench.clinic(seed: 12, episodes: count / Self.oneAlertIn)
        try bench.post(quiet.episodes, "opening episodes") { quiet.opening($0) }
        try bench.post(unsafe.episodes, "opening episodes") { unsafe.opening($0) }
        try bench.drain()
        let run = LoadRun(title: "ratings at 200/s", count: count, rate: Self.ratingsPerSecond) { number in
            number.isMultiple(of: Self.oneAlertIn)
                ? unsafe.unsafeRating(number / Self.oneAlertIn) : quiet.rating(Self.quietRating(number))
        }
        let counts = try run.run(
            url: try bench.url(.ingestion), token: try bench.token("north", "integration"),
            connections: Bench.connections, patience: Bench.patience)
        if counts.failed > 0 { throw BenchFailure("\(counts.failed) of \(count) ratings failed") }
    }

    /// The number, in the whole simulation, of an ORS rating of a course that gets better: nothing to be told of.
    static func quietRating(_ number: Int) -> Int {
        let index = number % quietEpisodes
        let episodes = quietEpisodes * 5 / 4 + 1
        return 3 * (number / quietEpisodes) * episodes + index + index / 4 + 1
    }

    /// What each mail of an alert took until the sink had it, and how many alerts there were.
    private func told(since start: Timestamp) throws -> (Delays, alerts: Int) {
        let connection = try bench.superuser()
        defer { connection.close() }
        var recorded: [String: Timestamp] = [:]
        var alerts: Set<EventID> = []
        for row in try connection.run(Self.selectTold, [.timestamp(start)]) {
            let delivery: DeliveryID = try row.id(0)
            alerts.insert(try row.id(1))
            recorded["\(delivery)"] = try row.timestamp(2)
        }
        var delays = Delays()
        for mail in bench.stack.mails?.mails ?? [] {
            guard let delivery = mail.header("Attune-Delivery"), let time = recorded.removeValue(forKey: delivery) else { continue }
            delays.add(mail.receivedAt.microseconds - time.microseconds)
        }
        guard recorded.isEmpty, !delays.microseconds.isEmpty else {
            throw BenchFailure("\(recorded.count) mails that were delivered are not at the mail server")
        }
        return (delays, alerts.count)
    }

    /// One alert after another, at the same pace: one commit for alert, event and deliveries, one that begins the
    /// attempt, and the mail over a connection that is kept.
    private func floor(of alerts: Int) throws -> Delays {
        let connection = try bench.superuser()
        defer { connection.close() }
        try connection.script("create schema bench; " + NoticeFloor.tables)
        var notices = NoticeFloor(connection: connection, alertsPerThousand: 1000)
        let mails = try BareMails(server: bench.stack.endpoints.smtp)
        var delays = Delays()
        let start = ContinuousClock.now
        for number in 0..<alerts {
            let due = start + .seconds(Double(number * Self.oneAlertIn) / Double(Self.ratingsPerSecond))
            let left = Bench.seconds(ContinuousClock.now.duration(to: due))
            if left > 0 { Pause.seconds(left) }
            let begun = ContinuousClock.now
            let deliveries = try connection.transaction { _ in try notices.raise(for: 1) }
            guard let delivery = deliveries.first else { continue }
            try notices.deliver(delivery) {
                try mails.send(number)
                delays.add(Int64(Bench.seconds(begun.duration(to: .now)) * 1_000_000))
            }
        }
        try connection.script("drop schema bench cascade")
        return delays
    }

    private static let selectTold: Statement = """
        select d.delivery_id, e.event_id, e.recorded_at
        from published.delivery d join published.event e on e.event_id = d.cause_event_id
        where d.site = 'north' and d.channel = 'email' and d.status = 'delivered' and d.escalation_level = 0
          and e.recorded_at >= $1
        """
}

/// Mails of the size of a notice, one after another over one connection.
private struct BareMails {
    private let session: CurlSession
    private let server: SMTPEndpoint
    private let from: MailAddress
    private let to: MailAddress

    init(server: String) throws {
        session = try CurlSession(caFile: nil, proxy: .none)
        self.server = try SMTPEndpoint(url: server, requireTLS: false)
        from = try MailAddress("attune@localhost")
        to = try MailAddress("bench@clinic.example")
    }

    func send(_ number: Int) throws {
        let mail = try Mail(
            from: from, to: [to], subject: "An alert is waiting", textBody: String(repeating: "An alert is waiting. ", count: 10),
            messageID: "bench-\(number)@localhost", unixTime: Timestamp.now.microseconds / 1_000_000)
        _ = try session.send(mail, through: server)
    }
}
