public import Persistence
public import ServiceLifecycle

extension ServiceRuntime {
    /// Connections for HTTP handlers and small work, watched by `/ready`.
    public func connectionPool(size: Int) -> PoolService {
        let pool = ConnectionPool(DatabaseAccess.settings(of: self), size: size, logger: logger)
        health.register(.ready, "database") {
            pool.isReachable ? .healthy : .failing("the database is not reachable")
        }
        return PoolService(pool: pool)
    }
}

/// A connection pool as a component of a service: closed when those who use it have ended.
public struct PoolService: Service {
    public let pool: ConnectionPool

    public init(pool: ConnectionPool) { self.pool = pool }

    public func run() async throws {
        try? await gracefulShutdown()
        await pool.shutdown()
    }
}
