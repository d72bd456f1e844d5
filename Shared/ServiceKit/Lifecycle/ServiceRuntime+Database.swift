public import Persistence
public import ServiceLifecycle

extension ServiceRuntime {
    /// Connections for HTTP handlers and small work, watched by `/ready`.
    ///
    /// - Parameter role: what the sessions take; nil keeps the service's own.
    public func connectionPool(size: Int, as role: String? = nil) -> PoolService {
        let pool = unwatchedPool(size: size, as: role)
        health.register(.ready, "database") {
            pool.isReachable ? .healthy : .failing("the database is not reachable")
        }
        return PoolService(pool: pool)
    }

    /// The same beside another pool, which `/ready` watches already.
    public func furtherPool(size: Int, as role: String) -> PoolService { PoolService(pool: unwatchedPool(size: size, as: role)) }

    private func unwatchedPool(size: Int, as role: String?) -> ConnectionPool {
        var settings = DatabaseAccess.settings(of: self)
        settings.role = role ?? settings.role
        return ConnectionPool(settings, size: size, logger: logger)
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
