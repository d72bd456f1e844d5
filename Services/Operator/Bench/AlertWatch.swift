import Domain
import Foundation
import Persistence
import Synchronization

/// Looks every few milliseconds which alerts can be read, and notes when each was seen first.
final class AlertWatch: Sendable {
    private let database: String
    private let state = Mutex((seen: [EpisodeID: ContinuousClock.Instant](), stopped: false))

    init(database: String) { self.database = database }

    var seen: [EpisodeID: ContinuousClock.Instant] { state.withLock { $0.seen } }

    func start() {
        let thread = Thread { [self] in
            guard let connection = try? Connection(DatabaseSettings(url: database, applicationName: "attune bench watch")),
                var last = try? connection.run("select clock_timestamp()").only().timestamp(0)
            else { return }
            while !state.withLock({ $0.stopped }) {
                // A little overlap: times are taken before commits. By site, because the index of the list is.
                let from = last.advanced(bySeconds: -1)
                guard let rows = try? connection.run(
                    "select episode_id, raised_at from published.alert where site = 'north' and raised_at > $1",
                    [.timestamp(from)])
                else { continue }
                let now = ContinuousClock.now
                for row in rows {
                    guard let episode: EpisodeID = try? row.id(0), let raised = try? row.timestamp(1) else { continue }
                    last = max(last, raised)
                    state.withLock { if $0.seen[episode] == nil { $0.seen[episode] = now } }
                }
                Pause.seconds(0.003)
            }
        }
        thread.start()
    }

    func stop() { state.withLock { $0.stopped = true } }
}
