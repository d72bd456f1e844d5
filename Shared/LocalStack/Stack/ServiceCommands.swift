import Foundation

/// How each program of a stack is called.
struct ServiceCommands {
    let settings: StackSettings
    let endpoints: Endpoints
    /// Seconds that are added to the clocks of services.
    var clockOffsets: [StackService: Int] = [:]

    private var keys: StackKeys { StackKeys(settings.folder.keys) }

    /// - Parameter port: the port it had before a restart, so that its clients find it again; 0 at first.
    func service(_ service: StackService, port: Int) -> Command {
        let environment = common
            .merging(http(service, port: port)) { _, own in own }
            .merging(own(service)) { _, own in own }
            .merging(clock(service)) { _, own in own }
            .merging(settings.environment) { _, given in given }
        return Command(
            name: service.executable, executable: settings.programs.appendingPathComponent(service.executable),
            environment: environment, output: .file(settings.folder.log(service.executable)))
    }

    private func http(_ service: StackService, port: Int) -> [String: String] {
        [
            "ATTUNE_DATABASE_ROLE": service.role,
            // One caller sends for a whole network here, as fast as it can.
            "ATTUNE_HTTP_CALLER_RATE": "0",
            "ATTUNE_HTTP_HOST": "127.0.0.1",
            "ATTUNE_HTTP_PORT": String(port),
            "ATTUNE_PORT_FILE": settings.folder.portFile(service).path,
        ]
    }

    /// Waiting, which goes by the monotonic clock, is left alone.
    private func clock(_ service: StackService) -> [String: String] {
        guard let shim = settings.clockShim, let offset = clockOffsets[service] else { return [:] }
        return [
            "LD_PRELOAD": shim.path, "FAKETIME": "\(offset < 0 ? "" : "+")\(offset)", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]
    }

    /// What a service is told beyond the common settings: no more than it knows.
    private func own(_ service: StackService) -> [String: String] {
        var environment: [String: String] = [:]
        switch service {
        case .ingestion:
            environment["ATTUNE_JWKS_FILE"] = keys.keySet.path
            environment["ATTUNE_CONTENT_KEY_FILE"] = keys.contentKeys.path
            environment["ATTUNE_CATALOGUE_DIR"] = settings.catalogue?.path
            // The local Kafka forgets everything when it ends; the ledger is published to the next one.
            environment["ATTUNE_RELAY_ON_NEW_CLUSTER"] = "republish"
            return environment
        case .scoring:
            environment["ATTUNE_CATALOGUE_DIR"] = settings.catalogue?.path
        case .alerting:
            environment["ATTUNE_JWKS_FILE"] = keys.keySet.path
            environment["ATTUNE_ALERT_POLICY_FILE"] = settings.alertPolicy?.path
            environment["ATTUNE_CATALOGUE_DIR"] = settings.catalogue?.path
        case .notification:
            environment["ATTUNE_JWKS_FILE"] = keys.keySet.path
            environment["ATTUNE_NOTIFICATION_ROUTES_FILE"] = settings.folder.routes.path
            environment["ATTUNE_CONTACT_KEY_FILE"] = keys.contactKeys.path
            environment["ATTUNE_SMTP_URL"] = endpoints.smtp
            environment["ATTUNE_SMTP_FROM"] = "attune@localhost"
        case .audit:
            environment["ATTUNE_JWKS_FILE"] = keys.keySet.path
            environment["ATTUNE_AUDIT_KEY_FILE"] = keys.auditKey.path
            environment["ATTUNE_AUDIT_ORIGIN"] = StackSettings.auditOrigin
            environment["ATTUNE_CHECKPOINT_INTERVAL"] = "1s"
        case .portal:
            environment["ATTUNE_PORTAL_KEY_FILE"] = keys.portalKey.path
            environment["ATTUNE_CONTENT_KEY_FILE"] = keys.contentKeys.path
            environment["ATTUNE_AUDIT_PUBLIC_KEYS_FILE"] = keys.auditVerifier.path
            environment["ATTUNE_ALERT_POLICY_FILE"] = settings.alertPolicy?.path
            environment["ATTUNE_CATALOGUE_DIR"] = settings.catalogue?.path
            // One machine, one person at it.
            environment["ATTUNE_PORTAL_DEMO_SIGN_IN"] = "true"
        }
        return environment
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
        var environment = [
            "ATTUNE_DATABASE_URL": endpoints.database,
            "ATTUNE_KAFKA_BOOTSTRAP": endpoints.kafka,
            // A crash here is to be looked into; without registers it shows no memory.
            "SWIFT_BACKTRACE": "registers=none,color=no",
        ]
        if case .local = settings.kafka {
            // The local Kafka answers an empty fetch only after the whole wait, and holds up a rebalance for as
            // long as a member that was killed may be silent. Apache Kafka keeps the defaults.
            environment["ATTUNE_KAFKA_FETCH_WAIT"] = "10ms"
            environment["ATTUNE_KAFKA_SESSION_TIMEOUT"] = "\(StackSettings.localSessionTimeout.components.seconds)s"
        }
        return environment
    }
}

extension StackSettings {
    /// The name under which a local stack's audit log signs its checkpoints.
    public static let auditOrigin = "attune.local/audit"
}
