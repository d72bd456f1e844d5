import ArgumentParser
import ClientText
import Crypto
import FoundationEssentials
import ServiceKit
import TransparencyLog

/// `attune keys make`, and `attune keys` alone.
struct KeysMakeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Make the keys that are missing in a folder.",
        discussion: """
            token-key.json and jwks.json sign and verify access tokens; audit.key and audit.pub sign and verify \
            checkpoints of the audit log; webhook.key is shared with the receiver of webhooks; portal.key signs the portal's \
            cookies and links; content.keys wraps the keys \
            of clients' own words, contact.keys seals how people of the directory are reached; both must be kept apart from \
            the database and its backups. Existing keys are left as they are; --new-content-key adds a line to \
            content.keys, which wraps from the next start of attune-ingestion on, while the lines before it go on \
            unwrapping what they have wrapped. --new-contact-key does the same in contact.keys; `attune directory rekey` \
            then seals all contacts anew. --new-portal-key adds a line to portal.key, which signs from the portal's next \
            start on, while what those before it have signed is still good. docs/keys.md has the steps for each key.
            """)

    @Option(help: "Folder for the keys; private ones are readable by their owner alone.")
    var directory: String

    @Option(help: "Name of the audit log, e.g. example.org/audit.")
    var auditOrigin: String

    @Flag(help: "Add a key to content.keys, to change the one that wraps.")
    var newContentKey = false

    @Flag(help: "Add a key to contact.keys, to change the one that seals.")
    var newContactKey = false

    @Flag(help: "Add a line to portal.key, to change the one that signs.")
    var newPortalKey = false

    func run() throws {
        let files = FileManager.default
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        func path(_ name: String) -> String { "\(directory)/\(name)" }
        if !files.fileExists(atPath: path("token-key.json")) {
            let keyID = "token-\(UUID().uuidString.prefix(8).lowercased())"
            try TokenIssuer(generating: keyID).write(privateKey: path("token-key.json"), keySet: path("jwks.json"))
            print("made token-key.json and jwks.json")
        }
        if !files.fileExists(atPath: path("audit.key")) {
            let key = try SigningKey(generatedFor: auditOrigin)
            try PrivateFile.create(path("audit.pub"), Array("\(key.verifierKey.text)\n".utf8), mode: 0o644)
            try PrivateFile.create(path("audit.key"), Array("\(key.secretText)\n".utf8), mode: 0o600)
            print("made audit.key and audit.pub")
        }
        var hasNewPortalKey = false
        for name in ["webhook.key", "portal.key"] where !files.fileExists(atPath: path(name)) {
            try PrivateFile.create(path(name), Array("\(Self.secret())\n".utf8), mode: 0o600)
            print("made \(name)")
            if name == "portal.key" { hasNewPortalKey = true }
        }
        if newPortalKey, !hasNewPortalKey {
            let known = try TextFile.read(path("portal.key"))
            let before = known.hasSuffix("\n") ? known : known + "\n"
            try PrivateFile.replace(path("portal.key"), Array((before + Self.secret() + "\n").utf8), mode: 0o600)
            print("added a line to portal.key")
        }
        try addKey("content", path("content.keys"), also: newContentKey)
        try addKey("contact", path("contact.keys"), also: newContactKey)
    }

    private static func secret() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
    }

    /// Makes a file of master keys, or adds one to it.
    private func addKey(_ use: String, _ path: String, also isWanted: Bool) throws {
        let known = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        guard known == nil || isWanted else { return }
        if let known { _ = try MasterKeys(text: known) }
        let name = "\(use)-\(UUID().uuidString.prefix(8).lowercased())"
        let before = known.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" } ?? ""
        try PrivateFile.replace(path, Array((before + MasterKeys.line(named: name) + "\n").utf8), mode: 0o600)
        print(known == nil ? "made \(use).keys" : "added \(name) to \(use).keys")
    }
}
