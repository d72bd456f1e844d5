import Persistence
import Synchronization

/// A cluster in memory, for the relay.
final class MemoryPublisher: RelayPublisher {
    struct Refused: Error {}

    let batches: AsyncStream<[LedgerEvent]>
    private let continuation: AsyncStream<[LedgerEvent]>.Continuation
    private let cluster: Mutex<String>
    private let stored = Mutex<[LedgerEvent]>([])
    private let before: @Sendable ([LedgerEvent]) throws -> Void

    /// - Parameter before: runs on the relay's thread, before the events are stored.
    init(cluster: String = "k1", before: @escaping @Sendable ([LedgerEvent]) throws -> Void = { _ in }) {
        (batches, continuation) = AsyncStream.makeStream()
        self.cluster = Mutex(cluster)
        self.before = before
    }

    var events: [LedgerEvent] { stored.withLock { $0 } }
    func replaceCluster(by name: String) { cluster.withLock { $0 = name } }

    func clusterID() throws -> String { cluster.withLock { $0 } }

    func publish(_ events: [LedgerEvent], within limit: Duration) throws {
        try before(events)
        stored.withLock { $0 += events }
        continuation.yield(events)
    }

    /// Waits until so many different events have been published, and gives all in the order of their arrival.
    func published(_ count: Int) async -> [LedgerEvent] {
        if Set(events.map(\.id)).count >= count { return events }
        for await _ in batches where Set(events.map(\.id)).count >= count { break }
        return events
    }
}

/// Looks again and again until it is so; the suite's time limit ends a vain wait.
func eventually(_ condition: () throws -> Bool) async throws {
    while try !condition() { try await Task.sleep(for: .milliseconds(5)) }
}
