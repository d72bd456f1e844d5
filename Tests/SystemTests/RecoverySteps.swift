import Foundation
import LocalStack

/// The commands of docs/recovery.md, so that a test does what the document says, and nothing else.
struct RecoverySteps {
    let commands: [[String]]

    struct MissingChapter: Error { let title: String }

    /// The lines of a chapter that begin with `attune`, in order.
    init(of title: String) throws {
        let document = SystemStack.checkout.appendingPathComponent("docs/recovery.md")
        let lines = try String(contentsOf: document, encoding: .utf8).split(separator: "\n").map(String.init)
        guard let start = lines.firstIndex(of: "## \(title)") else { throw MissingChapter(title: title) }
        let chapter = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }
        commands = chapter.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard line.hasPrefix("    "), words.first == "attune" else { return nil }
            // What stands behind # is for the reader.
            return Array(words.dropFirst().prefix { $0 != "#" })
        }
        guard !commands.isEmpty else { throw MissingChapter(title: title) }
    }
}

extension SystemStack {
    /// Runs a command of the document against this system.
    /// - Returns: what it printed.
    @discardableResult
    func follow(_ step: [String]) throws -> String {
        let log = "step-\(step.prefix(2).joined(separator: "-"))"
        let file = folder.appendingPathComponent("log/\(log).log")
        try? FileManager.default.removeItem(at: file)
        // The document names the key's file as it is called where it was made.
        let words = step.map { $0 == "audit.pub" ? stack.keys.auditVerifier.path : $0 }
        try stack.runOperator(words, asOwner: step.first == "migrate", logTo: log)
        return try String(contentsOf: file, encoding: .utf8)
    }
}
