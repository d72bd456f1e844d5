import Domain
import Logging
import Persistence
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Looks at the pipeline every few seconds and keeps the last hours in memory: a bounded ring, of this process alone.
final class OperationsWatch: Service {
    /// Between two looks.
    static let interval: Duration = .seconds(15)
    /// Three hours of them.
    static let mostSamples = 720
    /// A page is shown no figures older than this: it looks itself.
    static let freshness: Int64 = 5_000_000

    private let pool: ConnectionPool
    private let logger: Logger
    private let samples = Mutex<[OperationsSample]>([])

    private let ends: TopicEnds?

    /// - Parameter ends: nil where no Kafka is set: what waits for consumers is then not known.
    init(pool: ConnectionPool, ends: TopicEnds? = nil, logger: Logger) {
        self.pool = pool
        self.ends = ends
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await self.look()
                } catch {
                    self.logger.warning("Operations could not be sampled", error: error)
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// What is known, oldest first; the newest is a few seconds old at most.
    func history() async throws -> [OperationsSample] {
        let now = Timestamp.now
        let known = samples.withLock { $0 }
        if let last = known.last, abs(now.microseconds - last.at.microseconds) < Self.freshness { return known }
        return try await look()
    }

    @discardableResult
    private func look() async throws -> [OperationsSample] {
        let last = samples.withLock { $0.last }
        var new = try await pool.with { try OperationsSample(after: last, on: $0) }
        // Asked after the positions were read, so that nothing seems to be behind that is not.
        if let ends { new = new.with(ends: await ends.read(new.partitions)) }
        return samples.withLock { samples in
            // Two that looked at once have both counted from the same one: the second adds nothing.
            guard samples.last.map({ $0.at < new.at && $0.at == last?.at ?? $0.at }) ?? true else { return samples }
            samples.append(new)
            if samples.count > Self.mostSamples { samples.removeFirst(samples.count - Self.mostSamples) }
            return samples
        }
    }
}
