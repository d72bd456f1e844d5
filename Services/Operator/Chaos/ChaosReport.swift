import Foundation
import LocalStack
import ServiceKit

/// What a run did, and what was found afterwards.
struct ChaosReport {
    let seed: UInt64
    let seconds: Double
    let counts: ChaosLoad.Counts
    let state: PipelineState
    var faults: [Fault.Kind: Int] = [:]
    var restarts = 0
    /// What was accepted and never worked off.
    var missing: [String] = []
    private(set) var checks: [Doctor.Check] = []

    init(seed: UInt64, seconds: Double, counts: ChaosLoad.Counts, state: PipelineState) {
        self.seed = seed
        self.seconds = seconds
        self.counts = counts
        self.state = state
    }

    mutating func take(_ checks: [Doctor.Check]) { self.checks = checks }

    var isExact: Bool {
        missing.isEmpty && counts.failures.isEmpty && !checks.isEmpty && checks.allSatisfy { $0.differences == 0 }
    }

    private var faultCount: Int { faults.values.reduce(0, +) }
    private var commandCount: Int { counts.accepted.values.reduce(0, +) }

    var text: String {
        var lines = [
            "seed \(seed), \(Int(seconds)) s: \(commandCount) commands accepted, \(counts.answers) answers to alerts, "
                + "\(counts.retries) sent again, \(state.treeSize) events in the log, \(faultCount) faults, "
                + "\(restarts) services ended by themselves"
        ]
        lines += Fault.Kind.allCases.compactMap { kind in faults[kind].map { "  \(kind.rawValue): \($0)" } }
        lines += counts.failures.prefix(20).map { "NOT TAKEN: \($0)" }
        lines += missing.map { "MISSING: \($0)" }
        for check in checks {
            lines.append("\(check.name): \(check.examined) examined, \(check.differences) differ, \(check.undecidable) undecidable")
            lines += check.findings.prefix(20).map { "  \($0)" }
        }
        lines.append(isExact ? "every check is exact" : "NOT EXACT")
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        let byKind = Fault.Kind.allCases.filter { faults[$0] != nil }.map { JSON.Member($0.rawValue, .integer(faults[$0] ?? 0)) }
        return [
            "seed": .string("\(seed)"), "seconds": .integer(Int(seconds)), "exact": .bool(isExact),
            "commands": .object(counts.accepted.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }),
            "answers": .integer(counts.answers), "retries": .integer(counts.retries),
            "failures": .array(counts.failures.map { .string($0) }), "faults": .object(byKind),
            "restarts": .integer(restarts), "events": .integer(state.treeSize),
            "missing": .array(missing.map { .string($0) }), "checks": .array(checks.map(\.json)),
        ]
    }
}
