import Domain
import Foundation
import Persistence
import Synchronization

/// Measures from the answer to a rating until its alert can be read: looks every few milliseconds for those that are
/// waited for, and for no others, so that what else is raised meanwhile costs the measurement nothing.
final class AlertWatch: Sendable {
    private struct State {
        var waiting: [EpisodeID: ContinuousClock.Instant] = [:]
        var delays = Delays()
        var stopped = false
    }

    private let database: String
    private let state = Mutex(State())

    init(database: String) { self.database = database }

    /// A rating that has to raise an alert has just been accepted. Its episode has had none before.
    func expect(_ episode: EpisodeID) {
        let now = ContinuousClock.now
        state.withLock { $0.waiting[episode] = now }
    }

    var isWaiting: Bool { state.withLock { !$0.waiting.isEmpty } }

    /// Of all alerts that were seen.
    var delays: Delays { state.withLock { $0.delays } }

    func start() {
        let thread = Thread { [self] in
            guard let connection = try? Connection(DatabaseSettings(url: database, applicationName: "attune bench watch")) else {
                return
            }
            while !state.withLock({ $0.stopped }) {
                look(on: connection)
                Pause.seconds(0.003)
            }
        }
        thread.start()
    }

    func stop() { state.withLock { $0.stopped = true } }

    private func look(on connection: Connection) {
        let waiting = state.withLock { Array($0.waiting.keys) }
        guard !waiting.isEmpty,
            let rows = try? connection.run(
                "select episode_id from published.alert where episode_id = any($1)", [.ids(waiting)])
        else { return }
        let now = ContinuousClock.now
        for row in rows {
            guard let episode: EpisodeID = try? row.id(0) else { continue }
            state.withLock {
                guard let accepted = $0.waiting.removeValue(forKey: episode) else { return }
                $0.delays.add(max(1, Int64(Bench.seconds(accepted.duration(to: now)) * 1_000_000)))
            }
        }
    }
}
