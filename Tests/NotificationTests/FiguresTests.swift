import Contracts
import TestSupport
import Testing

@testable import attune_notification

/// What is told of messages that wait, and of those given up.
@Suite struct FiguresTests {
    private let figures = Figures()

    @Test func `What waits is told by urgency, with the age of the oldest`() async throws {
        let fixture = try Fixture(recipients: [.mail, .webhook])
        try fixture.handle([try Example.safety.raised(), try Example().raised()])
        let admin = try fixture.database.connect()
        try admin.script("update notification.delivery set created_at = now() - interval '1 hour' where urgency = 1")
        await figures.ask(NotificationMetrics.pending, of: fixture.database, as: "attune_notification")
        #expect(figures[#"attune_notification_pending{urgency="urgent"}"#] == 2)
        #expect(figures[#"attune_notification_pending{urgency="high"}"#] == 2)
        #expect(figures[#"attune_notification_pending{urgency="normal"}"#] == 0)
        #expect(try #require(figures[#"attune_notification_oldest_pending_seconds{urgency="urgent"}"#]) >= 3600)
        #expect(try #require(figures[#"attune_notification_oldest_pending_seconds{urgency="high"}"#]) < 3600)
        while try fixture.deliverNext() {}
        await figures.ask(NotificationMetrics.pending, of: fixture.database, as: "attune_notification")
        #expect(figures[#"attune_notification_pending{urgency="urgent"}"#] == 0)
        #expect(figures[#"attune_notification_oldest_pending_seconds{urgency="urgent"}"#] == 0)
    }

    @Test func `What is given up is counted by channel, from 0; what is tried again is not`() throws {
        figures.registry.describe(NotificationMetrics.descriptions)
        figures.measuring { NotificationMetrics.start() }
        for channel in NotificationChannel.allCases {
            #expect(figures[#"attune_notification_given_up_total{channel="\#(channel.rawValue)"}"#] == 0)
            let delivered = #"attune_notification_deliveries_total{channel="\#(channel.rawValue)",outcome="delivered"}"#
            #expect(figures[delivered] == 0)
        }
        #expect(figures.registry.namingProblems == [])
        let fixture = try Fixture(mailAnswers: ["451 not now", "550 unknown"])
        try fixture.handle([try Example().raised()])
        #expect(try figures.measuring { try fixture.deliverNext() })
        #expect(figures[#"attune_notification_given_up_total{channel="email"}"#] == 0)
        try fixture.letTimePass()
        #expect(try figures.measuring { try fixture.deliverNext() })
        #expect(figures[#"attune_notification_given_up_total{channel="email"}"#] == 1)
        #expect(figures[#"attune_notification_given_up_total{channel="webhook"}"#] == 0)
    }
}
