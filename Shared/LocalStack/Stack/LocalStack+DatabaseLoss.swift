public import Foundation
import Synchronization

/// What the loss of the database is, on one machine, and what its restoration.
extension LocalStack {
    /// The private cluster; nil where the database was given.
    public var cluster: PostgresCluster? { parts.withLock { $0.cluster } }

    /// Kills the server and removes its data.
    public func loseDatabase() throws {
        guard let cluster else { throw StackError.notStarted }
        cluster.kill9()
        try cluster.removeData()
    }

    /// Restores a base backup and the archive to a restore point, in a folder of its own, and goes on with that on the
    /// port that the lost cluster had. The services are stopped before.
    public func restoreDatabase(_ backup: URL, toPoint point: String, in folder: URL) throws {
        guard let lost = cluster, let archive = settings.logArchive else { throw StackError.notStarted }
        for service in StackService.allCases.reversed() { stop(service) }
        let restored = PostgresCluster(folder: folder, durability: lost.durability)
        try restored.restore(backup, archive: archive, toPoint: point, passwordOf: lost)
        try restored.start(within: settings.startLimit, port: URLComponents(string: endpoints.database)?.port)
        parts.withLock { $0.cluster = restored }
    }
}
