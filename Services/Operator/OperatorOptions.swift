import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import Messaging
import Persistence
import ServiceKit

/// How operator commands reach the database. The URL holds a password, so it comes from the environment
/// or a file, never from an argument that `ps` would show.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "Role to take after connecting; default: ATTUNE_DATABASE_ROLE.")
    var role: String?

    /// Longest time one statement may take; operators read a lot at once.
    static let statementLimit: Duration = .seconds(600)

    func settings() throws -> DatabaseSettings {
        guard let url = try OperatorEnvironment.secret("ATTUNE_DATABASE_URL") else {
            throw ValidationError("Set ATTUNE_DATABASE_URL (or ATTUNE_DATABASE_URL_FILE) to the PostgreSQL URL.")
        }
        var settings = DatabaseSettings(
            url: url, role: role ?? OperatorEnvironment.text("ATTUNE_DATABASE_ROLE"), applicationName: "attune")
        settings.statementTimeout = Self.statementLimit
        return settings
    }

    func connect() throws -> Connection { try Connection(settings()) }
}

/// How operator commands reach Kafka; encryption and authentication come from the same variables as a service's.
struct KafkaOptions: ParsableArguments {
    @Option(help: "Brokers to start from, HOST:PORT separated by commas; default: ATTUNE_KAFKA_BOOTSTRAP.")
    var kafka: String?

    func settings() throws -> KafkaSettings {
        guard let servers = kafka ?? OperatorEnvironment.text("ATTUNE_KAFKA_BOOTSTRAP") else {
            throw ValidationError("Give --kafka HOST:PORT or set ATTUNE_KAFKA_BOOTSTRAP.")
        }
        let security = try KafkaIdentity.security(Settings(KafkaIdentity.all))
        return KafkaSettings(bootstrapServers: servers, clientID: "attune-\(getpid())", security: security)
    }
}

enum OperatorEnvironment {
    static func text(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// Certificates to trust in place of the system's where commands are sent to a service over https.
    static var authority: String? { text("ATTUNE_OUTBOUND_CA_FILE") }

    /// A secret: the variable itself, or the file that NAME_FILE names.
    static func secret(_ name: String) throws -> String? {
        if let value = text(name) { return value }
        guard let file = text("\(name)_FILE") else { return nil }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ValidationError("\(name)_FILE names a file that cannot be read.")
        }
        return String(decoding: data, as: UTF8.self).trimmingSuffix("\n")
    }

    /// Warnings and errors of the libraries, as lines for a person.
    static func logger(_ command: String) -> Logger {
        Logger(label: "attune.\(command)") { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = .warning
            return handler
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ end: Character) -> String {
        var text = self
        while text.last == end { text.removeLast() }
        return text
    }
}

/// A line for the person at the terminal, apart from what a script reads on standard output.
func note(_ text: String) {
    LineOutput.standardError.write(Array((text + "\n").utf8))
}
