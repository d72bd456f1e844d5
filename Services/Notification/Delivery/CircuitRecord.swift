import Persistence

/// Receivers that do not answer, as every operator may see them: by name, never by address.
struct CircuitRecord: Sendable {
    let store: DeliveryStore

    /// What a process knew is no longer known when it has ended; others note theirs again with the next failure.
    func forget(on connection: Connection) throws {
        try connection.run("delete from notification.open_circuit")
    }

    func note(_ change: EndpointBoard.Change, on connection: Connection) throws {
        let name = store.name(of: change.endpoint)
        if change.failures == 0 {
            try connection.run("delete from notification.open_circuit where endpoint = $1", [.text(name)])
        } else {
            try connection.run(Self.upsert, [.text(name), .int32(Int32(clamping: change.failures))])
        }
    }

    private static let upsert: Statement = """
        insert into notification.open_circuit (endpoint, open_since, failures) values ($1, clock_timestamp(), $2)
        on conflict (endpoint) do update set failures = excluded.failures
        """
}
