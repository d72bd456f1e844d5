import ArgumentParser
import FoundationEssentials
import Glibc
import ServiceKit
import TransparencyLog

/// `attune keys rotate`: another key for the audit log, without a break in what can be verified.
struct KeysRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make a new key for the audit log beside the old one.",
        discussion: """
            audit.key becomes the new signing key, audit.retiring.key the old one, and audit.pub lists the verifier keys \
            of both, the new one first. Start the audit service with all three: ATTUNE_AUDIT_KEY_FILE, \
            ATTUNE_AUDIT_RETIRING_KEY_FILE and ATTUNE_AUDIT_PUBLIC_KEYS_FILE. Its next checkpoint carries both \
            signatures, and those after it the new one alone; `attune audit verify` says which key signed what. When \
            that checkpoint is out, `attune keys rotate --directory DIR --ended SIZE` with its size writes the old key's \
            end into audit.pub and removes audit.retiring.key. Keep audit.pub: old checkpoints verify with the old keys.
            """)

    @Option(help: "Folder with audit.key and audit.pub.")
    var directory: String

    @Option(help: "Ends the change: size of the checkpoint that carries both signatures.")
    var ended: Int?

    func validate() throws {
        if let ended, ended <= 0 { throw ValidationError("--ended is the size of a checkpoint.") }
    }

    func run() throws {
        if let ended { try finish(at: ended) } else { try begin() }
    }

    /// In this order a crash leaves either the old state or one that can be run again.
    private func begin() throws {
        guard !FileManager.default.fileExists(atPath: path("audit.retiring.key")) else {
            throw ValidationError("audit.retiring.key is there: end the change before, with --ended SIZE.")
        }
        let text = try TextFile.read(path("audit.key"))
        let (old, published) = try read(text)
        let new = try SigningKey(generatedFor: old.verifierKey.name)
        let keys = try LogKeys([LogKeys.Entry(new.verifierKey)] + published.entries)
        try PrivateFile.replace(path("audit.pub"), Array(keys.text.utf8), mode: 0o644)
        try PrivateFile.create(path("audit.retiring.key"), Array(text.utf8), mode: 0o600)
        try PrivateFile.replace(path("audit.key"), Array("\(new.secretText)\n".utf8), mode: 0o600)
        print("made audit.key \(new.verifierKey.idText); audit.retiring.key is \(old.verifierKey.idText)")
    }

    private func finish(at size: Int) throws {
        let retiring = try SigningKey(text: Self.line(TextFile.read(path("audit.retiring.key")))).verifierKey
        let published = try LogKeys(text: TextFile.read(path("audit.pub")))
        let keys = try LogKeys(
            published.entries.map { $0.key == retiring ? LogKeys.Entry(retiring, until: size) : $0 })
        try PrivateFile.replace(path("audit.pub"), Array(keys.text.utf8), mode: 0o644)
        guard unlink(path("audit.retiring.key")) == 0 else { throw CannotCheck("audit.retiring.key cannot be removed") }
        print("key \(retiring.idText) ends at \(size); audit.retiring.key was removed")
    }

    private func read(_ text: String) throws -> (SigningKey, LogKeys) {
        let key = try SigningKey(text: Self.line(text))
        let published = try LogKeys(text: TextFile.read(path("audit.pub")))
        guard published.keys.contains(key.verifierKey) else { throw CannotCheck("audit.pub does not have the key of audit.key") }
        return (key, published)
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }
    private static func line(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }
}
