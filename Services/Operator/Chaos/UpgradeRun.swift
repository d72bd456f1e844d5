import Foundation
import LocalStack
import Persistence

/// One rolling upgrade under load: the programs of an older version are replaced service by service, beside each other
/// for a while, and everything that was accepted is looked for afterwards.
struct UpgradeRun {
    /// Readers before writers, so that nobody meets what only a newer program can read: docs/upgrades.md.
    static let order: [StackService] = [.audit, .notification, .alerting, .scoring, .ingestion, .portal]

    /// Runs the older programs.
    let stack: LocalStack
    let newer: URL
    let seed: UInt64
    let rate: Int
    /// Commands that are accepted while a service runs in both versions.
    let commandsBeside: Int
    let goesBack: Bool
    let patience: Double

    private static let senders = 6
    private static let sites = ["north", "south"]

    func report() throws -> UpgradeReport {
        let acceptedFile = stack.settings.folder.root.appendingPathComponent("accepted.ndjson")
        let load = ChaosLoad(
            stack, seed: seed, senders: Self.senders, rate: rate, tokens: try stack.tokens(of: Self.sites),
            accepted: try AcceptedFile(acceptedFile))
        load.start()
        var report = UpgradeReport()
        do {
            try step("older programs", load, &report) {}
            stack.use(programs: newer)
            let before = try schemaSteps()
            try step("schema", load, &report) {
                try stack.runOperator(["migrate"], asOwner: true, logTo: "attune-migrate")
                try stack.runOperator(
                    ["keys", "--directory", stack.keys.folder.path, "--audit-origin", StackSettings.auditOrigin],
                    logTo: "attune-keys")
            }
            report.migrations = try schemaSteps() - before
            report.olderStartsBeside = olderStarts()
            for service in Self.order { try replace(service, by: newer, load, &report) }
            if goesBack, report.olderStartsBeside {
                for service in Self.order.reversed() { try replace(service, by: stack.settings.programs, load, &report) }
                stack.use(programs: newer)
            }
            try step("all replaced", load, &report) {}
        } catch {
            _ = load.stop()
            throw error
        }
        report.counts = load.stop()
        note("upgrade: waiting until everything is worked off")
        report.state = try stack.drain(within: patience)
        note("upgrade: \(report.state.treeSize) events in the log; checking")
        report.checks = try Doctor(stack: stack, accepted: acceptedFile).look()
        return report
    }

    /// The new process works beside the old one, then takes its place; in the end one is there, as before.
    private func replace(
        _ service: StackService, by programs: URL, _ load: ChaosLoad, _ report: inout UpgradeReport
    ) throws {
        stack.use(programs: programs)
        let name = "\(service.executable) \(programs == newer ? "forward" : "back")"
        let replica = try stack.addReplica(of: service)
        try stack.waitUntilReady(replica)
        guard stack.process(service)?.isRunning == true else { throw Ended(service: service) }
        try step("\(name), both", load, &report) {}
        guard stack.process(service)?.isRunning == true else { throw Ended(service: service) }
        try step("\(name), replaced", load, &report) { try stack.restart(service) }
        stack.remove(replica)
    }

    /// The older process did not live beside the newer one.
    struct Ended: Error, CustomStringConvertible {
        let service: StackService
        var description: String { "\(service.executable) ended while another version ran beside it" }
    }

    /// Does something and lets the load go on until it has been worked beside it.
    private func step(
        _ name: String, _ load: ChaosLoad, _ report: inout UpgradeReport, _ work: () throws -> Void
    ) throws {
        note("upgrade: \(name)")
        let start = ContinuousClock.now
        let before = load.acceptedCommands
        try work()
        let target = load.acceptedCommands + commandsBeside
        let deadline = ContinuousClock.now + .seconds(patience)
        while load.acceptedCommands < target {
            guard ContinuousClock.now < deadline else { throw Stalled(step: name) }
            Pause.seconds(0.05)
        }
        report.steps.append(
            .init(name: name, accepted: load.acceptedCommands - before, seconds: start.duration(to: .now) / .seconds(1)))
    }

    /// Nothing was accepted any more.
    struct Stalled: Error, CustomStringConvertible {
        let step: String
        var description: String { "no commands are accepted any more at step \(step)" }
    }

    /// Whether a process of the older version comes up with the newer schema: after a crash it would have to.
    private func olderStarts() -> Bool {
        stack.use(programs: stack.settings.programs)
        defer { stack.use(programs: newer) }
        guard let replica = try? stack.addReplica(of: .scoring) else { return false }
        defer { stack.remove(replica) }
        return (try? stack.waitUntilReady(replica)) != nil
    }

    private func schemaSteps() throws -> Int {
        let connection = try Connection(
            DatabaseSettings(url: stack.endpoints.database, applicationName: DatabaseFaults.application))
        defer { connection.close() }
        return Int(try connection.run("select count(*) from public.attune_migration").only().int64(0))
    }
}
