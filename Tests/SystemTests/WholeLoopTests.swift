import Contracts
import Domain
import Foundation
import LocalStack
import Logging
import Messaging
import Outbound
import Persistence
import ServiceKit
import TestSupport
import Testing

/// One stack, several stories: each uses episodes of its own.
@Suite(.serialized) final class WholeLoopTests {
    private static nonisolated(unsafe) var shared: SystemStack?

    private func system() throws -> SystemStack {
        if let shared = Self.shared { return shared }
        let made = try SystemStack("loop")
        Self.shared = made
        return made
    }

    private func open(_ system: SystemStack, token: String) throws -> (episode: String, participant: String) {
        let episode = UUID().uuidString.lowercased()
        let participant = UUID().uuidString.lowercased()
        let answer = try system.call(
            .post, .ingestion, "/v1/episodes", token: token,
            body: """
                {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05", "clinician": "c-1",
                 "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
                """)
        #expect(answer.status == 201)
        return (episode, participant)
    }

    private func rate(
        _ system: SystemStack, _ episode: (episode: String, participant: String), token: String, instrument: String,
        version: String, session: Int, answers: String
    ) throws -> Int {
        try system.call(
            .post, .ingestion, "/v1/episodes/\(episode.episode)/ratings", token: token,
            body: """
                {"ratingId": "\(UUID().uuidString.lowercased())", "participantId": "\(episode.participant)",
                 "instrument": "\(instrument)", "version": "\(version)", "session": \(session), "day": "2026-02-0\(session)", \(answers)}
                """
        ).status
    }

    private func alerts(_ system: SystemStack, _ episode: String, token: String) throws -> [JSON] {
        let answer = try system.call(.get, .alerting, "/v1/alerts?episode=\(episode)&status=all", token: token)
        guard case .array(let alerts)? = answer.json?["alerts"] else { return [] }
        return alerts
    }

    private func text(_ json: JSON?) -> String {
        if case .string(let text)? = json { return text }
        return ""
    }

    @Test func aSafetyAnswerLeadsToAnAlertAMessageAndAnAnswer() throws {
        let system = try system()
        let clinician = try system.token(site: "north", role: "clinician")
        let episode = try open(system, token: clinician)
        #expect(
            try rate(system, episode, token: clinician, instrument: "phq-9", version: "2001", session: 1,
                answers: #""items": [1, 1, 1, 1, 1, 1, 1, 1, 2]"#) == 201)
        #expect(try system.eventually { try alerts(system, episode.episode, token: clinician).count == 1 })
        let alert = try #require(try alerts(system, episode.episode, token: clinician).first)
        #expect(text(alert["kind"]) == "safety")
        #expect(text(alert["rule"]) == "safety.item.9")
        let id = text(alert["alertId"])
        #expect(try system.eventually {
            try system.count("select count(*) from published.delivery where alert_id = '\(id)' and status = 'delivered'") == 2
        })

        // Another site's clinician neither sees nor answers it; an auditor may not answer; the first answer stands.
        let other = try system.token(site: "south", role: "clinician")
        #expect(try system.call(.get, .alerting, "/v1/alerts/\(id)", token: other).status == 404)
        #expect(try system.call(.post, .alerting, "/v1/alerts/\(id)/acknowledgement", token: other).status == 403)
        let auditor = try system.token(site: "north", role: "auditor")
        #expect(try system.call(.post, .alerting, "/v1/alerts/\(id)/acknowledgement", token: auditor).status == 403)
        #expect(try system.call(.post, .alerting, "/v1/alerts/\(id)/acknowledgement", token: nil).status == 401)
        let first = try system.call(.post, .alerting, "/v1/alerts/\(id)/acknowledgement", token: clinician)
        #expect(first.status == 200)
        let supervisor = try system.token(site: "north", role: "supervisor")
        let second = try system.call(.post, .alerting, "/v1/alerts/\(id)/acknowledgement", token: supervisor)
        #expect(second.status == 200)
        #expect(text(second.json?["acknowledgedBy"]) == "clinician-1")
        let resolved = try system.call(
            .post, .alerting, "/v1/alerts/\(id)/resolution", token: clinician, body: #"{"outcome": "discussed_with_client"}"#)
        #expect(resolved.status == 200)
        #expect(text(resolved.json?["status"]) == "resolved")
        let steps = try system.count(
            "select count(*) from published.event where category = 2 and stream_id = '\(episode.episode)'")
        #expect(steps == 3)

        // From the alert back to its grounds.
        #expect(try system.eventually {
            try system.count("select count(*) from published.audit_leaf where episode_id = '\(episode.episode)'") >= 6
        })
        try system.stack.runOperator(
            ["explain", id, "--catalogue", TestPrograms.checkout.appendingPathComponent("deploy/local/instruments").path],
            logTo: "explain")
        let words = try String(contentsOf: system.folder.appendingPathComponent("log/explain.log"), encoding: .utf8)
        for part in [
            "Alert \(id): safety", "safety.item.9: The answer on a safety item", "Proven by: ", "Norm set phq-9",
            "recorded", "acknowledged by clinician-1", "resolved by clinician-1: discussed_with_client",
        ] {
            #expect(words.contains(part), "\(part) is missing in:\n\(words)")
        }
        #expect(!words.contains("not in the audit log yet"))
    }

    @Test func aWorseningCourseIsSupersededWhenTheRatingIsCorrected() throws {
        let system = try system()
        let clinician = try system.token(site: "north", role: "clinician")
        let episode = try open(system, token: clinician)
        #expect(try rate(system, episode, token: clinician, instrument: "ors", version: "2000", session: 1, answers: #""total": 22.0"#) == 201)
        let rating = UUID().uuidString.lowercased()
        let worse = try system.call(
            .post, .ingestion, "/v1/episodes/\(episode.episode)/ratings", token: clinician,
            body: """
                {"ratingId": "\(rating)", "participantId": "\(episode.participant)", "instrument": "ors", "version": "2000",
                 "session": 2, "day": "2026-02-02", "total": 12.0}
                """)
        #expect(worse.status == 201)
        #expect(try system.eventually { try alerts(system, episode.episode, token: clinician).count == 1 })
        #expect(text(try alerts(system, episode.episode, token: clinician)[0]["kind"]) == "deteriorating")
        let corrected = try system.call(
            .post, .ingestion, "/v1/ratings/\(rating)/corrections", token: clinician,
            body: """
                {"correctionId": "\(UUID().uuidString.lowercased())", "episodeId": "\(episode.episode)", "instrument": "ors",
                 "version": "2000", "session": 2, "day": "2026-02-02", "total": 32.0, "reason": "entry_error"}
                """)
        #expect(corrected.status == 201)
        #expect(try system.eventually {
            text(try alerts(system, episode.episode, token: clinician)[0]["status"]) == "superseded"
        })
    }

    @Test(arguments: Topic.allCases.filter { $0 != .checkpoints })
    func aMalformedRecordIsParkedAndTheOthersGoOn(topic: Topic) throws {
        let system = try system()
        let before = try system.count("select count(*) from published.quarantine where topic = '\(topic.name)'")
        let producer = try Producer(
            KafkaSettings(bootstrapServers: system.stack.endpoints.kafka, clientID: "malformed-\(topic.name.count)"),
            logger: Logger(label: "test"))
        let key = Array("not an episode \(topic.name)".utf8)
        try producer.publish(
            [OutgoingRecord(topic: topic.name, key: key, headers: [], value: [0xFF, 0x00, 0x13])], deadline: .seconds(60))
        producer.close(deadline: .seconds(5))
        // The audit log reads every topic, other groups theirs.
        #expect(try system.eventually {
            try system.count("select count(*) from published.quarantine where topic = '\(topic.name)'") > before
        })
        let clinician = try system.token(site: "north", role: "clinician")
        let episode = try open(system, token: clinician)
        #expect(try rate(system, episode, token: clinician, instrument: "ors", version: "2000", session: 1, answers: #""total": 25.3"#) == 201)
        #expect(try system.eventually {
            try system.count("select count(*) from published.trajectory where episode_id = '\(episode.episode)'") == 1
        })
        #expect(try system.eventually {
            try system.count("select count(*) from published.audit_leaf where episode_id = '\(episode.episode)'") == 3
        })
    }

    @Test func everyServiceTellsItsHealthAndMetricsWithoutAToken() throws {
        let system = try system()
        for service in StackService.allCases {
            #expect(try system.call(.get, service, "/live", token: nil).status == 200)
            #expect(try system.call(.get, service, "/ready", token: nil).status == 200)
            let metrics = try system.call(.get, service, "/metrics", token: nil)
            #expect(String(decoding: metrics.response.body, as: UTF8.self).contains("process_resident_memory_bytes"))
        }
    }

    @Test func anInclusionProofIsServedForARating() throws {
        let system = try system()
        let clinician = try system.token(site: "north", role: "clinician")
        let episode = try open(system, token: clinician)
        #expect(try system.eventually {
            try system.count("select count(*) from published.audit_leaf where episode_id = '\(episode.episode)'") == 1
        })
        let connection = try system.database()
        let event = try connection.run(
            Statement("select event_id from published.event where stream_id = '\(episode.episode)'")).only().uuid(0)
        let auditor = try system.token(site: "north", role: "auditor")
        #expect(try system.eventually {
            try system.call(.get, .audit, "/v1/audit/proof/\(event.uuidString.lowercased())", token: auditor).status == 200
        })
        #expect(try system.call(.get, .audit, "/v1/audit/proof/\(event.uuidString.lowercased())", token: clinician).status == 403)
    }

    /// Last by name of the suite's order or not: whoever runs last stops the stack.
    @Test func zStopsEverythingInGoodOrder() throws {
        let system = try system()
        let killed = system.stack.stop()
        #expect(killed == [])
        Self.shared = nil
    }
}
