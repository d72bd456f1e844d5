public import Persistence
import FoundationEssentials
import Glibc
import Synchronization

/// A database of its own for one test or suite, migrated, on the cluster that `ATTUNE_TEST_POSTGRES` names.
///
/// It is copied from a template that each test process migrates once, and dropped with the last reference to this
/// object. Tests may run in parallel, in several processes as well.
public final class TestDatabase: Sendable {
    public let name: String
    /// Of a superuser.
    public let url: String
    private let cluster: TestCluster
    private let isDropped = Atomic(false)

    /// - Parameter isMigrated: false gives an empty database.
    public static func make(isMigrated: Bool = true) throws -> TestDatabase {
        let cluster = try TestCluster.shared()
        let name = cluster.newName()
        let admin = try cluster.connect()
        try admin.script("create database \(name)" + (isMigrated ? " template \(try cluster.template())" : ""))
        return TestDatabase(name: name, cluster: cluster)
    }

    private init(name: String, cluster: TestCluster) {
        self.name = name
        self.cluster = cluster
        url = cluster.url(of: name)
    }

    deinit { drop() }

    /// As a superuser, or in the role of a service, e.g. `attune_scoring`.
    public func settings(role: String? = nil) -> DatabaseSettings {
        DatabaseSettings(url: url, role: role, applicationName: name)
    }

    public func connect(role: String? = nil) throws -> Connection { try Connection(settings(role: role)) }

    /// Ends every session with the database and removes it; later calls do nothing.
    public func drop() {
        guard !isDropped.exchange(true, ordering: .relaxed) else { return }
        cluster.drop(name)
    }
}

/// Why a test cannot have a database.
public struct NoTestCluster: Error, CustomStringConvertible {
    public var description: String {
        "ATTUNE_TEST_POSTGRES is not set: run `make test`, which starts a PostgreSQL for the tests"
    }
}

private final class TestCluster: Sendable {
    private static let result = Result { try TestCluster() }
    private let adminURL: String
    private let counter = Atomic(0)
    private let prefix: String
    private let templateName = Mutex<String?>(nil)

    static func shared() throws -> TestCluster { try result.get() }

    private init() throws {
        guard let value = ProcessInfo.processInfo.environment["ATTUNE_TEST_POSTGRES"], !value.isEmpty else {
            throw NoTestCluster()
        }
        adminURL = value
        prefix = "attune_test_\(getpid())_\(UInt32.random(in: 0 ... .max))"
    }

    func newName() -> String { "\(prefix)_\(counter.add(1, ordering: .relaxed).newValue)" }

    func connect() throws -> Connection {
        // Making a database copies files: the limits of a service are not meant for that.
        try Connection(
            DatabaseSettings(url: adminURL, applicationName: prefix, statementTimeout: .zero, lockTimeout: .zero))
    }

    /// The URL with another database: what stands between the last slash and the question mark.
    func url(of database: String) -> String {
        let parts = adminURL.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let authority = parts[0].split(separator: "/", omittingEmptySubsequences: false).prefix(3)
        return authority.joined(separator: "/") + "/\(database)" + (parts.count > 1 ? "?\(parts[1])" : "")
    }

    /// Migrated once per process; dropped when the process ends.
    func template() throws -> String {
        try templateName.withLock { known in
            if let known { return known }
            let name = "\(prefix)_template"
            try connect().script("create database \(name)")
            // A template must have no sessions when it is copied.
            let connection = try Connection(DatabaseSettings(url: url(of: name)))
            try Migrations.apply(on: connection)
            connection.close()
            known = name
            atexit { (try? TestCluster.shared())?.dropTemplate() }
            return name
        }
    }

    func drop(_ name: String) {
        // Best effort: the cluster of a test run is thrown away as a whole.
        try? connect().script("drop database if exists \(name) with (force)")
    }

    private func dropTemplate() {
        if let name = templateName.withLock({ $0 }) { drop(name) }
    }
}
