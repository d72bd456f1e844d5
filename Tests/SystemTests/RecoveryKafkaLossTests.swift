import Foundation
import LocalStack
import TestSupport
import Testing

/// All of Kafka is lost, and the chapter of docs/recovery.md about it is followed step by step.
@Suite(.serialized) struct RecoveryKafkaLossTests {
    @Test func afterTheLossOfKafkaTheDocumentedStepsBringEverythingBackOnce() throws {
        let system = try SystemStack("kafka-loss", environment: ["ATTUNE_RELAY_ON_NEW_CLUSTER": "halt"])
        let token = try system.tokenFile(site: "north", role: "integration")
        let total = 100 * 8
        let load = ManagedProcess(
            Command(
                name: "simulate", executable: TestPrograms.folder.appendingPathComponent("attune"),
                arguments: [
                    "simulate", "--rate", "100", "--seconds", "8", "--episodes", "40", "--url", try system.url(.ingestion),
                    "--token-file", token.path, "--patience", "300",
                ], output: .file(system.folder.appendingPathComponent("simulate.json"))))
        try load.start()
        // In the middle of it, with events in every state between the ledger and the audit log.
        #expect(try system.eventually { try system.count("select count(*) from published.audit_leaf") > total / 4 })
        try system.stack.loseKafka()
        // Without Kafka everything is still accepted.
        let ended = load.waitForEnd(within: .seconds(600))
        #expect(ended?.isSuccess == true, "\(load.logTail())")
        let lost = try system.database().run("select cluster_id from published.lane where category = 1 and not backfill")
            .only().text(0)

        try system.stack.replaceKafkaAndLaunchServices()
        let log = system.folder.appendingPathComponent("log/attune-ingestion.log")
        #expect(try system.eventually { try String(contentsOf: log, encoding: .utf8).contains("the relay halts") })
        #expect(system.health(.ingestion, "/ready") == 503)

        var said: [String] = []
        for step in try RecoverySteps(of: "Kafka is lost").commands {
            // The local Kafka has its topics from the start, and no way to make any.
            if step.prefix(2) == ["topics", "apply"] { continue }
            if step.first == "status" || step.first == "audit" {
                for service in StackService.allCases { try system.stack.waitUntilReady(service) }
                #expect(try system.drained().missing == [])
            }
            said.append(try system.follow(step))
        }
        #expect(said.contains { $0.contains("events would be published again") })
        #expect(said.contains { $0.contains("events are published again") })

        let state = try system.drained()
        #expect(state.missing == [])
        #expect(state.ratings == total)
        #expect(state.points == total)
        let ledger = try system.count("select count(*) from published.event")
        // One leaf for each event, whichever cluster it came by.
        for (type, count) in [("rating.recorded", total), ("trajectory.updated", total), ("episode.opened", 40)] {
            let leaves = try system.count("select count(*) from published.audit_leaf where type = 'attune.\(type).v1'")
            #expect(leaves == count, "\(type)")
        }
        #expect(try system.count("select count(*) from published.audit_leaf l join published.event e using (event_id)") == ledger)
        #expect(state.treeSize == ledger + total)
        try system.expectNothingDoubled()
        #expect(try system.count("select count(*) from published.lane where cluster_id = '\(lost)'") == 0)
    }
}

extension SystemStack {
    /// No alert raised twice for the same rating, none sent twice, and each alert told of in the ledger once.
    /// - Parameter sent: also that nobody has got more than what was to be sent.
    func expectNothingDoubled(sent isSentOnce: Bool = true, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let alerts = try count("select count(*) from published.alert")
        let causes = try count("select count(*) from (select distinct episode_id, kind, rating_id from published.alert) a")
        let raised = try count("select count(*) from published.event where type = 'attune.alert.raised.v1'")
        let deliveries = try count("select count(*) from published.delivery where status = 'delivered'")
        let sent = try count(
            """
            select count(*) from (select distinct cause_event_id, recipient, channel from published.delivery
                                  where status = 'delivered') d
            """)
        #expect(alerts > 0, sourceLocation: sourceLocation)
        #expect(alerts == causes, sourceLocation: sourceLocation)
        #expect(alerts == raised, sourceLocation: sourceLocation)
        #expect(deliveries == sent, sourceLocation: sourceLocation)
        guard isSentOnce else { return }
        #expect((stack.mails?.count ?? 0) + (stack.webhooks?.count ?? 0) == deliveries, sourceLocation: sourceLocation)
    }
}
