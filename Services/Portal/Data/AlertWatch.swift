import Domain
import Logging
import Persistence
import ServiceKit
import Synchronization

/// Tells open pages when alerts of their sites have changed. Asks the database once in a while for all of them
/// together, and not at all while nobody listens.
final class AlertWatch: Sendable {
    private struct Listener {
        let sites: SiteAccess
        let stream: AsyncStream<Void>.Continuation
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var next = 0
        var newest: [SiteID: Timestamp] = [:]
        var isAsking = false
    }

    private let pool: ConnectionPool
    private let interval: Duration
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter interval: between two questions.
    init(pool: ConnectionPool, interval: Duration = .seconds(2), logger: Logger) {
        self.pool = pool
        self.interval = interval
        self.logger = logger
    }

    /// An element whenever an alert of the sites has changed; several changes may come as one.
    func changes(at sites: SiteAccess) async -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (id, mustStart) = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = Listener(sites: sites, stream: continuation)
            defer { state.isAsking = true }
            return (state.next, !state.isAsking)
        }
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        if mustStart { Task { await self.ask() } }
        return stream
    }

    private func remove(_ id: Int) {
        _ = state.withLock { $0.listeners.removeValue(forKey: id) }
    }

    /// Until nobody listens any more.
    private func ask() async {
        while true {
            do {
                let newest = try await pool.with { connection in try Self.newest(on: connection) }
                tell(newest)
            } catch {
                // Whoever listens asks again by hand; the pool says that the database is away.
                logger.debug("Open pages are not told of changes", metadata: ["reason": "\(error)"])
            }
            try? await Task.sleep(for: interval)
            let isOver = state.withLock { state in
                if state.listeners.isEmpty { state.isAsking = false }
                return !state.isAsking
            }
            if isOver { return }
        }
    }

    private func tell(_ newest: [SiteID: Timestamp]) {
        let told = state.withLock { state in
            // What is known from the time before anybody listened is no change.
            let changed = Set(newest.filter { site, time in state.newest[site].map { time > $0 } ?? false }.keys)
            state.newest = newest
            return state.listeners.values.filter { listener in changed.contains { listener.sites.includes($0) } }
        }
        for listener in told { listener.stream.yield() }
    }

    private static func newest(on connection: Connection) throws -> [SiteID: Timestamp] {
        var newest: [SiteID: Timestamp] = [:]
        for row in try connection.run(select) {
            if let time = try row.optionalTimestamp(1) { newest[SiteID(unchecked: try row.text(0))] = time }
        }
        return newest
    }

    private static let select: Statement = "select s, published.alerts_changed(s) from published.sites() s"
}
