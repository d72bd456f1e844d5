import Contracts
import Domain
import Messaging
import Persistence
import ServiceKit
import Testing

/// Parked records on their way back: in order, with their effect or without, never both and never neither.
@Suite struct ResumptionTests {
    private let ill: EpisodeID = TimeOrderedIdentity.make(at: .now)

    private static func poison(_ index: Int) -> PoisonEvent {
        PoisonEvent(index: index, code: "unknown_instrument", reason: "not in the catalogue")
    }

    /// A bench with this many records of one episode in quarantine, all of them because the first has failed.
    private func parked(_ count: Int) throws -> (bench: ConsumptionBench, records: [ConsumedRecord]) {
        let bench = try ConsumptionBench()
        let records = (0..<count).map { _ in bench.record(of: ill) }
        bench.handler.fail([try records[0].event], Self.poison)
        #expect(try bench.consumer.handle(records) == .done)
        #expect(try bench.quarantine().map(\.state) == ["failed"] + Array(repeating: "waiting", count: count - 1))
        bench.handler.before = { _, _, _ in }
        return (bench, records)
    }

    @Test func `What is asked for has its effect in its order, and then later records pass`() throws {
        let (bench, records) = try parked(4)
        let later = bench.record(of: ill)
        #expect(try bench.consumer.handle([later]) == .done)
        #expect(try bench.askForRetry([1]) == [1])
        try bench.consumer.idle()
        #expect(try bench.effects() == (records + [later]).map { try $0.event })
        #expect(try bench.quarantine().map(\.state) == Array(repeating: "released", count: 5))
        let settled = try bench.observer.run("select bool_and(settled_at is not null and settled_by = 'op-1') from scoring.quarantine")
        #expect(try settled.only().bool(0))

        let free = bench.record(of: ill)
        #expect(try bench.consumer.handle([free]) == .done)
        #expect(try bench.effects().last == free.event)
        #expect(try bench.quarantine().count == 5)
    }

    @Test func `Nothing comes back that nobody has asked for, nor what waits behind another`() throws {
        let (bench, _) = try parked(3)
        try bench.consumer.idle()
        #expect(try bench.effects().isEmpty)
        #expect(try bench.askForRetry([2, 3]).isEmpty, "only the front can be asked for")
        try bench.consumer.idle()
        #expect(try bench.effects().isEmpty)
    }

    @Test func `What fails again stays in front with its new reason, and everything behind it waits on`() throws {
        let (bench, records) = try parked(3)
        bench.handler.fail([try records[0].event]) { PoisonEvent(index: $0, code: "unscorable", reason: "out of range") }
        _ = try bench.askForRetry([1])
        try bench.consumer.idle()
        #expect(try bench.effects().isEmpty)
        #expect(try bench.quarantine().map(\.code) == ["unscorable", "behind_failed", "behind_failed"])
        let row = try bench.observer.run(
            "select attempts, retry_requested_at is null, reason from scoring.quarantine where quarantine_id = 1"
        ).only()
        #expect(try row.int32(0) == 2)
        #expect(try row.bool(1))
        #expect(try row.text(2) == "out of range")
        let calls = bench.handler.calls.count
        try bench.consumer.idle()
        #expect(bench.handler.calls.count == calls, "it is not tried again by itself")
    }

    @Test func `Where a later one fails those before it have their effect, and it is the new front`() throws {
        let (bench, records) = try parked(5)
        bench.handler.fail([try records[2].event], Self.poison)
        _ = try bench.askForRetry([1])
        try bench.consumer.idle()
        #expect(try bench.effects() == records[0...1].map { try $0.event })
        #expect(try bench.quarantine().map(\.state) == ["released", "released", "failed", "waiting", "waiting"])
        bench.handler.before = { _, _, _ in }
        #expect(try bench.askForRetry([3]) == [3])
        try bench.consumer.idle()
        #expect(try bench.effects() == records.map { try $0.event })
    }

    @Test func `An unforeseen failure takes the queue apart: those before it pass, the one is tried three times`() throws {
        let (bench, records) = try parked(4)
        let ids = try records.map { try $0.event }
        bench.handler.fail([ids[2]]) { _ in Surprise() }
        _ = try bench.askForRetry([1])
        let before = bench.handler.calls.count
        try bench.consumer.idle()
        #expect(try bench.effects() == Array(ids[0...1]))
        #expect(
            Array(bench.handler.calls.dropFirst(before))
                == [ids, [ids[0]], [ids[1]], [ids[2]], [ids[2]], [ids[2]]])
        #expect(try bench.quarantine().map(\.code) == ["unknown_instrument", "behind_failed", "unhandled", "behind_failed"])
    }

    @Test func `A failure that passes changes nothing, and the retry is still asked for`() throws {
        let (bench, records) = try parked(2)
        bench.handler.fail([try records[1].event]) { _ in MessagingError.timedOut(undelivered: 1) }
        _ = try bench.askForRetry([1])
        #expect(throws: MessagingError.self) { try bench.consumer.idle() }
        #expect(try bench.effects().isEmpty)
        #expect(try bench.quarantine().map(\.state) == ["failed", "waiting"])
        bench.handler.before = { _, _, _ in }
        try bench.consumer.idle()
        #expect(try bench.effects() == records.map { try $0.event })
    }

    @Test func `Whoever is killed in the middle leaves the queue as it was, and the next one resumes it once`() throws {
        let (bench, records) = try parked(3)
        _ = try bench.askForRetry([1])
        bench.handler.before = { _, index, connection in
            guard index == 2 else { return }
            let session = try connection.run("select pg_backend_pid()").only().int32(0)
            try bench.observer.run("select pg_terminate_backend($1, 60000)", [.int32(session)])
        }
        #expect(throws: DatabaseError.self) { try bench.consumer.idle() }
        #expect(try bench.effects().isEmpty)
        let successor = RecordingHandler()
        try ConsumptionBench.consumer(bench.database, successor).idle()
        #expect(try bench.effects() == records.map { try $0.event })
        bench.handler.before = { _, _, _ in }
        try bench.consumer.idle()
        #expect(try bench.effects().count == 3)
    }

    @Test func `A record that is no event fails again in the same way`() throws {
        let bench = try ConsumptionBench()
        #expect(try bench.consumer.handle([bench.record(key: [7], value: nil), bench.record(key: [7], value: [1])]) == .done)
        _ = try bench.askForRetry([1])
        try bench.consumer.idle()
        #expect(bench.handler.calls.isEmpty)
        #expect(
            try bench.quarantine() == [
                .init(offset: 0, state: "failed", code: "malformed"), .init(offset: 1, state: "waiting", code: "behind_failed"),
            ])
    }

    @Test func `Behind what is discarded the rest goes on by itself`() throws {
        let (bench, records) = try parked(3)
        #expect(try bench.discard([1]) == [1])
        try bench.consumer.idle()
        #expect(try bench.effects() == records.dropFirst().map { try $0.event })
        #expect(try bench.quarantine().map(\.state) == ["discarded", "released", "released"])
        let row = try bench.observer.run("select settled_by, settled_reason from scoring.quarantine order by quarantine_id")[0]
        #expect(try row.text(0) == "op-1")
        #expect(try row.text(1) == "sent by mistake")
    }

    @Test func `A queue longer than one transaction comes back whole and in order`() throws {
        let (bench, records) = try parked(1201)
        _ = try bench.askForRetry([1])
        // As many idle times as it needs: each does a part.
        for _ in 0..<3 { try bench.consumer.idle() }
        #expect(try bench.effects() == records.map { try $0.event })
        #expect(try Set(bench.quarantine().map(\.state)) == ["released"])
    }

    @Test func `Strange headers come back as they were`() throws {
        let bench = try ConsumptionBench()
        let sound = bench.record(of: ill)
        let strange = [
            RecordHeader(name: "quo\"te\\", value: Array("line\n\u{1}".utf8)), RecordHeader(name: "zero\u{0}", value: [0, 0xFF]),
            RecordHeader(name: "twice", value: []), RecordHeader(name: "twice", value: Array("ä".utf8)),
        ]
        let record = bench.record(key: ill.bytes, headers: sound.headers + strange, value: sound.value)
        bench.handler.fail([try record.event], Self.poison)
        #expect(try bench.consumer.handle([record]) == .done)
        let quarantine = Quarantine(.scoring)
        let connection = try bench.database.connect(role: "attune_scoring")
        let back = try #require(try quarantine.queue(of: ill.bytes, limit: 10, on: connection).first?.record)
        #expect(back.headers.map { RecordHeader(name: $0.name, value: $0.value ?? []) } == record.headers)
        #expect(back.payload == record.value)
        #expect(back.offset == record.offset)
    }

    @Test func `An operator asks and discards with a name and a reason, and can do nothing else`() throws {
        let (bench, _) = try parked(2)
        let operator_ = try bench.database.connect(role: "attune_operator")
        #expect(throws: DatabaseError.self) {
            try operator_.run("update scoring.quarantine set settled_at = now()")
        }
        #expect(throws: DatabaseError.self) { try operator_.run("select scoring.request_retry('{1}', '')") }
        #expect(throws: DatabaseError.self) { try operator_.run("select scoring.discard_quarantined('{1}', 'op-1', '')") }
        let other = try bench.database.connect(role: "attune_alerting")
        #expect(throws: DatabaseError.self) { try other.run("select scoring.request_retry('{1}', 'op-1')") }
        #expect(try operator_.run("select scoring.request_retry('{1}', 'op-1')").count == 1)
    }
}

extension ConsumptionBench {
    /// As an operator does it; the ids that were asked for.
    func askForRetry(_ ids: [Int64]) throws -> [Int64] {
        try database.connect(role: "attune_operator").run("select scoring.request_retry($1, 'op-1')", [.int64s(ids)])
            .map { try $0.int64(0) }
    }

    func discard(_ ids: [Int64]) throws -> [Int64] {
        try database.connect(role: "attune_operator").run(
            "select scoring.discard_quarantined($1, 'op-1', 'sent by mistake')", [.int64s(ids)]
        ).map { try $0.int64(0) }
    }
}
