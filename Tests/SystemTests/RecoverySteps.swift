import Foundation
import LocalStack
import ServiceKit
import TestSupport

/// The commands of docs/recovery.md, so that a test does what the document says, and nothing else.
struct RecoverySteps {
    let commands: [[String]]

    struct MissingChapter: Error { let title: String }

    /// The lines of a chapter that begin with `attune`, in order.
    init(of title: String) throws {
        let document = TestPrograms.checkout.appendingPathComponent("docs/recovery.md")
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
        var words = step.map { $0 == "audit.pub" ? stack.keys.auditVerifier.path : $0 }
        // The folder that attune-scoring has; operators have it in their environment.
        if step.first == "rebuild" { words += ["--catalogue", stack.settings.catalogue?.path ?? ""] }
        try stack.runOperator(words, asOwner: step.first == "migrate", logTo: log)
        return try String(contentsOf: file, encoding: .utf8)
    }
}

/// What became of simulated ratings.
struct Sent: Equatable {
    let accepted: Int
    let known: Int
}

extension SystemStack {
    /// Sends 120 ratings of 12 episodes a second; the seed decides ids and answers.
    func load(seed: Int, seconds: Int) throws -> ManagedProcess {
        let output = folder.appendingPathComponent("simulate-\(UUID().uuidString).json")
        let token = try tokenFile(site: "north", role: "integration")
        let load = ManagedProcess(
            Command(
                name: "simulate", executable: TestPrograms.folder.appendingPathComponent("attune"),
                arguments: [
                    "simulate", "--rate", "120", "--seconds", "\(seconds)", "--episodes", "12", "--seed", "\(seed)", "--url",
                    try url(.ingestion), "--token-file", token.path, "--patience", "300",
                ], output: .file(output)))
        try load.start()
        return load
    }

    /// Sends 120 ratings, and tells what became of them.
    func send(seed: Int) throws -> Sent {
        let load = try load(seed: seed, seconds: 1)
        guard load.waitForEnd(within: .seconds(300))?.isSuccess == true else {
            throw ProcessError.tookTooLong(name: "simulate", limit: .seconds(300), log: load.logTail())
        }
        let text = load.logTail()
        let report = try JSON.parse(Array((text.split(separator: "\n").last { $0.hasPrefix("{") } ?? "").utf8))
        func count(_ name: String) -> Int { report[name].flatMap { Int(String(decoding: $0.encoded, as: UTF8.self)) } ?? -1 }
        return Sent(accepted: count("ratings_accepted"), known: count("ratings_known"))
    }
}
