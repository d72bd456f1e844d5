import AuditLog
import FoundationEssentials
import Messaging
import Persistence
import ServiceKit
import TransparencyLog

/// Makes every event of every topic a leaf of one Merkle tree, signs the tree as it grows, and proves to
/// whoever asks what is in it.
@main
struct Audit: ServiceCommand {
    static let name = "attune-audit"
    static let summary = "Keeps the tamper-evident log of all events and signs it."
    static let contract = PackageResources.attune_audit_openapi_yaml
    static let key = Setting.string(
        "ATTUNE_AUDIT_KEY", "Key that signs checkpoints, as a C2SP note key: PRIVATE+KEY+name+id+secret.", secret: true)
    static let retiringKey = Setting.string(
        "ATTUNE_AUDIT_RETIRING_KEY",
        "Key that signed before, in the same form: signs the first checkpoint of the present key as well.", secret: true
    ).optional
    static let publicKeys = Setting.path(
        "ATTUNE_AUDIT_PUBLIC_KEYS_FILE",
        "Verifier keys that the log has signed with, one a line: audit.pub. They are handed out with the present one."
    ).optional
    static let checkpointFolder = Setting.path(
        "ATTUNE_AUDIT_CHECKPOINT_FOLDER",
        "Folder to which every checkpoint goes as a file, for somebody else to keep. What lies there binds the log."
    ).optional
    static let origin = Setting.string(
        "ATTUNE_AUDIT_ORIGIN", "Name of the log; must be the key's own name, which is used when this is not set."
    ).optional
    static let interval = Setting.duration(
        "ATTUNE_CHECKPOINT_INTERVAL", "Time between two checkpoints while the log grows.", default: "5s",
        in: .milliseconds(100) ... .seconds(3600))
    static let batchSize = Setting.int(
        "ATTUNE_AUDIT_BATCH", "Most events of one transaction.", default: 500, in: 1...5000)
    static let connections = Setting.int(
        "ATTUNE_AUDIT_CONNECTIONS", "Database connections for proofs.", default: 2, in: 1...100)
    static let settings: [any SettingDeclaration] =
        DatabaseAccess.all + KafkaAccess.consuming + HTTPSettings.all + TokenSettings.all
        + [key, retiringKey, publicKeys, checkpointFolder, origin, interval, batchSize, connections]

    static func run(_ runtime: ServiceRuntime) async throws {
        runtime.registry.describe(AuditMetrics.descriptions)
        let keys = try signingKeys(runtime.settings)
        let folder = runtime.settings[checkpointFolder].map { CheckpointFolder($0) }
        let database = runtime.connectionPool(size: runtime.settings[connections], as: ScopedReading.role)
        let checkpoints = try CheckpointService(
            runtime, keys: keys, folder: folder, interval: runtime.settings[interval])
        let history = folder.map { KeptHistory(folder: $0, keys: keys.verifiers) }
        let logger = runtime.logger
        let consumer = try ConsumingService(
            runtime, schema: .audit, topics: AuditedTopics.all,
            // Nobody waits for a leaf, and each batch costs a commit: let it fill.
            batch: BatchLimits(maxRecords: runtime.settings[batchSize], maxWait: .milliseconds(50)),
            questions: [AuditMetrics.standing]
        ) { _ in AuditHandler(history: history, logger: logger) }
        let http = try await runtime.authenticatedHTTP()
        AuditRoutes(reading: ScopedReading(database.pool), keys: keys.verifiers).add(to: http)
        // Stopped from the last to the first: the last checkpoint covers what the consumer has handled.
        try await runtime.run([database, checkpoints, consumer, http.service()])
    }

    static func signingKeys(_ settings: Settings) throws(SettingsError) -> SigningKeys {
        let current = try signingKey(key.name, settings[key])
        if let origin = settings[origin], origin != current.verifierKey.name {
            throw SettingsError(
                Self.origin.name, "is not the name of the signing key",
                "Use the key's name, or make a key for this origin.")
        }
        var retiring: SigningKey?
        if let text = settings[retiringKey] { retiring = try signingKey(retiringKey.name, text) }
        do {
            var published: LogKeys?
            if let file = settings[publicKeys] { published = try LogKeys(text: try text(of: file)) }
            return try SigningKeys(current: current, retiring: retiring, published: published)
        } catch let error as SettingsError {
            throw error
        } catch {
            throw SettingsError(publicKeys.name, "does not fit: \(error)", "Give keys of this log, as in audit.pub.")
        }
    }

    private static func text(of file: String) throws(SettingsError) -> String {
        guard let data = FileManager.default.contents(atPath: file), let text = String(data: data, encoding: .utf8) else {
            throw SettingsError(publicKeys.name, "names a file that cannot be read", "Give audit.pub, as `attune keys` made it.")
        }
        return text
    }

    private static func signingKey(_ name: String, _ text: String) throws(SettingsError) -> SigningKey {
        do throws(NoteError) {
            return try SigningKey(text: text)
        } catch {
            throw SettingsError(
                name, "is not a note signing key", "Give PRIVATE+KEY+name+id+secret; `attune keys` makes one.")
        }
    }
}
