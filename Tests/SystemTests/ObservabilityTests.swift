import ClientText
import Contracts
import Domain
import Foundation
import LocalStack
import Logging
import Messaging
import Outbound
import Persistence
import TestSupport
import Testing

/// What the programs say of their work, each at its most talkative: whose trace it is, and nothing of a client.
@Suite(.serialized) struct ObservabilityTests {
    private static let smtpPassword = "quince-smtp-password-81c4"

    @Test func `A trace goes from the POST to the webhook, and of what a client said nothing comes out anywhere`() throws {
        let system = try SystemStack(
            "observed",
            environment: [
                "ATTUNE_LOG_LEVEL": "trace", "ATTUNE_SMTP_USER": "attune", "ATTUNE_SMTP_PASSWORD": Self.smtpPassword,
                "ATTUNE_NOTIFICATION_RETRY_PAUSE": "100ms",
            ])
        let put = ObservedClient()
        let clinician = try system.token(site: "north", role: "clinician")
        try record(put, system, clinician)
        try disturb(put, system, clinician)
        let alert = try answered(put, system, clinician)
        try PortalVisit(put, system).run(alert: alert)

        try expectOneTrace(put, system)
        try expectItsWay(put, system)
        let masters = try MasterKeys(text: String(contentsOf: system.stack.keys.contentKeys, encoding: .utf8))
        #expect(try comment(put, system, masters) == ObservedClient.words, "the words are where they belong")
        try erase(put, system)

        try expectStanding(system)
        let metrics = try Dictionary(
            uniqueKeysWithValues: StackService.allCases.map { ($0.executable, try exposition(of: $0, system)) })
        try MetricsCheck(page: TestPrograms.checkout.appending(path: "docs/metrics.md")).check(metrics)
        try expectTopicsToldApart(try #require(metrics[StackService.scoring.executable]))
        let secrets = try secrets(of: system, clinician)
        let dump = try TopicDump.records(kafka: system.stack.endpoints.kafka)
        #expect(system.stack.stop() == [])

        let output = try ProgramOutput(of: system.folder, metrics: metrics)
        try expectTalkative(output)
        try expectSilence(put, output, secrets, dump)
    }

    private func exposition(of service: StackService, _ system: SystemStack) throws -> String {
        String(decoding: try system.call(.get, service, "/metrics", token: nil).response.body, as: UTF8.self)
    }

    /// What services ask the database, each about its own part, and what they say of themselves.
    private func expectStanding(_ system: SystemStack) throws {
        let expected: [(StackService, Regex<Substring>)] = [
            (.scoring, /attune_quarantine_open_events\{state="failed"\} [1-9]\d*/),
            (.alerting, /attune_quarantine_oldest_seconds\{state="failed"\} [1-9]\d*/),
            (.alerting, /attune_alerting_overdue_alerts\{kind="safety"\} 0/),
            (.notification, /attune_notification_pending\{urgency="urgent"\} 0/),
            (.audit, /attune_audit_checkpoint_time_seconds [1-9]\d*/),
            (.ingestion, /attune_relay_condition\{condition="relaying"\} 1/),
            (.portal, /attune_ready\{check="database"\} 1/),
        ]
        for (service, line) in expected {
            let isShown = try system.eventually {
                try exposition(of: service, system).split(separator: "\n").contains { try line.wholeMatch(in: $0) != nil }
            }
            #expect(isShown, "of \(service.executable)")
        }
    }

    // MARK: What is put in

    private func post(
        _ path: String, _ body: String, _ system: SystemStack, _ token: String, trace: String? = nil
    ) throws -> (status: Int, traceID: String?) {
        var headers = [
            try Header("Authorization", "Bearer \(token)"), try Header("Content-Type", "application/json"),
            try Header("tracestate", "vendor=\(ObservedClient.traceState)"),
        ]
        if let trace { headers.append(try Header("traceparent", "00-\(trace)-00f067aa0ba902b7-01")) }
        let response = try CurlSession(proxy: .none).send(
            HTTPRequest(.post, url: try system.url(.ingestion) + path, headers: headers, body: Array(body.utf8)))
        return (response.status, response.header("Attune-Trace-Id"))
    }

    private func record(_ put: ObservedClient, _ system: SystemStack, _ token: String) throws {
        let opening = try post(
            "/v1/episodes",
            """
            {"episodeId": "\(put.episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05", "clinician": "c-1",
             "participants": [{"participantId": "\(put.participant)", "role": "self", "ageBand": "adult",
             "group": "\(ObservedClient.group)"}]}
            """, system, token)
        #expect(opening.status == 201 && opening.traceID != nil && opening.traceID != put.trace)
        let rated = try post(
            "/v1/episodes/\(put.episode)/ratings",
            """
            {"ratingId": "\(put.rating)", "participantId": "\(put.participant)", "instrument": "ors", "version": "2000",
             "session": 1, "day": "2026-02-01", "total": \(ObservedClient.total), "comment": "\(ObservedClient.words)"}
            """, system, token)
        #expect(rated.status == 201)
        let declined = try post(
            "/v1/episodes/\(put.episode)/declines",
            """
            {"declineId": "\(UUID().uuidString.lowercased())", "participantId": "\(put.participant)", "instrument": "srs",
             "version": "2002", "session": 1, "day": "2026-02-01"}
            """, system, token)
        #expect(declined.status == 201)
        // The first messages are refused, so that failures are told of as well.
        system.stack.mails?.refuseNext(1)
        system.stack.webhooks?.refuseNext(1)
        let danger = try post(
            "/v1/episodes/\(put.episode)/ratings",
            """
            {"ratingId": "\(put.danger)", "participantId": "\(put.participant)", "instrument": "phq-9", "version": "2001",
             "session": 1, "day": "2026-02-01", "items": [1, 1, 1, 1, 1, 1, 1, 1, 2]}
            """, system, token, trace: put.trace)
        #expect(danger.status == 201 && danger.traceID == put.trace)
    }

    /// What is refused, and what cannot be read.
    private func disturb(_ put: ObservedClient, _ system: SystemStack, _ token: String) throws {
        let ratings = "/v1/episodes/\(put.episode)/ratings"
        for body in [
            #"{"comment": "\#(ObservedClient.malformed)", "#, #"{"\#(ObservedClient.malformed)": 1}"#, #"{"ratingId": "\#(ObservedClient.malformed)"}"#,
            """
            {"ratingId": "\(put.rating)", "participantId": "\(put.participant)", "instrument": "ors", "version": "2000",
             "session": 1, "day": "2026-02-01", "total": 9.4, "comment": "\(ObservedClient.malformed)"}
            """,
        ] { #expect(try (400..<500).contains(post(ratings, body, system, token).status)) }
        #expect(try post("/v1/\(ObservedClient.malformed)?name=\(ObservedClient.malformed)", "{}", system, token).status == 404)
        #expect(try post(ratings, "{}", system, "\(ObservedClient.malformed).a.b").status == 401)
        let producer = try Producer(
            KafkaSettings(bootstrapServers: system.stack.endpoints.kafka, clientID: "malformed"), logger: Logger(label: "test"))
        let name = Array(ObservedClient.malformed.utf8)
        try producer.publish(
            [Topic.episodeEvents, .trajectories, .alerts].map {
                OutgoingRecord(
                    topic: $0.name, key: name, headers: [RecordHeader(name: "ce_id", value: name)], value: name)
            }, deadline: .seconds(60))
        producer.close(deadline: .seconds(5))
        #expect(try system.eventually { try system.count("select count(*) from published.quarantine") >= 7 })
    }

    /// - Returns: the alert, told of and answered.
    private func answered(_ put: ObservedClient, _ system: SystemStack, _ token: String) throws -> String {
        let told = "select count(*) from published.delivery where episode_id = '\(put.episode)' and status = 'delivered'"
        #expect(try system.eventually { try system.count(told) == 2 })
        let connection = try system.database()
        defer { connection.close() }
        let id = try connection.run(
            Statement("select alert_id::text from published.alert where episode_id = '\(put.episode)'")).only().text(0)
        #expect(try system.call(.post, .alerting, "/v1/alerts/\(id)/acknowledgement", token: token).status == 200)
        let resolved = try system.call(
            .post, .alerting, "/v1/alerts/\(id)/resolution", token: token, body: #"{"outcome": "discussed_with_client"}"#)
        #expect(resolved.status == 200)
        return id
    }

    private func erase(_ put: ObservedClient, _ system: SystemStack) throws {
        try system.stack.runOperator(
            ["erase", put.participant, "--by", "op-1", "--reason", ObservedClient.eraseReason, "--apply"], logTo: "erase-as-asked")
        let erased = "select count(*) from published.event where type = 'attune.client.erased.v1'"
        #expect(try system.count(erased) == 1)
    }

    // MARK: What comes out

    /// The trace of the POST stands in every event that follows from it, in every topic and with the receiver.
    private func expectOneTrace(_ put: ObservedClient, _ system: SystemStack) throws {
        let connection = try system.database()
        defer { connection.close() }
        let traced = try connection.run(
            Statement(
                """
                select category, count(*) from published.event where traceparent like '00-\(put.trace)-%'
                group by category order by category
                """)
        ).map { (category: try $0.int16(0), count: try $0.int64(1)) }
        #expect(traced.map(\.category) == [1, 2, 3])
        // Of the alert all steps, of the notifications both.
        #expect(traced.count == 3 && traced[0].count == 1 && traced[1].count == 3 && traced[2].count == 2)
        let records = try TopicDump.records(kafka: system.stack.endpoints.kafka)
        for topic in [Topic.episodeEvents, .trajectories, .alerts, .notifications] {
            let own = records.filter { record in
                record.topic == topic.name
                    && record.headers.contains {
                        $0.name == "traceparent" && String(decoding: $0.value, as: UTF8.self).contains("-\(put.trace)-")
                    }
            }
            let expected = [Topic.alerts: 3, .notifications: 2][topic] ?? 1
            #expect(own.count == expected, "\(topic.name)")
        }
        let received = try #require(system.stack.webhooks?.webhooks.first { $0.header("traceparent") != nil })
        #expect(received.header("traceparent")?.hasPrefix("00-\(put.trace)-") == true)
        #expect(received.header("tracestate") == nil)
        // What is entered on a page belongs to the trace of the page's request.
        let entered = "select count(*) from published.event where traceparent like '00-\(put.portalTrace)-%'"
        #expect(try system.count(entered) == 1)
        // Each service that had a hand in it names the trace in its log.
        for service in StackService.allCases where service != .portal {
            let log = try String(contentsOf: system.stack.settings.folder.log(service.executable), encoding: .utf8)
            #expect(log.contains(#""trace_id":"\#(put.trace)""#), "\(service.executable)")
        }
    }

    /// `attune trace` finds all of it, with offsets.
    private func expectItsWay(_ put: ObservedClient, _ system: SystemStack) throws {
        let complete = try system.eventually {
            (try? system.stack.runOperator(["trace", put.danger], logTo: "trace")) != nil
        }
        let way = try String(contentsOf: system.folder.appending(path: "log/trace.log"), encoding: .utf8)
        #expect(complete, "\(way)")
        #expect(way.contains("trace \(put.trace)"))
        for topic in [Topic.episodeEvents, .trajectories, .alerts, .notifications] {
            #expect(way.contains("topic \(topic.name), partition "), "\(way)")
        }
        for step in ["accepted", "relayed", "scored", "alert raised", "delivery", "attempt 2", "delivered", "covered"] {
            #expect(way.contains(" \(step) "), "\(step) in \(way)")
        }
    }

    /// Scoring reads one topic and writes another: its metrics say which, and that nothing waits.
    private func expectTopicsToldApart(_ metrics: String) throws {
        func value(_ name: String, _ labels: String...) throws -> Double {
            let line = metrics.split(separator: "\n").first { line in
                line.hasPrefix("\(name){") && labels.allSatisfy { line.contains($0) }
            }
            return try #require(line?.split(separator: " ").last.flatMap { Double($0) }, "\(name) \(labels)")
        }
        let (read, written) = (#"name="\#(Topic.episodeEvents.name)""#, #"name="\#(Topic.trajectories.name)""#)
        let group = #"messaging_consumer_group_name="attune-scoring""#
        // Opening, three ratings, one declined measure, and what cannot be read.
        #expect(try value("messaging_client_consumed_messages_total", read, group) >= 6)
        #expect(try value("messaging_process_duration_seconds_count", read, group) >= 1)
        #expect(try value("messaging_client_sent_messages_total", written, #"operation_name="send""#) >= 3)
        #expect(try value("messaging_client_operation_duration_seconds_count", written) >= 1)
        #expect(try value("attune_kafka_consumer_drain_seconds", #"topic="\#(Topic.episodeEvents.name)""#) == 0)
    }

    private func comment(_ put: ObservedClient, _ system: SystemStack, _ masters: MasterKeys) throws -> String? {
        let connection = try system.database()
        defer { connection.close() }
        let episode = try #require(EpisodeID(put.episode))
        let event = try #require(
            try Ledger.events(stream: episode, category: .episode, on: connection).first {
                $0.type == EventType.ratingRecorded.rawValue
            })
        guard case .ratingRecorded(let rating) = try EpisodeEventCodec.decode(event.payload, type: .ratingRecorded).event
        else { return nil }
        // The score as well is where it belongs.
        #expect(rating.answers == .total(173))
        return try ClientKeyStore.comment(of: rating, in: event.id, masters: masters, on: connection)
    }

    /// Secrets as they stand in files and settings, by what they are.
    private func secrets(of system: SystemStack, _ token: String) throws -> [String: String] {
        let keys = system.stack.keys
        func lines(_ file: URL) throws -> String {
            try #require(
                try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline).map(String.init).max {
                    $0.count < $1.count
                })
        }
        let password = try #require(URLComponents(string: system.stack.endpoints.database)?.password)
        #expect(password.count >= 16)
        return [
            "access token": token, "token's signature": try #require(token.split(separator: ".").last.map(String.init)),
            "database password": password, "mail password": Self.smtpPassword, "webhook key": try lines(keys.webhookKey),
            "content key": try lines(keys.contentKeys), "contact key": try lines(keys.contactKeys),
            "portal key": try lines(keys.portalKey), "audit key": try lines(keys.auditKey),
        ]
    }

    /// The programs have said much: otherwise finding nothing in it would mean nothing.
    private func expectTalkative(_ output: ProgramOutput) throws {
        for service in StackService.allCases {
            let log = try #require(output.texts["log/\(service.executable).log"])
            #expect(log.contains(#""level":"debug""#) || log.contains(#""level":"trace""#), "\(service.executable)")
        }
        for service in [StackService.scoring, .alerting, .notification, .audit] {
            #expect(output.texts["log/\(service.executable).log"]?.contains("event handled") == true)
            #expect(output.texts["log/\(service.executable).log"]?.contains("event parked in quarantine") == true)
        }
        #expect(output.names.count { $0.hasPrefix("mail/") } >= 1)
        #expect(output.names.count { $0.hasPrefix("webhooks/") } >= 1)
        #expect(output.names.count { $0.hasPrefix("metrics of ") } == StackService.allCases.count)
    }

    private func expectSilence(
        _ put: ObservedClient, _ output: ProgramOutput, _ secrets: [String: String], _ records: [ConsumedRecord]
    ) throws {
        // The same search finds each value where it has to be, and in this very output what may be there.
        #expect(output.places(of: put.trace, in: "log/").count >= 5)
        #expect(!output.places(of: put.trace, in: "webhooks/").isEmpty)
        #expect(output.places(of: "messaging_process_duration_seconds", in: "metrics of ").count >= 4)
        let topics = ProgramOutput(texts: ["topics": String(decoding: records.flatMap(\.bytes), as: UTF8.self)])
        for value in [put.participant, ObservedClient.group, ObservedClient.malformed] { #expect(topics.places(of: value) == ["topics"], "\(value)") }
        let sent = ProgramOutput(texts: ["sent": #"{"total": \#(ObservedClient.total), "comment": "\#(ObservedClient.words)"}"#])
        #expect(sent.places(of: ObservedClient.words) == ["sent"] && sent.places(ofNumber: ObservedClient.total) == ["sent"])

        for value in [
            ObservedClient.words, "zebra", ObservedClient.group, "quokka", ObservedClient.eraseReason, ObservedClient.malformed, ObservedClient.traceState, put.participant,
        ] {
            #expect(output.places(of: value) == [], "\(value)")
        }
        for score in [ObservedClient.total, ObservedClient.enteredTotal] {
            #expect(output.places(ofNumber: score, in: "log/", "mail/", "webhooks/") == [], "\(score)")
        }
        for (name, secret) in secrets { #expect(output.places(of: secret) == [], "\(name)") }
        // Addresses stand in the mails that go there, and nowhere else.
        for address in ["team@north.example", "duty@clinic.example"] {
            #expect(output.places(of: address, in: "log/", "metrics of ", "webhooks/") == [], "\(address)")
        }
        #expect(!output.places(of: "team@north.example", in: "mail/").isEmpty)
        // An episode may be named in a log, so that it can be looked into; it goes to nobody outside.
        for value in [put.episode, put.rating, put.danger, "phq-9"] {
            #expect(output.places(of: value, in: "mail/", "webhooks/", "metrics of ") == [], "\(value)")
        }
        #expect(output.places(of: "safety", in: "mail/", "webhooks/") == [])
    }
}

extension ConsumedRecord {
    fileprivate var bytes: [UInt8] { key + headers.flatMap { Array($0.name.utf8) + $0.value } + (value ?? []) }
}
