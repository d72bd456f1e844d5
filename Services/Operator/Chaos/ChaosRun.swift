import Domain
import Foundation
import LocalStack
import Messaging
import Persistence
import ServiceKit

/// One run: load and damage, healing, draining, checks.
struct ChaosRun {
    let stack: LocalStack
    let seed: UInt64
    let rate: Int
    let seconds: Double
    /// Seconds for everything accepted to be worked off after healing.
    let patience: Double
    let kinds: [Fault.Kind]

    private static let senders = 12
    private static let sites = ["north", "south"]

    func report() throws -> ChaosReport {
        let acceptedFile = stack.settings.folder.root.appendingPathComponent("accepted.ndjson")
        let load = ChaosLoad(
            stack, seed: seed, senders: Self.senders, rate: rate, tokens: try tokens(),
            accepted: try AcceptedFile(acceptedFile))
        load.start()
        let injector = FaultInjector(stack)
        do {
            try damage(with: injector)
            try heal(injector)
        } catch {
            _ = load.stop()
            throw error
        }
        let counts = load.stop()
        note("chaos: healed; waiting until everything is worked off")
        let state = try drain(injector)
        var report = ChaosReport(seed: seed, seconds: seconds, counts: counts, state: state)
        report.faults = injector.injected
        report.restarts = injector.restarts
        report.missing = state.missing
        note("chaos: \(state.treeSize) events in the log; missing: \(state.missing.joined(separator: ", ")); checking")
        report.take(try Doctor(stack: stack, accepted: acceptedFile).look())
        return report
    }

    private func damage(with injector: FaultInjector) throws {
        var plan = FaultPlan(seed: seed, kinds: kinds)
        var progress = ProgressBar("damaging", total: Int(seconds))
        let start = ContinuousClock.now
        while case let elapsed = start.duration(to: .now) / .seconds(1), elapsed < seconds {
            progress.advance(to: Int(elapsed))
            let step = plan.next()
            log(step, at: elapsed)
            try injector.carryOut(step)
        }
        progress.end()
    }

    /// For whoever looks for what came before a difference.
    private func log(_ step: FaultPlan.Step, at elapsed: Double) {
        let line = "\(String(format: "%7.1f", elapsed)) s: \(step.fault), \(step.milliseconds) ms"
            + (step.companion.map { "; meanwhile \($0)" } ?? "") + "\n"
        let file = stack.settings.folder.log("faults")
        if let handle = try? FileHandle(forWritingTo: file) {
            _ = try? handle.seekToEnd()
            try? handle.write(contentsOf: Data(line.utf8))
            try? handle.close()
        } else {
            try? Data(line.utf8).write(to: file)
        }
    }

    private func heal(_ injector: FaultInjector) throws {
        try stack.inject(.healed)
        for service in StackService.allCases { stack.process(service)?.send(SIGCONT) }
        try injector.startWhatEnded()
        for service in StackService.allCases { try stack.waitUntilReady(service) }
    }

    private func drain(_ injector: FaultInjector) throws -> PipelineState {
        let connection = try Connection(
            DatabaseSettings(url: stack.endpoints.database, role: "attune_operator", applicationName: DatabaseFaults.application))
        defer { connection.close() }
        let deadline = ContinuousClock.now + .seconds(patience)
        var last: PipelineState?
        while true {
            let state = try PipelineState.read(connection)
            if state.missing.isEmpty && state == last || ContinuousClock.now >= deadline { return state }
            last = state
            try injector.startWhatEnded()
            Pause.seconds(0.5)
        }
    }

    private func tokens() throws -> [SiteID: (sender: String, clinician: String)] {
        var tokens: [SiteID: (sender: String, clinician: String)] = [:]
        for name in Self.sites {
            guard let site = SiteID(name) else { continue }
            tokens[site] = (try token(name, "integration"), try token(name, "clinician"))
        }
        return tokens
    }

    private func token(_ site: String, _ role: String) throws -> String {
        let file = stack.keys.folder.appendingPathComponent("\(role)-\(site).token")
        try stack.runOperator(
            [
                "token", "--key", stack.keys.tokenKey.path, "--site", site, "--role", role, "--seconds", "86400",
                "--output", file.path,
            ], logTo: "attune-token")
        return try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
