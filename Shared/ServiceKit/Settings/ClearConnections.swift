import Persistence

/// Connections that leave this machine and that others on the way could read or answer in the other's place. Nothing is
/// refused, for a network may protect them by other means; the log says so at every start.
struct ClearConnection: Hashable, Sendable {
    /// For the log, with what to set.
    let message: String
    let hosts: [String]

    static func found(in settings: Settings) -> [ClearConnection] {
        [kafka(settings), database(settings)].compactMap { $0 }
    }

    private static func kafka(_ settings: Settings) -> ClearConnection? {
        guard settings.plainText(of: KafkaIdentity.protection.name) == "plaintext",
            let servers = settings.plainText(of: KafkaAccess.bootstrap.name)
        else { return nil }
        let hosts = servers.split(separator: ",").compactMap { part in
            HostPort(String(part.filter { !$0.isWhitespace })).map(\.host)
        }.filter { $0 != "localhost" && $0 != "::1" && !$0.hasPrefix("127.") }
        return hosts.isEmpty
            ? nil
            : ClearConnection(
                message: "Kafka is spoken to in clear text: set \(KafkaIdentity.protection.name) to ssl or sasl_ssl",
                hosts: hosts)
    }

    private static func database(_ settings: Settings) -> ClearConnection? {
        guard let url = settings.plainText(of: DatabaseAccess.url.name) else { return nil }
        let hosts = DatabaseSettings(url: url).unverifiedHosts
        return hosts.isEmpty
            ? nil
            : ClearConnection(
                message:
                    "Whether it is the database that answers is not checked: "
                    + "give \(DatabaseAccess.url.name) sslmode=verify-full",
                hosts: hosts)
    }
}
