import Foundation
import Glibc
import Synchronization

/// All of Attune on one machine: database, Kafka, sinks and services, each a process of its own.
///
/// Calls block and come from one thread at a time.
public final class LocalStack: Sendable {
    struct Parts {
        var lock: FolderLock?
        var cluster: PostgresCluster?
        var kafka: LocalKafka?
        var mails: SMTPSink?
        var webhooks: WebhookSink?
        var services: [StackService: ManagedProcess] = [:]
        /// Further processes of a service, by number.
        var replicas: [Replica: ManagedProcess] = [:]
        /// Seconds that are added to the clocks of services.
        var clockOffsets: [StackService: Int] = [:]
        /// Whose programs are started from now on; nil for those of the settings.
        var programs: URL?
        /// Where replicas that were waited for listen.
        var replicaPorts: [Replica: Int] = [:]
        var endpoints = Endpoints(database: "", kafka: "", smtp: "", webhook: "", ports: [:])
    }

    public let settings: StackSettings
    let parts = Mutex(Parts())
    private let report: @Sendable (String) -> Void
    private let isInterrupted: @Sendable () -> Bool
    private let webhookCheck: WebhookSink.Check

    /// - Parameters:
    ///   - report: hears one line for each step.
    ///   - isInterrupted: asked while something is waited for; true ends the wait with
    ///     ``StackError/interrupted``.
    ///   - webhookCheck: looks at the signature of each webhook that arrives.
    public init(
        _ settings: StackSettings, report: @escaping @Sendable (String) -> Void = { _ in },
        isInterrupted: @escaping @Sendable () -> Bool = { false },
        webhookCheck: @escaping WebhookSink.Check = { _ in true }
    ) {
        self.settings = settings
        self.report = report
        self.isInterrupted = isInterrupted
        self.webhookCheck = webhookCheck
    }

    deinit { stop() }

    public var endpoints: Endpoints { parts.withLock { $0.endpoints } }
    public var mails: SMTPSink? { parts.withLock { $0.mails } }
    public var webhooks: WebhookSink? { parts.withLock { $0.webhooks } }
    public var keys: StackKeys { StackKeys(settings.folder.keys) }

    /// The process of a service, to look at or to send signals to; nil before the first start.
    public func process(_ service: StackService) -> ManagedProcess? { parts.withLock { $0.services[service] } }

    /// Of the local Kafka; nil where Kafka was given.
    public var kafkaProcessID: Int32? { parts.withLock { $0.kafka?.processID } }

    var commands: ServiceCommands {
        let (offsets, programs) = parts.withLock { ($0.clockOffsets, $0.programs) }
        var settings = settings
        settings.programs = programs ?? settings.programs
        return ServiceCommands(settings: settings, endpoints: endpoints, clockOffsets: offsets)
    }

    // MARK: - Start and stop

    /// Starts everything, in order; whatever fails, stops what was started and throws.
    public func start() throws {
        do {
            try startParts()
        } catch {
            stop()
            throw error
        }
    }

    private func startParts() throws {
        try settings.folder.prepare()
        let lock = try FolderLock(settings.folder.lock, folder: settings.folder.root)
        parts.withLock { $0.lock = lock }
        try startDatabase()
        try makeKeys()
        try startKafka()
        try startSinks()
        try start(StackService.allCases)
    }

    /// Stops everything in reverse order. What it returns had to be killed.
    @discardableResult
    public func stop() -> [String] {
        var killed: [String] = []
        func note(_ name: String, _ ending: ManagedProcess.Ending?) {
            if ending?.wasKilled == true { killed.append(name) }
        }
        let stopped = parts.withLock { parts in
            defer { parts = Parts() }
            return parts
        }
        let services = Array(stopped.replicas.values) + StackService.allCases.reversed().compactMap { stopped.services[$0] }
        // All hear it at once and end side by side; then each is waited for.
        for process in services { process.send(process.command.stopSignal.number) }
        // A second signal would end them at once.
        for process in services { note(process.name, process.finish(within: settings.stopLimit)) }
        stopped.mails?.stop()
        stopped.webhooks?.stop()
        note("attune-local-kafka", stopped.kafka?.stop(within: settings.stopLimit))
        note("postgres", stopped.cluster?.stop(within: settings.stopLimit))
        return killed
    }

    private func startDatabase() throws {
        switch settings.postgres {
        case .external(let url):
            report("database: the one that was given")
            parts.withLock { $0.endpoints.database = url }
        case .local(let durability):
            report("starting PostgreSQL in \(settings.folder.postgres.path)")
            let cluster = PostgresCluster(
                folder: settings.folder.postgres, durability: durability, archive: settings.logArchive,
                clock: settings.clock)
            try cluster.start(within: settings.startLimit)
            parts.withLock { $0.cluster = cluster }
            try cluster.createDatabase("attune")
            let url = cluster.url(database: "attune")
            parts.withLock { $0.endpoints.database = url ?? "" }
        }
        report("bringing the schema up to date")
        try runOperator(["migrate"], asOwner: true, logTo: "attune-migrate")
    }

    private func makeKeys() throws {
        report("keys and tokens in \(settings.folder.keys.path)")
        try runOperator(
            ["keys", "--directory", settings.folder.keys.path, "--audit-origin", StackSettings.auditOrigin],
            logTo: "attune-keys")
    }

    private func startKafka() throws {
        switch settings.kafka {
        case .external(let servers):
            report("Kafka: \(servers)")
            parts.withLock { $0.endpoints.kafka = servers }
            try runOperator(["topics", "apply"], logTo: "attune-topics")
        case .local:
            report("starting the local Kafka")
            try settings.folder.rotateLog("attune-local-kafka")
            let kafka = LocalKafka(
                program: settings.programs.appendingPathComponent("attune-local-kafka"),
                addressFile: settings.folder.kafkaAddress, faults: settings.folder.kafkaFaults,
                log: settings.folder.log("attune-local-kafka"))
            let address = try kafka.start(within: settings.startLimit, checkpoint: checkInterruption)
            parts.withLock {
                $0.kafka = kafka
                $0.endpoints.kafka = address
            }
        }
    }

    private func startSinks() throws {
        let mails = try SMTPSink(folder: settings.folder.mail)
        let webhooks = try WebhookSink(folder: settings.folder.webhooks, check: webhookCheck)
        parts.withLock {
            $0.mails = mails
            $0.webhooks = webhooks
            $0.endpoints.smtp = mails.url
            $0.endpoints.webhook = webhooks.url
        }
        let template: String
        do {
            template = try String(contentsOf: settings.routes, encoding: .utf8)
        } catch {
            throw StackError.unreadable(settings.routes, reason: "cannot be read")
        }
        let routes = template
            .replacingOccurrences(of: "${WEBHOOK_URL}", with: webhooks.url)
            .replacingOccurrences(of: "${WEBHOOK_KEY_FILE}", with: keys.webhookKey.path)
        try Data(routes.utf8).write(to: settings.folder.routes, options: .atomic)
    }

    // MARK: - Single services

    /// Kills a service as a crash would (SIGKILL).
    public func kill(_ service: StackService) {
        process(service)?.kill9()
    }

    /// Ends a service in good order.
    @discardableResult
    public func stop(_ service: StackService) -> ManagedProcess.Ending? {
        process(service)?.terminate(within: settings.stopLimit)
    }

    /// Starts a service again on the port that it had; stops it before where it still runs.
    public func restart(_ service: StackService) throws {
        stop(service)
        try start([service])
    }

    /// Starts a service again without waiting until it is ready: for when something that it needs is away.
    public func launch(_ service: StackService) throws {
        stop(service)
        try launch([service])
    }

    /// Starts services side by side and waits until each says that it is ready.
    func start(_ services: [StackService]) throws {
        report("starting \(services.map(\.executable).joined(separator: ", "))")
        try launch(services)
        for service in services { try waitUntilReady(service) }
    }

    func launch(_ services: [StackService]) throws {
        for service in services {
            try settings.folder.rotateLog(service.executable)
            let portFile = settings.folder.portFile(service)
            try? FileManager.default.removeItem(at: portFile)
            let command = commands.service(service, port: endpoints.ports[service] ?? 0)
            let process = self.process(service) ?? ManagedProcess(command)
            parts.withLock { $0.services[service] = process }
            try process.start(command)
        }
    }

    /// Waits until a service has said where it listens and answers 200 on /ready.
    public func waitUntilReady(_ service: StackService) throws {
        guard let process = process(service) else { throw StackError.notStarted }
        let portFile = settings.folder.portFile(service)
        var bound: Int?
        try process.waitUntilReady(within: settings.startLimit) {
            try checkInterruption()
            bound = bound ?? Self.port(in: portFile)
            guard let bound else { return false }
            return LoopbackHTTP.status(port: bound, path: "/ready") == 200
        }
        guard let bound else { throw StackError.noPort(service.executable) }
        parts.withLock { $0.endpoints.ports[service] = bound }
    }

    static func port(in file: URL) -> Int? {
        (try? String(contentsOf: file, encoding: .utf8))
            .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    // MARK: - The operator's command line

    /// Runs `attune ARGUMENTS` against the stack.
    /// - Parameters:
    ///   - asOwner: with the rights to make tables and roles; otherwise as the operator's role.
    ///   - logTo: name of a log for what it writes; nil shows it.
    public func runOperator(
        _ arguments: [String], asOwner: Bool = false, logTo log: String? = nil, within limit: Duration = .seconds(300)
    ) throws {
        try checkInterruption()
        if let log { try settings.folder.rotateLog(log) }
        let output = log.map { Command.Output.file(settings.folder.log($0)) } ?? .inherited
        let process = ManagedProcess(commands.operatorCommand(arguments, asOwner: asOwner, output: output))
        try process.start()
        defer { process.terminate(within: settings.stopLimit) }
        try process.waitForSuccess(within: limit, checkpoint: checkInterruption)
    }

    func checkInterruption() throws {
        if isInterrupted() { throw StackError.interrupted }
    }
}
