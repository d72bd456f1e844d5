/// Settings of every service.
public enum CommonSettings {
    public static let logLevel = Setting.choice(
        "ATTUNE_LOG_LEVEL", "Least severe level that is logged.",
        of: ["trace", "debug", "info", "notice", "warning", "error", "critical"], default: "info")
    public static let shutdownLimit = Setting.duration(
        "ATTUNE_SHUTDOWN_LIMIT", "Longest time a stop may take before the process ends itself.",
        default: "10s", in: .milliseconds(100) ... .seconds(600))

    static let all: [any SettingDeclaration] = [logLevel, shutdownLimit]
}

/// Settings of every service that answers HTTP, if only for health and metrics.
public enum HTTPSettings {
    public static let host = Setting.string(
        "ATTUNE_HTTP_HOST", "Address to listen on; 0.0.0.0 for every interface.", default: "127.0.0.1")
    public static let port = Setting.int(
        "ATTUNE_HTTP_PORT", "Port to listen on; 0 for any free one.", default: 8080, in: 0...65_535)
    public static let portFile = Setting.path(
        "ATTUNE_PORT_FILE", "File that receives the port number once the service listens.").optional
    public static let connectionLimit = Setting.int(
        "ATTUNE_HTTP_CONNECTIONS", "Most connections at a time; further ones wait.", default: 1024, in: 1...100_000)
    public static let requestLimit = Setting.int(
        "ATTUNE_HTTP_REQUESTS", "Most requests at a time; further ones are answered 503.", default: 256,
        in: 1...100_000)
    public static let idleLimit = Setting.duration(
        "ATTUNE_HTTP_IDLE_LIMIT", "How long a connection may be silent, or take for the head of a request.", default: "60s",
        in: .milliseconds(100) ... .seconds(3600))
    public static let readLimit = Setting.duration(
        "ATTUNE_HTTP_READ_LIMIT", "How long a client may take to send one request.", default: "30s",
        in: .milliseconds(100) ... .seconds(3600))
    public static let writeLimit = Setting.duration(
        "ATTUNE_HTTP_WRITE_LIMIT", "How long a client may take nothing of an answer that is ready.", default: "30s",
        in: .milliseconds(100) ... .seconds(3600))
    // A gateway sends for a whole network by one token: what no gateway needs is stopped, what one process can do is not.
    public static let callerRate = Setting.int(
        "ATTUNE_HTTP_CALLER_RATE",
        "Requests a second that one caller may send to this process; further ones are answered 429. 0: any number.",
        default: 5000, in: 0...1_000_000)
    public static let callerBurst = Setting.int(
        "ATTUNE_HTTP_CALLER_BURST", "Requests that one caller may send at once, after a pause.", default: 20_000,
        in: 1...1_000_000)

    public static let all: [any SettingDeclaration] = [
        host, port, portFile, connectionLimit, requestLimit, idleLimit, readLimit, writeLimit, callerRate, callerBurst,
    ]
}
