import Foundation

/// How each program of a stack is called.
struct ServiceCommands {
    let settings: StackSettings
    let endpoints: Endpoints

    private var keys: StackKeys { StackKeys(settings.folder.keys) }

    /// - Parameter port: the port it had before a restart, so that its clients find it again; 0 at first.
    func service(_ service: StackService, port: Int) -> Command {
        var environment = common
        environment["ATTUNE_DATABASE_ROLE"] = service.role
        environment["ATTUNE_HTTP_HOST"] = "127.0.0.1"
        environment["ATTUNE_HTTP_PORT"] = String(port)
        environment["ATTUNE_PORT_FILE"] = settings.folder.portFile(service).path
        environment["ATTUNE_JWKS_FILE"] = keys.keySet.path
        environment["ATTUNE_CATALOGUE_DIR"] = settings.catalogue?.path
        // The local Kafka holds up a rebalance for as long as a member that was killed may be silent.
        environment["ATTUNE_KAFKA_SESSION_TIMEOUT"] = "6s"
        switch service {
        case .ingestion:
            // The local Kafka forgets everything when it ends; the ledger is published to the next one.
            environment["ATTUNE_RELAY_ON_NEW_CLUSTER"] = "republish"
        case .scoring:
            break
        case .alerting:
            environment["ATTUNE_ALERT_POLICY_FILE"] = settings.alertPolicy?.path
        case .notification:
            environment["ATTUNE_NOTIFICATION_ROUTES_FILE"] = settings.folder.routes.path
            environment["ATTUNE_SMTP_URL"] = endpoints.smtp
            environment["ATTUNE_SMTP_FROM"] = "attune@localhost"
        case .audit:
            environment["ATTUNE_AUDIT_KEY_FILE"] = keys.auditKey.path
            environment["ATTUNE_AUDIT_ORIGIN"] = StackSettings.auditOrigin
            environment["ATTUNE_CHECKPOINT_INTERVAL"] = "1s"
        }
        environment.merge(settings.environment) { _, given in given }
        return Command(
            name: service.executable, executable: settings.programs.appendingPathComponent(service.executable),
            environment: environment, output: .file(settings.folder.log(service.executable)))
    }

    /// `attune` itself, as the operator's role unless it has to make roles and tables.
    func operatorCommand(_ arguments: [String], asOwner: Bool, output: Command.Output) -> Command {
        var environment = common
        if !asOwner { environment["ATTUNE_DATABASE_ROLE"] = "attune_operator" }
        return Command(
            name: "attune \(arguments.first ?? "")", executable: settings.programs.appendingPathComponent("attune"),
            arguments: arguments, environment: environment, output: output)
    }

    private var common: [String: String] {
        [
            "ATTUNE_DATABASE_URL": endpoints.database,
            "ATTUNE_KAFKA_BOOTSTRAP": endpoints.kafka,
            // The local Kafka answers an empty fetch only after the whole wait.
            "ATTUNE_KAFKA_FETCH_WAIT": "10ms",
        ]
    }
}

extension StackSettings {
    /// The name under which a local stack's audit log signs its checkpoints.
    public static let auditOrigin = "attune.local/audit"
}
