import Contracts
import Domain
import Messaging
import Persistence
import ServiceKit
import Testing

@Suite struct ParkingTests {
    private let ill: EpisodeID = TimeOrderedIdentity.make(at: .now)
    private let well: EpisodeID = TimeOrderedIdentity.make(at: .now)

    private func poison(_ index: Int) -> PoisonEvent {
        PoisonEvent(index: index, code: "unknown_instrument", reason: "not in the catalogue")
    }

    @Test func `A poison record is parked, what follows of its key waits, and others pass`() throws {
        let bench = try ConsumptionBench()
        let batch = [
            bench.record(of: ill), bench.record(of: ill), bench.record(of: well), bench.record(of: ill),
            bench.record(of: well),
        ]
        bench.handler.fail([try batch[1].event], poison)
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.effects() == [batch[0], batch[2], batch[4]].map { try $0.event })
        #expect(
            try bench.quarantine() == [
                .init(offset: 1, state: "failed", code: "unknown_instrument"),
                .init(offset: 3, state: "waiting", code: "behind_failed"),
            ])
        #expect(try bench.position() == 5)
        #expect(bench.handler.retries == 1)
        #expect(bench.handler.commits == 1)

        let later = [bench.record(of: ill), bench.record(of: well)]
        #expect(try bench.consumer.handle(later) == .done)
        #expect(try bench.effects().last == later[1].event)
        #expect(try bench.quarantine().last == .init(offset: 5, state: "waiting", code: "behind_failed"))
        #expect(try bench.position() == 7)
    }

    @Test func `The record is parked as it came, with the reason that the handler gave`() throws {
        let bench = try ConsumptionBench()
        let record = bench.record(of: ill)
        bench.handler.fail([try record.event], poison)
        #expect(try bench.consumer.handle([record]) == .done)
        let row = try bench.observer.run(
            """
            select cluster_id, topic, record_key, payload, reason, headers ->> 0, settled_at is null
            from scoring.quarantine
            """
        ).only()
        #expect(try row.text(0) == "cluster")
        #expect(try row.text(1) == zero.topic)
        #expect(try row.bytes(2) == ill.bytes)
        #expect(try row.bytes(3) == record.value)
        #expect(try row.text(4) == "not in the catalogue")
        #expect(try row.text(5) == #"{"name": "ce_specversion", "text": "1.0"}"#)
        #expect(try row.bool(6))
    }

    @Test func `The handler's index is counted in what it was given, without the records parked before`() throws {
        let bench = try ConsumptionBench()
        let batch = [
            bench.record(key: [9], value: [1]), bench.record(of: well), bench.record(key: [9], value: [1]),
            bench.record(of: ill), bench.record(of: well),
        ]
        bench.handler.fail([try batch[3].event], poison)
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.quarantine().map(\.offset) == [0, 2, 3])
        #expect(try bench.quarantine().map(\.code) == ["malformed", "behind_failed", "unknown_instrument"])
        #expect(try bench.effects() == [batch[1], batch[4]].map { try $0.event })
    }

    @Test func `Several poison records of one batch are each parked`() throws {
        let bench = try ConsumptionBench()
        let batch = (0..<6).map { _ in bench.record() }
        bench.handler.fail(try [0, 3, 5].map { try batch[$0].event }, poison)
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.quarantine().map(\.offset) == [0, 3, 5])
        #expect(try bench.effects() == [1, 2, 4].map { try batch[$0].event })
        #expect(bench.handler.calls.map(\.count) == [6, 5, 4, 3])
    }

    @Test func `A record that is no event is parked without being shown to the handler`() throws {
        let bench = try ConsumptionBench()
        let sound = bench.record(of: well)
        var strange: [ConsumedRecord] = []
        // No headers; a tombstone; a key that is not the episode's; headers that no text column could hold.
        strange.append(bench.record(key: ill.bytes, value: [1]))
        strange.append(bench.record(key: well.bytes.reversed(), headers: sound.headers, value: nil))
        strange.append(bench.record(key: [7], headers: sound.headers, value: sound.value))
        strange.append(bench.record(key: [], headers: [RecordHeader(name: "ce_id\u{0}", value: [0, 0xFF])], value: []))
        let last = bench.record(of: well)
        #expect(try bench.consumer.handle([sound] + strange + [last]) == .done)
        #expect(bench.handler.calls == [[try sound.event, try last.event]])
        #expect(try bench.quarantine() == (1...4).map { .init(offset: $0, state: "failed", code: "malformed") })
        #expect(try bench.position() == 6)
    }

    @Test func `A batch of nothing but malformed records moves the position and wakes nobody`() throws {
        let bench = try ConsumptionBench()
        #expect(try bench.consumer.handle([bench.record(key: [1], value: [1]), bench.record(key: [2], value: [1])]) == .done)
        #expect(bench.handler.calls.isEmpty)
        #expect(try bench.position() == 2)
    }

    @Test func `Once everything of a key is settled its records pass again`() throws {
        let bench = try ConsumptionBench()
        let failing = bench.record(of: ill)
        bench.handler.fail([try failing.event], poison)
        #expect(try bench.consumer.handle([failing, bench.record(of: ill)]) == .done)
        let settle = #"update scoring.quarantine set state = 'discarded', settled_at = now() where "offset" = "#
        try bench.observer.script(settle + "0")
        #expect(try bench.consumer.handle([bench.record(of: ill)]) == .done)
        #expect(try bench.effects().isEmpty, "one still waits")
        try bench.observer.script(settle + "1; " + settle + "2")
        let free = bench.record(of: ill)
        #expect(try bench.consumer.handle([free]) == .done)
        #expect(try bench.effects() == [free.event])
    }

    @Test func `What is parked in one service does not hold up another`() throws {
        let bench = try ConsumptionBench()
        let record = bench.record(of: ill)
        bench.handler.fail([try record.event], poison)
        #expect(try bench.consumer.handle([record]) == .done)
        let handler = SilentHandler()
        let other = LedgeredConsumer(
            connection: try bench.database.connect(role: "attune_audit"), schema: .audit, owner: "test", handler: handler,
            logger: quiet)
        _ = try other.assigned([zero], clusterID: "cluster")
        #expect(try other.handle([record]) == .done)
        #expect(handler.count == 1)
    }
}

private final class SilentHandler: EventHandler {
    private(set) var count = 0
    func handle(_ events: [ConsumedEvent], on connection: Connection) { count += events.count }
}
