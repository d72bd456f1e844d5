import Foundation
import LocalStack
import Persistence
import TestSupport
import Testing

/// One system of real processes for all runbooks: each page finds it well and leaves it well.
final class RunbookTrial: @unchecked Sendable {
    @TaskLocal static var current: RunbookTrial?

    let system: SystemStack
    let folder: URL
    /// What the site adds to the catalogue; services read it when they are told to.
    let figures: URL
    let checkpoints: URL
    let mail: MailServer
    let clinician: String
    /// Nobody answers these two, raised at the beginning; they are due after a minute.
    let unanswered: [String]

    init() throws {
        let name = "attune-runbooks-\(UUID().uuidString.prefix(8))"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        figures = folder.appendingPathComponent("figures")
        checkpoints = folder.appendingPathComponent("checkpoints")
        let files = FileManager.default
        let local = TestPrograms.checkout.appendingPathComponent("deploy/local")
        for new in [folder, checkpoints] { try files.createDirectory(at: new, withIntermediateDirectories: true) }
        try files.copyItem(at: local.appendingPathComponent("instruments"), to: figures)
        let policy = folder.appendingPathComponent("policy.yaml")
        try Data("version: hasty-1\ndue_minutes: {safety: 1}\nescalation_minutes: 1\n".utf8).write(to: policy)
        mail = try MailServer()
        system = try SystemStack(
            "runbooks", catalogue: figures,
            environment: [
                "ATTUNE_RELAY_ON_NEW_CLUSTER": "halt", "ATTUNE_AUDIT_CHECKPOINT_FOLDER": checkpoints.path,
                "ATTUNE_ALERT_POLICY_FILE": policy.path, "ATTUNE_SMTP_URL": mail.url,
                "ATTUNE_NOTIFICATION_RETRY_PAUSE": "500ms",
            ])
        clinician = try system.token(site: "north", role: "clinician")
        let clinics = [try Clinic(system, token: clinician), try Clinic(system, token: clinician)]
        for clinic in clinics { try clinic.tellOfDanger() }
        unanswered = try clinics.map { try $0.safetyAlert() }
    }

    func end() {
        system.stack.stop()
        mail.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    var alertPolicy: String { folder.appendingPathComponent("policy.yaml").path }

    func clinic() throws -> Clinic { try Clinic(system, token: clinician) }

    /// What a service answers, without its status.
    func answer(_ service: StackService, _ path: String) -> String {
        let port = system.stack.endpoints.ports[service]
        let answer = port.flatMap { LoopbackHTTP.get(port: $0, path: path, timeout: .seconds(5)) }
        return answer.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
    }

    /// Does something while the rows of these tables wait for a session, whose process id in the database it is given.
    func whileLocked(_ tables: String, mode: String, _ body: (Int32) throws -> Void) throws {
        var settings = DatabaseSettings(url: system.stack.endpoints.database, applicationName: "a forgotten session")
        settings.idleInTransactionTimeout = .zero
        let session = try Connection(settings)
        defer { session.close() }
        let id = try session.run("select pg_backend_pid()").only().int32(0)
        try session.script("begin; lock table \(tables) in \(mode) mode")
        try body(id)
    }
}

/// A mail server that can be away, and comes back where it was.
final class MailServer {
    private var sink: SMTPSink?
    let url: String
    private let port: Int

    init() throws {
        let sink = try SMTPSink()
        (self.sink, url, port) = (sink, sink.url, sink.port)
    }

    var count: Int { sink?.count ?? 0 }

    func stop() {
        sink?.stop()
        sink = nil
    }

    func start() throws { sink = try SMTPSink(port: port) }
}

/// Starts the system once for a suite.
struct OneSystem: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let trial = try RunbookTrial()
        defer { trial.end() }
        try await RunbookTrial.$current.withValue(trial) { try await function() }
    }
}

extension Trait where Self == OneSystem {
    static var oneSystem: OneSystem { OneSystem() }
}
