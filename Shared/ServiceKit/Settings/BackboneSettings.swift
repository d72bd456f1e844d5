import Glibc
public import Messaging
public import Persistence

/// Settings of every service that uses the database.
public enum DatabaseAccess {
    public static let url = Setting.string(
        "ATTUNE_DATABASE_URL", "PostgreSQL URL, e.g. postgresql://attune_scoring@db/attune?sslmode=verify-full.",
        secret: true)
    public static let role = Setting.string(
        "ATTUNE_DATABASE_ROLE", "Role to take after connecting, where one login serves several services.").optional

    public static let all: [any SettingDeclaration] = [url, role]

    /// How the process connects.
    public static func settings(of runtime: ServiceRuntime) -> DatabaseSettings {
        DatabaseSettings(
            url: runtime.settings[url], role: runtime.settings[role], applicationName: runtime.name,
            prefersIndexes: true)
    }
}

/// Settings of every service that uses Kafka.
public enum KafkaAccess {
    public static let bootstrap = Setting.string(
        "ATTUNE_KAFKA_BOOTSTRAP", "Brokers to start from, host:port separated by commas.")
    public static let fetchWait = Setting.duration(
        "ATTUNE_KAFKA_FETCH_WAIT", "How long a broker may hold an empty fetch open.", default: "500ms",
        in: .milliseconds(1) ... .seconds(30))
    public static let sessionTimeout = Setting.duration(
        "ATTUNE_KAFKA_SESSION_TIMEOUT", "How long a silent consumer keeps its partitions.", default: "45s",
        in: .seconds(1) ... .seconds(1800))
    public static let instance = Setting.string(
        "ATTUNE_KAFKA_INSTANCE", "Stable name of this replica (static membership); never used by two at once.").optional

    public static let all: [any SettingDeclaration] = [bootstrap, fetchWait]
    /// Those of a service that consumes.
    public static let consuming: [any SettingDeclaration] = all + [sessionTimeout, instance]

    /// How the process reaches Kafka.
    /// - Parameter part: tells apart the clients of one process.
    public static func settings(of runtime: ServiceRuntime, part: String) -> KafkaSettings {
        KafkaSettings(
            bootstrapServers: runtime.settings[bootstrap], clientID: "\(runtime.name)-\(getpid())-\(part)",
            fetchWait: runtime.settings[fetchWait])
    }
}
