import Foundation
import LocalStack
import TestSupport
import Testing

/// Each runbook is tried: its trouble is brought about, its first look shows what it says, its remedy is carried out as it
/// stands there, and at the end what it calls over is so. docs/runbooks/README.md says what cannot be tried here.
@Suite(.serialized, .oneSystem) struct RunbookTriedTests {
    // MARK: - The way of an event

    @Test func `relay: it halts at another Kafka cluster until an operator says that the old one is lost`() throws {
        let page = try RunbookOnTrial.open("relay")
        let (system, clinic) = (page.system, try page.trial.clinic())
        #expect(try system.drained().missing == [])
        let lost = try system.database().run(
            "select cluster_id from published.lane where category = 1 and not backfill").only().text(0)
        try system.stack.replaceKafkaAndLaunchServices()
        #expect(try system.eventually { try page.log(of: .ingestion).contains("the relay halts") })
        #expect(try system.eventually { system.health(.ingestion, "/live") == 200 })
        #expect(try clinic.rate(session: 1).status == 201)

        let look = try page.firstLook()
        #expect(look["attune status"].text.contains(/episode +1 waiting/))
        #expect(look["curl"].text.contains("met another Kafka cluster and waits for an operator"))
        let line = try #require(look["docker"].text.split(separator: "\n").first { $0.contains("the relay halts") })
        #expect(line.contains(lost), "the log names the old cluster")
        #expect(line.matches(of: /[A-Za-z0-9_-]{16,}/).count > 1, "the log names both: \(line)")

        let topics = try page.follow("attune topics apply")
        #expect(topics.status == 0, "\(topics.text)")
        let dry = try page.follow("attune relay republish --from 0 --new-cluster --dry-run")
        #expect(dry.status == 0 && dry.text.contains("events would be published again"), "\(dry.text)")
        let done = try page.follow("attune relay republish --from 0 --new-cluster")
        #expect(done.status == 0 && done.text.contains("events are published again"), "\(done.text)")
        for service in StackService.allCases { try system.stack.waitUntilReady(service) }
        #expect(try page.comesTo("attune status") { $0.hasNothingWaiting })
        #expect(try system.drained().missing == [])

        // The other cause that status tells: nobody holds a lane.
        system.stack.stop(.ingestion)
        let alone = try page.follow("attune status").text
        #expect(alone.matches(of: /(?m)^  \S+ +\d+ waiting *$/).count == 5, "no owner: \(alone)")
        try system.stack.restart(.ingestion)
        #expect(try page.comesTo("attune status") { $0.text.contains(/waiting +attune-ingestion/) })
        let again = try page.follow("attune relay republish --from 2026-01-31T08:00:00Z --lane episode")
        #expect(again.status == 0, "\(again.text)")
        #expect(try page.comesTo("attune status") { $0.hasNothingWaiting })
        #expect(try system.drained().missing == [])
    }

    @Test func `kafka: while it is away events wait, and go out when it is back`() throws {
        let page = try RunbookOnTrial.open("kafka")
        let (system, clinic) = (page.system, try page.trial.clinic())
        try system.stack.inject(.down(broker: nil))
        defer { try? system.stack.inject(.healed) }
        #expect(try clinic.rate(session: 1).status == 201)
        let away = "Kafka or the database is not reachable"
        #expect(try system.eventually { page.trial.answer(.ingestion, "/ready").contains(away) })

        let look = try page.firstLook()
        #expect(look["attune status"].status == 2, "\(look["attune status"].text)")
        #expect(look["docker"].text.contains("kafka running"))

        try system.stack.inject(.up(broker: nil))
        for service in StackService.allCases { try system.stack.waitUntilReady(service) }
        #expect(try page.comesTo("attune status") { $0.hasNothingWaiting })
        #expect(try system.drained().missing == [])
        let failures = page.trial.counter(.ingestion, "attune_kafka_delivery_failures_total")
        #expect(try clinic.rate(session: 2).status == 201)
        #expect(try system.drained().missing == [])
        #expect(page.trial.counter(.ingestion, "attune_kafka_delivery_failures_total") == failures)
    }
}

extension Shown {
    /// The relay has nothing to publish.
    var hasNothingWaiting: Bool { text.contains("0 waiting") && !text.contains(/[1-9]\d* waiting/) }

    /// Every group is listed, and none has anything to do.
    var isAtRest: Bool {
        let groups = text.components(separatedBy: "relay\n").first ?? ""
        return !groups.contains("stands still") && groups.contains("attune-scoring")
            && groups.matches(of: /(?m) (\d+) +[\d.]+$/).allSatisfy { $0.output.1 == "0" }
    }
}

extension RunbookTrial {
    /// The sum over all labels.
    func counter(_ service: StackService, _ name: String) -> Double {
        answer(service, "/metrics").split(separator: "\n").filter { $0.hasPrefix("\(name) ") || $0.hasPrefix("\(name){") }
            .reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? 0) }
    }
}
