import Foundation
import LocalStack
import TestSupport
import Testing

/// Services that handle nothing, too little, or are not there.
extension RunbookTriedTests {
    @Test func `consumer-stuck: a lock holds a service up, and it goes on by itself when the lock is gone`() throws {
        var page = try RunbookOnTrial.open("consumer-stuck")
        page.about = .alerting
        let clinic = try page.trial.clinic()
        try page.trial.whileLocked("alerting.course, alerting.alert", mode: "access exclusive") { _ in
            #expect(try clinic.rate(session: 1).status == 201)
            let retries = "retries a batch: database or Kafka is away"
            #expect(try page.system.eventually { page.trial.answer(.alerting, "/ready").contains(retries) })
            let look = try page.firstLook()
            #expect(look["attune status"].status == 1)
            #expect(look["attune status"].text.contains(/attune-alerting +\S+ +[1-9]\d* +stands still/))
            #expect(look["curl"].text.contains(retries), "\(look["curl"].text)")
            #expect(look["docker"].text.contains(#""level":"warning""#), "\(look["docker"].text)")
            #expect(look["attune quarantine"].status == 0)
        }
        #expect(try page.comesTo("attune status") { $0.isAtRest })
        #expect(try page.system.drained().missing == [])
    }

    @Test func `consumer-stuck: an instrument that scoring lacks parks an episode, and mended it is tried again`() throws {
        let page = try RunbookOnTrial.open("consumer-stuck")
        let (system, clinic) = (page.system, try page.trial.clinic())
        try HouseMeasure.write(into: page.trial.figures)
        #expect(try system.reload(.ingestion, until: "added: house-measure"))
        let rated = try clinic.rate(session: 1, instrument: "house-measure", version: "1", answers: #""total": 12"#)
        #expect(rated.status == 201)
        let parked = "select count(*) from published.quarantine where settled_at is null"
        #expect(try system.eventually { try system.count(parked) == 1 })
        #expect(try page.log(of: .scoring).contains("event parked in quarantine"))

        let list = try page.follow("attune quarantine list")
        #expect(list.text.contains("attune-scoring  unknown_instrument: 1 episode"), "\(list.text)")
        // What the doctor's page says of status 3.
        let doctor = try RunbookOnTrial.open("doctor")
        #expect(try doctor.follow("attune doctor --key-file audit.pub").status == 3)
        let retry = "attune quarantine retry --code unknown_instrument"
        #expect(try page.follow(retry).text.contains("nothing was changed"))
        #expect(try system.reload(.scoring, until: "added: house-measure"))
        let done = try page.follow("\(retry) --apply --by YOU --wait 60")
        #expect(done.status == 0, "\(done.text)")
        #expect(try page.follow("attune quarantine list").text.contains("nothing is in quarantine"))
        #expect(try page.comesTo("attune status") { $0.isAtRest && $0.status == 0 })
    }

    @Test func `consumer-lag: what has come meanwhile is worked off by more processes`() throws {
        let page = try RunbookOnTrial.open("consumer-lag")
        let system = page.system
        system.stack.stop(.scoring)
        #expect(try system.send(seed: 71) == Sent(accepted: 120, known: 0))
        let look = try page.firstLook()
        let waiting = look["attune status"].text
        #expect(waiting.contains(/attune-scoring +attune\.episode-events\.v1 +1\d\d\b/), "\(waiting)")

        // `docker compose up --scale scoring=3 --no-recreate -d`
        try system.stack.launch(.scoring)
        let more = try (0..<2).map { _ in try system.stack.addReplica(of: .scoring) }
        try system.stack.waitUntilReady(.scoring)
        for replica in more { try system.stack.waitUntilReady(replica) }
        let settled = try page.system.drained()
        #expect(settled.missing == [])
        #expect(try page.comesTo("attune status") { $0.isAtRest })
        for replica in more { system.stack.remove(replica) }
    }

    @Test func `consumer-group: a service that Kafka does not let into its group is not ready, and then it is`() throws {
        var page = try RunbookOnTrial.open("consumer-group")
        page.about = .scoring
        let system = page.system
        // COORDINATOR_NOT_AVAILABLE
        try system.stack.inject(.errors(.joinGroup, codes: Array(repeating: 15, count: 400)))
        defer { try? system.stack.inject(.healed) }
        try system.stack.launch(.scoring)
        #expect(try system.eventually { system.health(.scoring, "/ready") == 503 })
        #expect(try page.trial.clinic().rate(session: 1).status == 201)
        let look = try page.firstLook()
        let answer = look["curl"].text
        #expect(["has not joined its consumer group", "has no partitions"].contains { answer.contains($0) }, "\(answer)")
        #expect(look["attune status"].text.contains(/attune-scoring +attune\.episode-events\.v1 +[1-9]\d* +stands still/))

        #expect(try page.follow("attune topics apply").status == 0)
        try system.stack.inject(.healed)
        try system.stack.waitUntilReady(.scoring)
        #expect(try page.comesTo("attune status") { $0.isAtRest })
    }

    @Test func `service-down: one that was killed does not answer, and started again it catches up`() throws {
        var page = try RunbookOnTrial.open("service-down")
        page.about = .scoring
        let (system, clinic) = (page.system, try page.trial.clinic())
        system.stack.kill(.scoring)
        #expect(try clinic.rate(session: 1).status == 201)
        let look = try page.firstLook()
        #expect(look["attune status"].status == 1)
        #expect(look["attune status"].text.contains(/scoring +does not answer/))
        #expect(look["/ready"].status == 7 && look["/ready"].text.isEmpty, "nobody there")
        #expect(look["attune_ready"].text.isEmpty)
        #expect(look["docker"].text.contains("scoring was ended by signal 9"), "\(look["docker"].text)")

        try system.stack.launch(.scoring)
        let status = "attune status --service scoring=http://scoring:8080"
        #expect(try page.comesTo(status) { $0.text.contains(/scoring +ready/) && $0.isAtRest && $0.status == 0 })
        let checks = try page.firstLook()["attune_ready"].text
        #expect(checks.contains(/attune_ready\{.*\} 1/) && !checks.contains(/attune_ready\{.*\} 0/), "\(checks)")
        #expect(try system.drained().missing == [])
    }

    @Test func `service-restarts: a key file that cannot be read ends audit with 78, and its log names it`() throws {
        var page = try RunbookOnTrial.open("service-restarts")
        page.values["SERVICE"] = "audit"
        let (system, files) = (page.system, FileManager.default)
        let key = system.stack.keys.auditKey
        let aside = key.appendingPathExtension("aside")
        system.stack.stop(.audit)
        try files.moveItem(at: key, to: aside)
        try system.stack.launch(.audit)
        #expect(system.stack.process(.audit)?.waitForEnd(within: .seconds(600)) == .exited(code: 78))
        let look = try page.firstLook()
        #expect(look["docker compose logs"].text.contains("ATTUNE_AUDIT_KEY"), "\(look["docker compose logs"].text)")
        #expect(look["attune migrate"].status == 0, "\(look["attune migrate"].text)")
        #expect(look["attune topics"].text.contains("attune.alerts.v1\t6 partitions"), "\(look["attune topics"].text)")

        try files.moveItem(at: aside, to: key)
        try system.stack.restart(.audit)
        let versions = Set(try StackService.allCases.map { service in
            let metrics = page.trial.answer(service, "/metrics")
            return try #require(metrics.firstMatch(of: /attune_build_info\{.*?version="([^"]+)"/)).output.1
        })
        #expect(versions.count == 1)
    }
}
