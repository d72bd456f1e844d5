import Foundation
import LocalStack
import ServiceKit

/// `attune doctor` on a stack, and what it says.
struct Doctor {
    struct Check {
        let name: String
        let examined: Int
        let differences: Int
        let undecidable: Int
        let findings: [String]
        let json: JSON
    }

    /// The checks say nothing that can be read.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    let stack: LocalStack
    /// What was promised, see ``AcceptedFile``.
    let accepted: URL

    private var arguments: [String] {
        let catalogue = stack.settings.catalogue.map { ["--catalogue", $0.path] } ?? []
        return ["doctor", "--settled", "--json", "--accepted", accepted.path] + catalogue
            + ["--routes", stack.settings.folder.routes.path, "--key-file", stack.keys.auditVerifier.path]
    }

    func look() throws -> [Check] {
        let log = stack.settings.folder.log("attune-doctor")
        try? FileManager.default.removeItem(at: log)
        // Its status says whether something differs; what differs is in its output.
        var failure: (any Error)?
        do {
            try stack.runOperator(arguments, logTo: "attune-doctor", within: .seconds(1800))
        } catch {
            failure = error
        }
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        guard let line = text.split(separator: "\n").last(where: { $0.hasPrefix("{") }),
            let answer = try? JSON.parse(Array(line.utf8)), case .array(let checks)? = answer["checks"]
        else { throw failure ?? Unreadable(description: "attune doctor wrote no report: \(text.suffix(500))") }
        return checks.map(Check.init)
    }
}

extension Doctor.Check {
    init(_ json: JSON) {
        func count(_ name: String) -> Int {
            guard case .number(let number)? = json[name] else { return 0 }
            return number.integer.flatMap { Int(exactly: $0) } ?? 0
        }
        if case .string(let text)? = json["name"] { name = text } else { name = "?" }
        examined = count("examined")
        differences = count("differences")
        undecidable = count("undecidable")
        if case .array(let list)? = json["findings"] {
            findings = list.compactMap { if case .string(let text) = $0 { text } else { nil } }
        } else {
            findings = []
        }
        self.json = json
    }
}
