public import Persistence

/// Reads for callers, in transactions that see of clients what the caller's sites hold. The database's policies see to that;
/// nothing that a handler forgets can show another site's data.
public struct ScopedReading: Sendable {
    /// The role whose reading the policies bind.
    public static let role = "attune_reader"

    private let pool: ConnectionPool

    /// - Parameter pool: whose sessions have taken ``role``.
    public init(_ pool: ConnectionPool) { self.pool = pool }

    /// Runs `body` in a transaction within the caller's scope.
    ///
    /// - Throws: what `body` throws; ``DatabaseError``.
    public func answer<Result: Sendable>(
        to caller: Caller, _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        let scope = Scope(caller)
        return try await pool.with { connection in
            try connection.transaction { connection in
                try scope.apply(on: connection)
                return try body(connection)
            }
        }
    }
}
