public import Foundation

/// What a stack is made of.
public struct StackSettings: Sendable {
    public enum Kafka: Sendable {
        /// `attune-local-kafka`, in memory.
        case local
        /// A cluster that is there already: `host:port`. Topics are made by `attune topics apply`.
        case external(bootstrapServers: String)
    }

    public enum Postgres: Sendable {
        /// A cluster of the stack's own.
        case local(PostgresCluster.Durability)
        /// A database that is there already, as a libpq URL with rights to make schemas and roles.
        case external(url: String)
    }

    /// How long the local Kafka waits for a member of a group that is silent.
    public static let localSessionTimeout: Duration = .seconds(6)

    public var folder: StackFolder
    /// Where the programs are, such as `.build/debug`.
    public var programs: URL
    /// The site's instruments and models in YAML.
    public var catalogue: URL?
    /// Notification routes, in which `${WEBHOOK_URL}` and `${WEBHOOK_KEY_FILE}` are filled in.
    public var routes: URL
    public var alertPolicy: URL?
    public var kafka: Kafka
    public var postgres: Postgres
    /// Where the private cluster archives its log; nil for nowhere.
    public var logArchive: URL?
    /// Further settings of every service, which win over the stack's own.
    public var environment: [String: String]
    /// libfaketime (Debian's package `faketime`), where the services' clocks are to be stepped; nil leaves them alone.
    public var clockShim: URL?
    /// The time of day of the private database; nil for the real one.
    public var clock: SimulatedClock?
    /// How long each part may take to become ready.
    public var startLimit: Duration
    /// How long each part may take to end.
    public var stopLimit: Duration

    public init(
        folder: URL, programs: URL, catalogue: URL?, routes: URL, alertPolicy: URL? = nil, kafka: Kafka = .local,
        postgres: Postgres = .local(.durable), environment: [String: String] = [:],
        clockShim: URL? = nil, startLimit: Duration = .seconds(60), stopLimit: Duration = .seconds(15)
    ) {
        self.folder = StackFolder(folder)
        self.programs = programs
        self.catalogue = catalogue
        self.routes = routes
        self.alertPolicy = alertPolicy
        self.kafka = kafka
        self.postgres = postgres
        self.environment = environment
        self.clockShim = clockShim
        self.startLimit = startLimit
        self.stopLimit = stopLimit
    }
}
