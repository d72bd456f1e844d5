package import Contracts
public import Domain
public import Persistence

/// Steps of alerts on their way into the ledger.
package struct AlertLedger {
    private var events: [NewEvent] = []

    package init() {}

    /// The event's id follows from step and cause; doing the work twice gives the same id.
    ///
    /// - Parameter time: what the alert's row says of the step, so that the row follows from the event.
    package mutating func add(_ step: AlertStep, of alert: Alert, at time: Timestamp, following cause: EventID) throws {
        let event = AlertEvent(alert: alert.id, kind: alert.kind, step: step, at: time)
        let trace = alert.traceparent.flatMap { TraceContext(traceparent: $0) }
        events.append(
            NewEvent(
                id: DerivedIdentity.event(step, of: alert.id, following: cause), stream: alert.episode, site: alert.site,
                type: event.type.rawValue, traceparent: trace?.description,
                payload: try AlertEventCodec.encode(event)))
    }

    package func append(on connection: Connection) throws {
        _ = try Ledger.append(events, to: .alert, on: connection)
    }
}

/// The database's clock: one clock decides what is overdue, whichever process asks.
public enum DatabaseClock {
    public static func now(on connection: Connection) throws -> Timestamp {
        try connection.run("select clock_timestamp()").only().timestamp(0)
    }
}
