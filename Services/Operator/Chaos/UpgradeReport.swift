import LocalStack

/// What a rolling upgrade did, and what was found afterwards.
struct UpgradeReport {
    struct Step {
        let name: String
        let accepted: Int
        let seconds: Double
    }

    var steps: [Step] = []
    var migrations = 0
    /// Whether the older programs can be started with the newer schema.
    var olderStartsBeside = false
    var counts = ChaosLoad.Counts()
    var state = PipelineState()
    var checks: [Doctor.Check] = []

    var isExact: Bool {
        state.missing.isEmpty && counts.failures.isEmpty && counts.turnedAway.isEmpty && !checks.isEmpty
            && checks.allSatisfy { $0.differences == 0 }
    }

    var text: String {
        var lines = [
            "\(migrations) migrations; older programs "
                + "\(olderStartsBeside ? "can" : "cannot") be started beside the newer schema"
        ]
        lines += steps.map { "  \($0.name): \($0.accepted) commands accepted in \(Int($0.seconds.rounded())) s" }
        lines.append(
            "\(counts.accepted.values.reduce(0, +)) commands accepted, \(counts.answers) answers to alerts, "
                + "\(counts.retries) sent again, \(state.treeSize) events in the log")
        lines += counts.turnedAway.sorted { $0.key < $1.key }.map { "TURNED AWAY with \($0.key): \($0.value)" }
        lines += counts.failures.prefix(20).map { "NOT TAKEN: \($0)" }
        lines += state.missing.map { "MISSING: \($0)" }
        for check in checks {
            lines.append(
                "\(check.name): \(check.examined) examined, \(check.differences) differ, "
                    + "\(check.undecidable) undecidable")
            lines += check.findings.prefix(20).map { "  \($0)" }
        }
        lines.append(isExact ? "nothing lost, nothing refused" : "NOT EXACT")
        return lines.joined(separator: "\n")
    }
}
