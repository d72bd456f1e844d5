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
        history = try Self.history(
            of: raising.cause, in: try Ledger.events(stream: episode, category: .episode, on: connection), catalogue)
        var events = steps.map(\.record.id) + [raising.cause]
        if let moment = history.moment(of: raising.cause) { events.append(moment.event.id) }
        leaves = try Self.leaves(of: events, on: connection)
    }

    /// The history by the decisions about models that hold today, or else by those that held when the trajectory was
    /// made: the registry keeps them all.
    private static func history(
        of trajectory: EventID, in events: [LedgerEvent], _ catalogue: Catalogue
    ) throws -> EpisodeHistory {
        let today = try EpisodeHistory(events, catalogue: catalogue)
        guard today.moment(of: trajectory) == nil, let site = events.first?.site else { return today }
        let decided = Set(catalogue.registry.activations.filter { $0.site == site }.map(\.activatedAt)).sorted(by: >)
        for time in decided + [Timestamp(microseconds: .min)] where !decided.isEmpty {
            let earlier = try EpisodeHistory(events, catalogue: catalogue.asDecided(by: time))
            if earlier.moment(of: trajectory) != nil { return earlier }
        }
        return today
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
