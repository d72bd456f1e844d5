import Contracts
import Domain
import Persistence
import ServiceKit
import Testing

@testable import attune

@Suite struct StatusReportTests {
    private func partition(_ number: Int32, _ topic: Topic = .episodeEvents) -> TopicPartition {
        TopicPartition(topic: topic.name, partition: number)
    }

    @Test func `Lag is what lies between positions and heads, per group and topic`() throws {
        let bench = try StatusBench()
        try bench.setPosition(40, of: .scoring, partition: 0)
        try bench.setPosition(10, of: .scoring, partition: 1)
        // -2: nothing read yet, so everything waits.
        try bench.setPosition(-2, of: .scoring, partition: 2)
        try bench.setPosition(7, of: .scoring, .episodeBackfill)
        try bench.setPosition(100, of: .audit)
        try bench.setPosition(1, of: .scoring, partition: 0, cluster: "an older cluster")
        let positions = try GroupPositions.read(cluster: "cluster", on: try bench.connect())
        let heads: [TopicPartition: Int64] = [
            partition(0): 100, partition(1): 10, partition(2): 5, partition(0, .episodeBackfill): 6,
        ]
        let lags = GroupLag.all(before: positions, after: positions, heads: heads, seconds: 2)
        #expect(lags.map(\.group) == ["attune-audit", "attune-scoring", "attune-scoring"])
        #expect(lags.map(\.topic) == [Topic.episodeEvents.name, Topic.episodeBackfill.name, Topic.episodeEvents.name])
        // A head that lies before the position, as one read a moment earlier, is no negative lag.
        #expect(lags.map(\.events) == [0, 0, 65])
        #expect(lags.map(\.secondsToDrain) == [0, 0, nil])
    }

    @Test func `Seconds to drain are the events waiting by the pace of the group meanwhile`() throws {
        let bench = try StatusBench()
        try bench.setPosition(0, of: .scoring, partition: 0)
        try bench.setPosition(100, of: .scoring, partition: 1)
        let before = try GroupPositions.read(cluster: "cluster", on: try bench.connect())
        try bench.setPosition(300, of: .scoring, partition: 0)
        try bench.setPosition(200, of: .scoring, partition: 1)
        // Claimed only just now: where it began is not known, so it counts for no pace.
        try bench.setPosition(1000, of: .scoring, partition: 2)
        let after = try GroupPositions.read(cluster: "cluster", on: try bench.connect())
        let heads = [partition(0): 800, partition(1): 700, partition(2): 1000] as [TopicPartition: Int64]
        let lag = try #require(GroupLag.all(before: before, after: after, heads: heads, seconds: 4).first)
        #expect(lag.events == 1000)
        #expect(lag.rate == 100)
        #expect(lag.secondsToDrain == 10)
    }

    @Test func `The relay's lag is counted per lane behind its cursor`() throws {
        let bench = try StatusBench()
        try bench.append(12, to: .episode)
        try bench.append(5, to: .episodeBackfill)
        try bench.append(3, to: .alert)
        try bench.relay(8, of: .episode)
        try bench.relay(3, of: .alert)
        let lags = try RelayLag.read(on: try bench.connect())
        #expect(lags.map(\.lane) == Lane.all.map(\.description))
        #expect(lags.map(\.events) == [4, 5, 0, 0, 0])
        #expect(lags.map(\.owner) == ["relay-1", "", "relay-1", "", ""])
    }

    @Test func `Quarantine is counted per group and reason, without what has been settled`() throws {
        let bench = try StatusBench()
        try bench.park(1, in: .scoring, state: "failed", code: "unknown_instrument")
        try bench.park(3, in: .scoring, state: "waiting", code: "behind_failed")
        try bench.park(4, in: .scoring, state: "discarded", code: "unknown_instrument", isSettled: true)
        try bench.park(2, in: .audit, state: "failed", code: "malformed")
        let counts = try QuarantineCount.read(on: try bench.connect())
        #expect(counts.map(\.group) == ["attune-audit", "attune-scoring", "attune-scoring"])
        #expect(counts.map(\.reason) == ["malformed", "behind_failed", "unknown_instrument"])
        #expect(counts.map(\.count) == [2, 3, 1])
    }

    @Test func `The checkpoint shown is the newest, beside the tree as it stands`() throws {
        let bench = try StatusBench()
        let connection = try bench.connect()
        #expect(try CheckpointLine.read(on: connection) == nil)
        try bench.sign([10, 250, 99], treeSize: 300)
        let line = try #require(try CheckpointLine.read(on: connection))
        #expect(line.size == 250)
        #expect(line.treeSize == 300)
        #expect(line.signedAt == Timestamp("2026-03-02T10:04:10Z"))
    }

    private func report(
        ready: Bool = true, lag: (events: Int64, rate: Double) = (0, 0), parked: Int64 = 0, relay: Int64 = 3,
        checkpoint: CheckpointLine? = nil
    ) -> StatusReport {
        StatusReport(
            services: [ServiceHealth(name: "scoring", answer: ready ? "ready" : "not ready", isReady: ready)],
            lags: [GroupLag(group: "attune-scoring", topic: "t", events: lag.events, rate: lag.rate)],
            relay: [RelayLag(lane: "episode", events: relay, owner: "relay-1")],
            quarantine: parked > 0 ? [QuarantineCount(group: "attune-scoring", reason: "malformed", count: parked)] : [],
            checkpoint: checkpoint)
    }

    @Test func `Drained is a system in which nothing waits and nothing moves, signed to the end of its log`() {
        func signed(_ size: Int64) -> CheckpointLine {
            CheckpointLine(size: size, signedAt: Timestamp(microseconds: 0), treeSize: 7)
        }
        #expect(report(relay: 0).isDrained)
        #expect(report(relay: 0, checkpoint: signed(7)).isDrained)
        #expect(!report(relay: 0, checkpoint: signed(6)).isDrained)
        #expect(!report(relay: 1).isDrained)
        #expect(!report(ready: false, relay: 0).isDrained)
        #expect(!report(lag: (1, 0), relay: 0).isDrained)
        #expect(!report(lag: (0, 0.5), relay: 0).isDrained, "what moves may bring more")
    }

    @Test func `All is well only while services are ready, nothing is parked and no group stands still`() {
        #expect(report().isWell)
        #expect(report(lag: (5000, 1)).isWell, "a group that moves is well, however far behind")
        #expect(!report(lag: (1, 0)).isWell)
        #expect(!report(ready: false).isWell)
        #expect(!report(parked: 1).isWell)
    }

    @Test func `The report says its figures in words and as JSON`() {
        let moving = report(lag: (1001, 100), parked: 2)
        #expect(moving.text.contains("attune-scoring        t                                     1001     10.1"))
        #expect(moving.text.contains("attune-scoring        malformed               2"))
        #expect(moving.text.contains("episode               3 waiting           relay-1"))
        #expect(moving.text.contains("checkpoint: none yet"))
        #expect(report(lag: (7, 0)).text.contains("7        stands still"))
        #expect(report().text.contains("quarantine: empty"))

        let json = moving.json
        #expect(json["well"] == false)
        #expect(
            json["groups"] == [
                ["group": "attune-scoring", "topic": "t", "lag_events": 1001, "lag_seconds_to_drain": "10.1"]
            ])
        #expect(json["quarantine"] == [["group": "attune-scoring", "reason_code": "malformed", "events": 2]])
        #expect(json["relay"] == [["lane": "episode", "waiting_events": 3]])
        #expect(json["checkpoint_size"] == .null)
        #expect(json["services"] == [["name": "scoring", "ready": true]])
        let still: JSON = ["group": "attune-scoring", "topic": "t", "lag_events": 7, "lag_seconds_to_drain": .null]
        #expect(report(lag: (7, 0)).json["groups"] == [still])
    }
}
