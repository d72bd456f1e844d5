import Glibc
public import Messaging

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

    public static let all: [any SettingDeclaration] = [bootstrap, fetchWait] + KafkaIdentity.all
    /// Those of a service that consumes.
    public static let consuming: [any SettingDeclaration] = all + [sessionTimeout, instance]

    /// How the process reaches Kafka.
    /// - Parameter part: tells apart the clients of one process.
    /// - Throws: ``SettingsError`` where the settings of encryption and authentication contradict each other.
    public static func settings(of runtime: ServiceRuntime, part: String) throws(SettingsError) -> KafkaSettings {
        KafkaSettings(
            bootstrapServers: runtime.settings[bootstrap], clientID: "\(runtime.name)-\(getpid())-\(part)",
            fetchWait: runtime.settings[fetchWait], security: try KafkaIdentity.security(runtime.settings))
    }
}
