import ArgumentParser
import Foundation
import LocalStack
import Persistence

/// The course of a demonstration, on one thread.
struct Demo: Sendable {
    let settings: StackSettings
    let site: SiteFiles
    /// For the pipeline to take up the caseload.
    let limit: Duration
    /// Stays up afterwards until it is interrupted.
    let stays: Bool
    let interruption: Interruption

    /// Why a demonstration is no success.
    enum Failure: Error, CustomStringConvertible {
        case notDrained(after: Duration, missing: [String])
        case undelivered(Int)
        case ended(service: String)
        case refused(String)

        var description: String {
            switch self {
            case .notDrained(let limit, let missing):
                "not everything came about within \(limit.components.seconds) s: \(missing.joined(separator: "; "))"
            case .undelivered(let count):
                "\(count) notifications were given up on"
            case .ended(let service):
                "\(service) ended by itself; its log says why"
            case .refused(let reason):
                "ingestion refuses an entry of the made-up network: \(reason)"
            }
        }
    }

    func run() -> ExitCode {
        let stack = LocalStack(
            settings, report: { say($0) }, isInterrupted: { [interruption] in interruption.isRequested },
            webhookCheck: WebhookSignature(keyFile: StackKeys(settings.folder.keys).webhookKey).holds)
        defer {
            say("stopping")
            let killed = stack.stop()
            if !killed.isEmpty { note("attune: had to be killed: \(killed.joined(separator: ", "))") }
        }
        do {
            try stack.start()
            let connection = try connection(to: stack)
            defer { connection.close() }
            try applyDirectory(stack, on: connection)
            try importCaseload(stack)
            let network = try postNetwork(stack, on: connection)
            _ = try waitUntilDrained(stack, connection)
            try answerAlerts(stack, of: network)
            let state = try waitUntilDrained(stack, connection)
            say("verifying the audit log")
            try stack.runOperator(
                ["audit", "verify", "--key-file", stack.keys.auditVerifier.path], logTo: "attune-audit-verify")
            print(DemoSummary(state: state, stack: stack).text)
            if let portal = stack.endpoints.url(.portal) { print(DemoLinks(portal: portal, plan: network).text) }
            if state.failedDeliveries > 0 { throw Failure.undelivered(state.failedDeliveries) }
            if stays { try stayUp(stack) }
            return .success
        } catch StackError.interrupted {
            return stays ? .success : ExitCode(130)
        } catch {
            note("attune: \(error)")
            note("attune: logs are in \(settings.folder.logs.path)")
            return .failure
        }
    }

    private func importCaseload(_ stack: LocalStack) throws {
        guard let url = stack.endpoints.url(.ingestion) else { throw StackError.notStarted }
        for caseload in site.caseloads {
            say("importing \(caseload.file.lastPathComponent) for site \(caseload.site)")
            try stack.runOperator([
                "import", caseload.file.path, "--map", caseload.map.path, "--site", caseload.site, "--url", url,
                "--token-file", try token(stack, site: caseload.site, role: "integration").path,
            ])
        }
    }

    /// A token of the stack's own issuer, in a file that only its owner can read.
    func token(_ stack: LocalStack, site: String, role: String) throws -> URL {
        let file = stack.keys.folder.appendingPathComponent("\(role)-\(site).token")
        try stack.runOperator(
            [
                "token", "--key", stack.keys.tokenKey.path, "--site", site, "--role", role, "--output", file.path,
            ], logTo: "attune-token")
        return file
    }

    /// Looks at the database until nothing is missing and two looks in a row agree: what an event sets
    /// off may not be visible yet at the moment the event itself is done.
    private func waitUntilDrained(_ stack: LocalStack, _ connection: Connection) throws -> PipelineState {
        say("waiting until everything is scored, alerted, notified and audited")
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        var last: PipelineState?
        while true {
            let state = try PipelineState.read(connection)
            if state.missing.isEmpty, state == last { return state }
            last = state
            if clock.now >= deadline { throw Failure.notDrained(after: limit, missing: state.missing) }
            try requireAllRunning(stack)
            if interruption.wait(atMost: 0.25) { throw StackError.interrupted }
        }
    }

    private func connection(to stack: LocalStack) throws -> Connection {
        try Connection(
            DatabaseSettings(
                url: stack.endpoints.database, role: "attune_operator", applicationName: "attune demo"))
    }

    private func requireAllRunning(_ stack: LocalStack) throws {
        for service in StackService.allCases where stack.process(service)?.isRunning != true {
            throw Failure.ended(service: service.executable)
        }
    }

    private func stayUp(_ stack: LocalStack) throws {
        let tokenFile = try token(stack, site: "north", role: "clinician")
        print(DemoInvitation(endpoints: stack.endpoints, tokenFile: tokenFile.path).text)
        while !interruption.wait(atMost: 1) { try requireAllRunning(stack) }
    }
}

/// Progress goes to standard output as it happens, also into a pipe.
func say(_ text: String) {
    print("attune: \(text)")
    fflush(nil)
}
