import Catalogue
import Contracts
import Domain
import Persistence

/// Everything that leads to an alert, and what became of it.
struct AlertChain {
    struct Step {
        let event: AlertEvent
        let record: LedgerEvent
    }

    let alert: AlertID
    let episode: EpisodeID
    let raising: AlertRaising
    /// From the raising on, in order.
    let steps: [Step]
    let history: EpisodeHistory
    /// Places in the audit log, of events that are in it.
    let leaves: [EventID: Int64]

    /// - Throws: `UnknownAlert`, or what the database says.
    init(_ alert: AlertID, catalogue: Catalogue, on connection: Connection) throws {
        self.alert = alert
        guard let row = try connection.run("select episode_id from published.alert where alert_id = $1", [.id(alert)]).first
        else { throw UnknownAlert() }
        let episode: EpisodeID = try row.id(0)
        self.episode = episode
        steps = try Ledger.events(stream: episode, category: .alert, on: connection).compactMap { record in
            guard let type = EventType(rawValue: record.type) else { return nil }
            let event = try AlertEventCodec.decode(record.payload, type: type)
            return event.alert == alert ? Step(event: event, record: record) : nil
        }
        guard case .raised(let raising) = steps.first?.event.step else { throw UnknownAlert() }
        self.raising = raising
        history = try EpisodeHistory(
            explaining: raising.cause, try Ledger.events(stream: episode, category: .episode, on: connection),
            catalogue: catalogue)
        var events = steps.map(\.record.id) + [raising.cause]
        if let moment = history.moment(of: raising.cause) { events.append(moment.event.id) }
        leaves = try Self.leaves(of: events, on: connection)
    }

    private static func leaves(of events: [EventID], on connection: Connection) throws -> [EventID: Int64] {
        var leaves: [EventID: Int64] = [:]
        for row in try connection.run(
            "select event_id, leaf_index from published.audit_leaf where event_id = any($1)", [.ids(events)])
        {
            leaves[try row.id(0)] = try row.int64(1)
        }
        return leaves
    }
}

struct UnknownAlert: Error, CustomStringConvertible {
    var description: String { "there is no such alert; correct its id" }
}
