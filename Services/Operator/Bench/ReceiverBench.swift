import Contracts
import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit

/// A hundred sites with a webhook each: what the alerts of ninety-nine take when the hundredth's receiver accepts and never
/// answers, beside what they take when it answers.
struct ReceiverBench {
    private static let receivers = 100
    private static let alertsPerSecond = 20

    let bench: Bench

    func figures() throws -> [Figure] {
        let alive = try run(dead: nil, seed: 21)
        let silent = try SilentSink()
        defer { silent.stop() }
        let beside = try run(dead: silent.url, seed: 22)
        return beside.figures("alert to webhook accepted, 99 receivers beside a dead one", floor: alive)
    }

    /// - Parameter dead: where the last receiver is; nil: where the others are.
    private func run(dead: String?, seed: UInt64) throws -> Delays {
        let routes = self.routes(dead: dead)
        try Data(routes.utf8).write(to: bench.stack.settings.folder.routes, options: .atomic)
        try bench.stack.restart(.notification)
        let count = Self.alertsPerSecond * bench.seconds
        let clinics = (0..<Self.receivers).map { number in
            SimulatedClinic(
                site: SiteID(unchecked: Self.site(number)), seed: seed, episodes: count / Self.receivers + 1,
                openedOn: CalendarDay(daysSinceEpoch: Timestamp.now.day.daysSinceEpoch - 700))
        }
        let start = Timestamp.now
        let clinic = { @Sendable (number: Int) in (clinics[number % Self.receivers], number / Self.receivers) }
        try bench.post(count, "opening episodes", at: "*") { clinic($0).0.opening(clinic($0).1) }
        try bench.post(count, "alerts at \(Self.alertsPerSecond)/s", at: "*", rate: Self.alertsPerSecond) {
            clinic($0).0.unsafeRating(clinic($0).1)
        }
        let expected = (0..<count).count { $0 % Self.receivers != Self.receivers - 1 }
        return try delays(since: start, of: expected)
    }

    private func delays(since start: Timestamp, of expected: Int) throws -> Delays {
        let connection = try bench.superuser()
        defer { connection.close() }
        let last = Parameter.text(Self.site(Self.receivers - 1))
        try bench.until(lookingEvery: 0.1) {
            try connection.run(Self.countTold, [.timestamp(start), last]).only().int64(0) >= Int64(expected)
        }
        var recorded: [String: Timestamp] = [:]
        for row in try connection.run(Self.selectTold, [.timestamp(start), last]) {
            let delivery: DeliveryID = try row.id(0)
            recorded["\(delivery)"] = try row.timestamp(1)
        }
        var delays = Delays()
        for webhook in bench.stack.webhooks?.webhooks ?? [] {
            guard let delivery = webhook.header("Attune-Delivery"), let time = recorded.removeValue(forKey: delivery)
            else { continue }
            delays.add(webhook.receivedAt.microseconds - time.microseconds)
        }
        guard delays.microseconds.count == expected else {
            throw BenchFailure("\(delays.microseconds.count) webhooks arrived of \(expected)")
        }
        return delays
    }

    private func routes(dead: String?) -> String {
        let base = bench.stack.endpoints.webhook
        let key = bench.stack.keys.webhookKey.path
        let sites = (0..<Self.receivers).map { number in
            let site = Self.site(number)
            let url = number == Self.receivers - 1 ? dead ?? base + site : base + site
            return """
                  \(site):
                    - id: \(site)
                      channel: {webhook: {url: "\(url)", key_id: "bench", key_file: "\(key)", allow_private: true}}
                """
        }
        return """
            default:
              - id: duty-desk
                channel: {email: {address: duty@clinic.example}}
            sites:

            """ + sites.joined(separator: "\n") + "\n"
    }

    private static func site(_ number: Int) -> String { "s-\(number / 10)\(number % 10)" }

    private static let countTold: Statement = """
        select count(*) from published.delivery
        where channel = 'webhook' and site like 's-%' and site <> $2 and created_at >= $1 and status = 'delivered'
        """
    private static let selectTold: Statement = """
        select d.delivery_id, e.recorded_at
        from published.delivery d join published.event e on e.event_id = d.cause_event_id
        where d.channel = 'webhook' and d.site like 's-%' and d.site <> $2 and d.created_at >= $1
        """
}
