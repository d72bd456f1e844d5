import Catalogue
import Contracts
import Domain
import Logging
import Metrics
import Persistence
import ServiceKit

/// Applies episode events to courses, stores the courses and publishes what changed.
///
/// Versions make this right whatever Kafka delivers. An event one ahead is applied. One further ahead
/// means that others are still on their way, or lost: they are read from the ledger. One already applied
/// is a duplicate; its trajectory event may never have reached Kafka, so it is derived again, from the
/// ledger, and published again under the same id.
final class ScoringHandler: EventHandler {
    private let catalogue: () -> Catalogue
    private let publisher: TrajectoryPublisher
    private let logger: Logger
    private let scored = Counter(label: "attune_scoring_events_total")
    private let healed = Counter(label: "attune_scoring_healed_events_total")
    private let repeated = Counter(label: "attune_scoring_repeated_events_total")

    static let metrics = [
        MetricDescription(
            .counter, "attune_scoring_events_total", "Events applied to courses, for the first time."),
        MetricDescription(
            .counter, "attune_scoring_healed_events_total", "Events that were read from the ledger to close a gap."),
        MetricDescription(
            .counter, "attune_scoring_repeated_events_total", "Events that had been applied before."),
    ]

    /// - Parameter catalogue: asked once for each batch, so that a batch rests on one set of figures.
    init(catalogue: @escaping () -> Catalogue, publisher: TrajectoryPublisher, logger: Logger) {
        self.catalogue = catalogue
        self.publisher = publisher
        self.logger = logger
    }

    func handle(_ events: [ConsumedEvent], on connection: Connection) throws {
        let catalogue = catalogue()
        let arrived = events.map { ReadEvent($0.envelope) }
        var batch = EpisodeBatch(
            try CourseStore.episodes(Set(events.map(\.envelope.episode)), on: connection), catalogue: catalogue)
        let gaps = batch.gaps(before: events.map(\.envelope))
        let missing: [ReadEvent]
        do {
            missing = try Self.read(Ledger.events(in: gaps, category: .episode, on: connection))
            try batch.restore(CourseStore.courses(CourseNeeds(missing + arrived), on: connection))
            try batch.heal(missing)
        } catch let error as HealingFault {
            // The first of its episode that came with or behind it stands for it: parked, it holds back the others.
            let index = events.firstIndex {
                $0.envelope.episode == error.episode && $0.envelope.sequence >= error.version
            }
            throw PoisonEvent(index: index ?? 0, code: error.fault.code, reason: error.fault.description)
        }
        var duplicates: [EventEnvelope] = []
        for (index, event) in arrived.enumerated() {
            do throws(ScoringFault) {
                if try !batch.apply(event) { duplicates.append(event.envelope) }
            } catch {
                throw PoisonEvent(index: index, code: error.code, reason: error.description)
            }
        }
        let again = try Rederivation(catalogue: catalogue).events(for: duplicates, on: connection)
        // Published before the commit: a crash in between leads to the same events again, never to none.
        try publisher.publish(batch.derived + again) { try CourseStore.save(batch.changed, on: connection) }
        count(events: events.count - duplicates.count, healed: missing.count, repeated: duplicates.count)
    }

    private static func read(_ events: [LedgerEvent]) throws(HealingFault) -> [ReadEvent] {
        var read: [ReadEvent] = []
        read.reserveCapacity(events.count)
        for event in events {
            do throws(MalformedEvent) {
                read.append(ReadEvent(try EventEnvelope(event)))
            } catch {
                throw HealingFault(episode: event.stream, version: event.version, fault: .malformed(error))
            }
        }
        return read
    }

    private func count(events: Int, healed missing: Int, repeated duplicates: Int) {
        scored.increment(by: events)
        repeated.increment(by: duplicates)
        healed.increment(by: missing)
        guard missing > 0 else { return }
        logger.notice("a gap in stream versions was healed from the ledger", metadata: ["events": "\(missing)"])
    }
}
