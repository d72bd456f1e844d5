import Contracts
import Domain
import Foundation
import Messaging
import Persistence
import ServiceKit
import Testing

@testable import attune

@Suite struct TraceCommandTests {
    private func trace(_ bench: DoctorBench, _ arguments: String...) async throws -> Program.Ending {
        try await Program.attune(
            ["trace", "--role", "attune_operator"] + arguments, environment: ["ATTUNE_DATABASE_URL": bench.database.url])
    }

    /// Output with ids, times and numbers replaced by what they are, and columns by single spaces.
    private func shape(_ line: String) -> String {
        line.replacing(/[0-9a-f]{8}-[0-9a-f-]{27}/, with: "ID").replacing(/[0-9a-f]{32}/, with: "TRACE")
            .replacing(/\d{4}-\d\d-\d\dT[\d:.]+Z/, with: "TIME").replacing(/-?\d+\.\d/, with: "MS")
            .replacing(/\b(position|leaf|checkpoint|offset|partition|took_ms) \d+/) { "\($0.output.1) N" }
            .replacing(/\ +/, with: " ")
    }

    @Test func `The whole way of a rating is told from the ledger alone, in its order`() async throws {
        let (bench, episodes) = try DoctorBench.settled()
        let rating = try bench.ratings(of: episodes[0])[1]
        let ending = try await trace(bench, "\(rating)")
        #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
        let lines = ending.lines.map(shape)
        #expect(lines.first == "episode ID, site north, trace TRACE")
        #expect(lines.last == "Offsets and the times of relaying and scoring are Kafka's: name it with --kafka.")
        #expect(
            Array(lines.dropFirst().dropLast().prefix(9)) == [
                "time ms total ms step id where",
                "TIME - MS accepted ID lane episode, position N, version 3, type attune.rating.recorded.v1",
                "- - - relayed ID topic attune.episode-events.v1",
                "- - - scored ID topic attune.trajectories.v1",
                "TIME MS MS alert raised ID alert ID, lane alert, position N, version 1",
                "- - - relayed ID topic attune.alerts.v1",
                "TIME MS MS delivery ID channel email, recipient desk",
                "TIME MS MS attempt 1 ID outcome delivered, reply 250, took_ms N",
                "TIME MS MS delivered ID lane notification, position N, version 2",
            ], "\(lines)")
        let answered = ["alert acknowledged", "alert review", "alert superseded"]
        for step in answered { #expect(lines.contains { $0.contains(" \(step) ID") }, "\(step) in \(lines)") }
        // The rating, its trajectory, the alert's events and the message's end are in the log, under one checkpoint.
        #expect(lines.count { $0.contains(" covered ID leaf N, checkpoint N") } >= 6)
        #expect(!lines.contains { $0.hasPrefix("missing") })
        // Ids and times only: neither the score nor how an alert is called.
        for line in lines { #expect(!line.contains("120") && !line.contains("12.0"), "\(line)") }
        #expect(!ending.output.contains("deteriorating"))
    }

    @Test func `An event's id leads to the same way as the rating's, and JSON says the same as the table`() async throws {
        let (bench, episodes) = try DoctorBench.settled()
        let rating = try bench.ratings(of: episodes[0])[1]
        let table = try await trace(bench, "\(rating)").lines
        let event: EventID = try bench.admin.run(
            "select event_id from ledger.command where command_id = $1", [.id(rating)]
        ).only().id(0)
        #expect(try await trace(bench, "\(event)").lines == table)
        let json = try JSON.parse(Array(try await trace(bench, "--json", "\(rating)").output.utf8))
        guard case .array(let steps)? = json["steps"] else {
            Issue.record("JSON without steps")
            return
        }
        #expect(steps.count == table.count - 3)
        #expect(json["eventId"] == .text(event))
        #expect(json["missing"] == [])
        let traceparent = try bench.admin.run(
            "select traceparent from ledger.event where event_id = $1", [.id(event)]
        ).only().text(0)
        #expect(json["traceId"] == .string(String(traceparent.split(separator: "-")[1])))
        for (step, line) in zip(steps, table.dropFirst(2)) {
            guard case .string(let id)? = step["id"] else { continue }
            #expect(line.contains(id))
        }
    }

    @Test func `What has not come about yet is said, with status 1`() async throws {
        let bench = try DoctorBench()
        let episode = try bench.open()
        try bench.settle()
        try bench.rate(episode, 180, session: 1)
        let rating = try #require(try bench.ratings(of: episode).first)
        let fresh = try await trace(bench, "\(rating)")
        #expect(fresh.status == 1)
        #expect(
            fresh.lines.filter { $0.hasPrefix("missing") }.map(shape) == [
                "missing: ID is not relayed yet: the relay of lane episode has come to position N",
                "missing: not scored yet: scoring has come to version 1 of the episode",
                "missing: ID is not in the audit log yet",
            ])
        try bench.relay()
        try bench.score()
        let scored = try await trace(bench, "\(rating)")
        #expect(scored.status == 1)
        #expect(scored.output.contains("missing: its trajectory is in neither alerting nor the audit log yet"))
        try bench.settle()
        let audited = try await trace(bench, "\(rating)")
        #expect(audited.status == 1)
        let open = audited.lines.filter { $0.hasPrefix("missing") }.map(shape)
        #expect(!open.isEmpty && open.allSatisfy { $0 == "missing: no checkpoint covers leaf N of ID yet" }, "\(open)")
    }

    @Test func `With Kafka each record's place is told, and how far the group has come that has not handled it`() async throws {
        let (bench, episodes) = try DoctorBench.settled()
        let cluster = try MockCluster(logger: quiet)
        for definition in TopicCatalogue.all {
            try cluster.createTopic(definition.topic.name, partitions: definition.partitions)
        }
        let kafka = try bench.publish(to: cluster.bootstrapServers)
        let rating = try bench.ratings(of: episodes[0])[1]
        let ending = try await trace(bench, "--kafka", cluster.bootstrapServers, "\(rating)")
        #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
        let lines = ending.lines.map(shape)
        for topic in [Topic.episodeEvents, .trajectories, .alerts, .notifications] {
            let place = "topic \(topic.name), partition N, offset N"
            #expect(lines.contains { $0.hasPrefix("TIME ") && $0.hasSuffix(place) }, "\(topic) in \(lines)")
        }
        // The episode's third event is the third of its key, and the first record of the partition is its first.
        #expect(ending.lines.contains { $0.contains("relayed") && $0.contains(Topic.episodeEvents.name) && $0.hasSuffix(" 2") })

        try bench.rate(episodes[0], 150, session: 4)
        try bench.relay()
        let after = try bench.publish(to: cluster.bootstrapServers, behind: kafka)
        #expect(after.count == 1)
        let late = try #require(try bench.ratings(of: episodes[0]).last)
        let unscored = try await trace(bench, "--kafka", cluster.bootstrapServers, "\(late)")
        #expect(unscored.status == 1)
        #expect(
            unscored.output.contains("attune-scoring has no position in \(Topic.episodeEvents.name)"), "\(unscored.output)")
    }

    @Test func `An id of nothing ends with 2, and one of nothing possible with 64`() async throws {
        let bench = try DoctorBench()
        let unknown = try await trace(bench, "018f2c1e-7a00-7000-8000-000000000001")
        #expect(unknown.status == 2)
        #expect(unknown.errors.contains("there is no such rating"))
        #expect(try await trace(bench, "rating-1").status == 64)
        #expect(try await trace(bench, "018f2c1e-7a00-7000-8000-000000000001", "--records", "0").status == 64)
    }

    @Test func `No statement reads a whole table`() throws {
        let bench = try DoctorBench()
        let connection = try bench.database.connect(role: "attune_operator")
        // Where an index can serve, a plan without one has only its cost in favour: on empty tables it would always win.
        try connection.script("set enable_seqscan = off; set plan_cache_mode = force_generic_plan")
        let (id, other): (Parameter, Parameter) = (.uuid(UUID()), .uuid(UUID()))
        let statements: [(Statement, [Parameter])] = [
            (TracedEvent.placeStatement, [id]), (TracedEvent.commandStatement, [id]),
            (WayReading.laneStatement, [.int16(1), .bool(false)]), (WayReading.scoredStatement, [id]),
            (WayReading.consideredStatement, [id, .int64(3)]), (WayReading.alertedStatement, [id]),
            (WayReading.handledStatement, [id]), (WayReading.parkedStatement, [.text("attune-scoring"), id]),
            (WayReading.positionStatement, [.text("attune-scoring"), .text("c"), .text("t"), .int32(1)]),
            (TracedDelivery.deliveriesStatement, [id, other]), (TracedDelivery.attemptsStatement, [id]),
        ]
        for (statement, parameters) in statements {
            let plan = try connection.run(Statement("explain \(statement.sql)"), parameters).map { try $0.text(0) }
                .joined(separator: "\n")
            #expect(!plan.contains("Seq Scan"), "\(plan)")
        }
    }
}

extension DoctorBench {
    /// The episode's ratings in the order in which they were recorded.
    fileprivate func ratings(of episode: EpisodeID) throws -> [RatingID] {
        try admin.run(
            """
            select c.command_id from ledger.command c join ledger.event e using (event_id)
            where c.episode_id = $1 and e.type = 'attune.rating.recorded.v1' order by e.version
            """, [.id(episode)]
        ).map { try $0.id(0) }
    }

    /// What relay and scoring would have published, but for what is known to be there.
    fileprivate func publish(to servers: String, behind known: Set<EventID> = []) throws -> Set<EventID> {
        var records: [OutgoingRecord] = []
        var ids: Set<EventID> = []
        for lane in Lane.all {
            for event in try Ledger.page(of: lane, after: 0, limit: 1000, on: admin) where !known.contains(event.id) {
                records.append(OutgoingRecord(try EventEnvelope(event), to: lane.topic))
                ids.insert(event.id)
            }
        }
        for trajectory in trajectories where !known.contains(trajectory.id) {
            records.append(OutgoingRecord(trajectory, to: .trajectories))
            ids.insert(trajectory.id)
        }
        let producer = try Producer(KafkaSettings(bootstrapServers: servers, clientID: "test"), logger: quiet)
        try producer.publish(records, deadline: .seconds(60))
        producer.close(deadline: .seconds(5))
        return ids
    }
}
