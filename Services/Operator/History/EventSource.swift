import Domain
import Persistence

/// All that a ledger holds of one episode, each category by version.
struct EpisodeRecord {
    let stream: EpisodeID
    var events: [LedgerEvent] = []
    var alerts: [LedgerEvent] = []
    var notifications: [LedgerEvent] = []
    /// SHA-256 of the payloads of its trajectory events, as the audit log has them, by event; nil where the source
    /// knows nothing of the audit log.
    var said: [EventID: [UInt8]]?

    init(stream: EpisodeID) { self.stream = stream }

    mutating func add(_ event: LedgerEvent) {
        switch event.category {
        case .episode: events.append(event)
        case .alert: alerts.append(event)
        case .notification: notifications.append(event)
        case .access: break
        }
    }

    /// What of it had been recorded by a time.
    func recorded(by time: Timestamp) -> EpisodeRecord {
        var record = self
        record.events = events.filter { $0.recordedAt <= time }
        record.alerts = alerts.filter { $0.recordedAt <= time }
        record.notifications = notifications.filter { $0.recordedAt <= time }
        return record
    }
}

/// Where the past is read from, whole episodes at a time: the ledger itself, or a bundle that was exported from it.
protocol EventSource {
    /// What is recorded of one episode; empty where there is nothing.
    func episode(_ id: EpisodeID) throws -> EpisodeRecord

    /// Every episode, in the order of their ids; nothing that is recorded meanwhile.
    /// - Parameter progress: told now and then how many of how many units have been read.
    func forEachEpisode(
        progress: (_ done: Int, _ total: Int) -> Void, _ body: (EpisodeRecord) throws -> Void
    ) throws

    /// When the newest event was recorded; nil for an empty ledger.
    func newest() throws -> Timestamp?
}
