import ServiceKit

/// What the checks have found, as text and as JSON.
struct DoctorReport {
    let results: [CheckResult]

    var isExact: Bool { results.allSatisfy(\.isExact) }
    var waits: Bool { results.contains { $0.waiting > 0 } }

    var json: JSON {
        [
            "checks": .array(
                results.map { result in
                    [
                        "name": .string(result.name.rawValue), "examined": .integer(result.examined),
                        "differences": .integer(result.differences), "pending": .integer(result.pending),
                        "undecidable": .integer(result.undecidable),
                        "findings": .array(result.findings.map { .string($0) }),
                    ]
                }),
            "exact": .bool(isExact),
        ]
    }

    var text: String {
        var lines = [row("check", "examined", "differences", "pending", "undecidable")]
        for result in results {
            lines.append(
                row(
                    result.name.rawValue, "\(result.examined)", "\(result.differences)", "\(result.pending)",
                    "\(result.undecidable)"))
        }
        for result in results where !result.findings.isEmpty {
            lines += ["", "\(result.name.rawValue): \(result.name.promise)"]
            lines += result.findings.map { "  \($0)" }
            let unlisted = result.differences + result.undecidable + result.waiting - result.findings.count
            if unlisted > 0 { lines.append("  and \(unlisted) more") }
        }
        lines += ["", verdict]
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        let differences = results.reduce(0) { $0 + $1.differences }
        if differences > 0 { return "NOT exact: \(differences) differences" }
        return waits ? "exact, but records wait in quarantine" : "exact"
    }

    private func row(_ name: String, _ figures: String...) -> String {
        name + String(repeating: " ", count: max(1, 16 - name.count))
            + figures.map { String(repeating: " ", count: max(1, 13 - $0.count)) + $0 }.joined()
    }
}
