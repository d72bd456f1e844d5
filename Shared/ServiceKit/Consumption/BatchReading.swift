import Contracts
import Logging
import Messaging
import Persistence

/// A batch as read: which records are events, which failed, and which must wait.
struct BatchReading {
    let batch: [ConsumedRecord]
    private let events: [ConsumedEvent?]
    private var failures: [Int: (code: String, reason: String)] = [:]

    init(_ batch: [ConsumedRecord]) {
        self.batch = batch
        var events: [ConsumedEvent?] = []
        events.reserveCapacity(batch.count)
        for (index, record) in batch.enumerated() {
            do {
                let envelope = try CloudEventsBinding.event(
                    key: record.key, headers: record.headers, value: record.value)
                events.append(ConsumedEvent(topic: record.topic, envelope: envelope))
            } catch {
                events.append(nil)
                failures[index] = ("malformed", error.description)
            }
        }
        self.events = events
    }

    /// Records that are no events.
    var unreadable: [HandlingFailure] {
        failures.filter { events[$0.key] == nil }.sorted { $0.key < $1.key }.map { place, failure in
            HandlingFailure(place: place, code: failure.code, reason: failure.reason, isPoison: true)
        }
    }

    mutating func fail(_ failure: HandlingFailure) {
        failures[failure.place] = (failure.code, failure.reason)
    }

    /// Nil for a record that is no event.
    func event(at place: Int) -> EventEnvelope? { events[place]?.envelope }

    /// By what a record and its event are found in logs: ids and places, nothing of what the event says.
    func fields(of event: EventEnvelope?, at place: Int) -> Logger.Metadata {
        let record = batch[place]
        var fields: Logger.Metadata = [
            LogKey.topic: "\(record.topic)", LogKey.partition: "\(record.partition)", LogKey.offset: "\(record.offset)",
        ]
        fields[LogKey.event] = event.map { "\($0.id)" }
        fields["type"] = event.map { "\($0.type.rawValue)" }
        fields[LogKey.trace] = event?.trace.map { "\($0.traceIDText)" }
        return fields
    }

    var keys: Set<[UInt8]> { Set(batch.map(\.key)) }

    /// One move per partition: from its first record to behind its last.
    func moves(_ epochs: [TopicPartition: Int64]) -> [ConsumerPositions.Move] {
        var ranges: [TopicPartition: (first: Int64, next: Int64)] = [:]
        for record in batch {
            let first = ranges[record.topicPartition]?.first ?? record.offset
            ranges[record.topicPartition] = (first, record.offset + 1)
        }
        return ranges.map { partition, range in
            // Without a claim the epoch matches no row, and the partition counts as lost.
            ConsumerPositions.Move(
                partition: partition, first: range.first, next: range.next, epoch: epochs[partition] ?? -1)
        }
    }

    /// Divides the batch into events to handle and records to park, in order: what failed, and
    /// everything of the same key behind it or behind an older open row.
    func sorted(
        blocked: Set<[UInt8]>
    ) -> (events: [(place: Int, event: ConsumedEvent)], parked: [Quarantine.Record]) {
        var blocked = blocked
        var passing: [(place: Int, event: ConsumedEvent)] = []
        passing.reserveCapacity(batch.count)
        var parked: [Quarantine.Record] = []
        for (place, record) in batch.enumerated() {
            if blocked.contains(record.key) {
                parked.append(
                    record.parked(.waiting, code: "behind_failed", reason: "waits behind a failed event of its episode"))
            } else if let failure = failures[place] {
                parked.append(record.parked(.failed, code: failure.code, reason: failure.reason))
                blocked.insert(record.key)
            } else if let event = events[place] {
                passing.append((place, event))
            }
        }
        return (passing, parked)
    }
}

extension ConsumedRecord {
    fileprivate func parked(_ state: Quarantine.State, code: String, reason: String) -> Quarantine.Record {
        Quarantine.Record(
            partition: topicPartition, offset: offset, key: key,
            headers: headers.map { ($0.name, Optional($0.value)) }, payload: value, state: state,
            reasonCode: code, reason: reason)
    }
}
