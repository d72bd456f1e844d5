import Contracts
import Domain
import Persistence
import ServiceKit

extension RatingWay {
    /// The trace that ties all steps together; nil where none was recorded.
    var traceID: String? { event.traceparent.flatMap { TraceContext(traceparent: $0) }?.traceIDText }

    /// Milliseconds from the step it follows from, and from the beginning; nil where a time is not known. A step without
    /// a time of its own is passed over.
    private func delay(of step: WayStep) -> (since: String?, total: String?) {
        guard let at = step.at else { return (nil, nil) }
        var before = step.follows
        while let place = before, steps[place].at == nil { before = steps[place].follows }
        return (
            before.flatMap { steps[$0].at }.map { Self.milliseconds(from: $0, to: at) },
            Self.milliseconds(from: event.recordedAt, to: at)
        )
    }

    private static func milliseconds(from start: Timestamp, to end: Timestamp) -> String {
        let tenths = (end.microseconds - start.microseconds) / 100
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    /// An aligned table and what is missing, for a person.
    var text: String {
        let heading = ["time", "ms", "total ms", "step", "id", "where"]
        let rows = steps.map { step in
            let delay = delay(of: step)
            return [
                step.at?.description ?? "-", delay.since ?? "-", delay.total ?? "-", step.name, step.id,
                step.details.map { "\($0.name) \($0.value.plain)" }.joined(separator: ", "),
            ]
        }
        let widths = heading.indices.map { column in ([heading] + rows).map { $0[column].count }.max() ?? 0 }
        var lines = ["episode \(event.stream), site \(event.site), trace \(traceID ?? "none")"]
        for row in [heading] + rows {
            let cells = row.enumerated().map { column, cell -> String in
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                return (1...2).contains(column) ? gap + cell : cell + gap
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            lines.append(line)
        }
        if !hasOffsets { lines.append("Offsets and the times of relaying and scoring are Kafka's: name it with --kafka.") }
        return (lines + missing.map { "missing: \($0)" }).joined(separator: "\n")
    }

    var json: JSON {
        [
            "eventId": .text(event.id), "episodeId": .text(event.stream), "site": .text(event.site), "traceId": .text(traceID),
            "steps": .array(
                steps.map { step in
                    let delay = delay(of: step)
                    return .object(
                        [
                            .init("step", .string(step.name)), .init("id", .string(step.id)), .init("at", .text(step.at)),
                            .init("ms", .text(delay.since)), .init("totalMs", .text(delay.total)),
                        ] + step.details.map { .init($0.name, $0.value) })
                }),
            "missing": .array(missing.map { .string($0) }),
        ]
    }
}

extension JSON {
    fileprivate var plain: String {
        switch self {
        case .string(let text): text
        case .number(let number): number.text
        default: String(decoding: encoded, as: UTF8.self)
        }
    }
}

extension WayStep {
    /// Of the record that the step is about.
    var partition: TopicPartition? {
        guard case .string(let topic)? = details.first(where: { $0.name == "topic" })?.value,
            case .number(let number)? = details.first(where: { $0.name == "partition" })?.value,
            let partition = Int32(number.text)
        else { return nil }
        return TopicPartition(topic: topic, partition: partition)
    }
}
