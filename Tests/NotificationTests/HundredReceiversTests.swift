import Contracts
import Domain
import Foundation
import Outbound
import Persistence
import Testing

@testable import Channels
@testable import attune_notification

@Suite struct HundredReceiversTests {
    /// Shown by order, not by a clock: the dead receiver is asked first and holds its request until all others have
    /// theirs. Were anybody delayed by it, neither would ever go on.
    @Test(.timeLimit(.minutes(2)))
    func `One dead receiver among a hundred delays nobody else`() throws {
        let others = 99
        let arrived = DispatchSemaphore(value: 0)
        let record = Record<ReceivedRequest>()
        let receiver = try Peer { line in
            while let first = line.read() {
                var headers: [String] = []
                while let header = line.read(), !header.isEmpty { headers.append(header) }
                let request = ReceivedRequest(line: first, headers: headers, body: [])
                _ = line.read(request.header("Content-Length").flatMap { Int($0) } ?? 0)
                if first.contains("/dead") {
                    for _ in 0..<2 * others { arrived.wait() }
                    _ = record.take(request)
                    return
                }
                _ = record.take(request)
                line.write("HTTP/1.1 204 No Content\r\n\r\n")
                arrived.signal()
            }
        }
        let base = "http://127.0.0.1:\(receiver.port)"
        let fixture = try Fixture(
            workers: 2,
            routes: { _, _ in
                Routes(
                    default: [.webhook("dead", url: base + "/dead")]
                        + (0..<others).map { .webhook("r-\($0)", url: base + "/\($0)") },
                    sites: [:])
            })
        // Two for each: a second worker must not follow the first to the dead one.
        try fixture.handle([try Example().raised(), try Example().raised()])
        try fixture.connection.run(
            "update notification.delivery set next_attempt_at = now() - interval '1 hour' where recipient = 'dead'")
        var sending = fixture.sending
        sending.timeout = .seconds(30)
        let threads = DeliveryThreads(
            database: fixture.database.settings(role: "attune_notification"), store: fixture.store, sending: sending,
            templates: try MessageTemplates(), options: .init(workers: 2, pollInterval: .seconds(600)), logger: quiet,
            onFailure: { Issue.record($0) })
        threads.start()
        for _ in 0...2 * others { #expect(record.waitForNext()) }
        threads.stop(within: .seconds(60))
        let order = try fixture.connection.run(
            """
            select d.recipient, a.outcome, coalesce(a.reason, '') from notification.attempt a join notification.delivery d using (delivery_id)
            order by a.started_at
            """
        )
        #expect(try order.first?.text(0) == "dead")
        #expect(try order.count { try $0.text(1) == "delivered" } == 2 * others)
        // It was let go when all others had theirs, not given up on before.
        #expect(try order.first?.text(2) == OutboundError.connectionLost.description)
        #expect(record.all.last?.line.contains("/dead") == true)
    }
}
