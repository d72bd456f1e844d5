import Foundation
import LocalStack
import Messaging

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
            stack, seed: seed, senders: Self.senders, rate: rate, tokens: try stack.tokens(of: Self.sites),
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
        let state = try stack.drain(within: patience, meanwhile: injector.startWhatEnded)
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
}
