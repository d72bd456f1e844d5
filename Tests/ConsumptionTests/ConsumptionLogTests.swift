import Contracts
import Domain
import Logging
import Messaging
import ServiceKit
import Synchronization
import Testing

/// What a consumer says of the events that it handles and parks.
@Suite struct ConsumptionLogTests {
    private let trace = TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

    @Test func `Each handled event is told with its trace and its place, where somebody wants to know`() throws {
        for (level, expected) in [(Logger.Level.debug, 2), (.info, 0)] {
            let log = KeptLines()
            let bench = try ConsumptionBench(logger: log.logger(level))
            let records = [bench.record(trace: trace), bench.record()]
            _ = try bench.consumer.handle(records)
            let lines = log.lines.filter { $0.message == "event handled" }
            #expect(lines.count == expected)
            guard let first = lines.first else { continue }
            #expect(
                first.fields == [
                    "event_id": "\(try records[0].event)", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                    "topic": zero.topic, "partition": "0", "offset": "0", "type": "attune.session.held.v1",
                ])
            #expect(lines.last?.fields["trace_id"] == nil, "an event without a trace has none")
        }
    }

    @Test func `What is parked is told with its trace, and what cannot be read without its content`() throws {
        let log = KeptLines()
        let bench = try ConsumptionBench(logger: log.logger(.info))
        let bad = bench.record(trace: trace)
        let unreadable = bench.record(
            key: Array("sentinel".utf8), headers: [RecordHeader(name: "ce_id", value: Array("sentinel".utf8))],
            value: Array("sentinel".utf8))
        bench.handler.fail([try bad.event]) { PoisonEvent(index: $0, code: "unfit", reason: "does not fit") }
        _ = try bench.consumer.handle([bad, unreadable])
        let parked = log.lines.filter { $0.message.hasPrefix("event parked") }
        #expect(parked.map { $0.fields["reason_code"] } == ["unfit", "malformed"])
        #expect(parked.map { $0.fields["trace_id"] } == ["4bf92f3577b34da6a3ce929d0e0e4736", nil])
        #expect(parked.map { $0.fields["offset"] } == ["0", "1"])
        #expect(!log.lines.contains { "\($0)".contains("sentinel") })
    }
}

/// Keeps lines with their fields.
private final class KeptLines: Sendable {
    struct Line: Sendable {
        let message: String
        let fields: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "test") { _ in Handler { line in self.kept.withLock { $0.append(line) } } }
        logger.logLevel = level
        return logger
    }

    private struct Handler: LogHandler {
        let keep: @Sendable (Line) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(_ keep: @escaping @Sendable (Line) -> Void) { self.keep = keep }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            keep(Line(message: "\(event.message)", fields: (event.metadata ?? [:]).mapValues { "\($0)" }))
        }
    }
}
