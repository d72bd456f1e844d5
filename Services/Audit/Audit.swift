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
    static let key = Setting.string(
        "ATTUNE_AUDIT_KEY", "Key that signs checkpoints, as a C2SP note key: PRIVATE+KEY+name+id+secret.", secret: true)
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
        + [key, origin, interval, batchSize, connections]

    static func run(_ runtime: ServiceRuntime) async throws {
        runtime.registry.describe(AuditMetrics.descriptions)
        let key = try signingKey(runtime.settings)
        let database = runtime.connectionPool(size: runtime.settings[connections])
        let checkpoints = CheckpointService(
            runtime, key: key, interval: runtime.settings[interval])
        let logger = runtime.logger
        let consumer = ConsumingService(
            runtime, schema: .audit, topics: AuditedTopics.all,
            // Nobody waits for a leaf, and each batch costs a commit: let it fill.
            batch: BatchLimits(maxRecords: runtime.settings[batchSize], maxWait: .milliseconds(50))
        ) { _ in AuditHandler(logger: logger) }
        let http = try await runtime.authenticatedHTTP()
        AuditRoutes(pool: database.pool, key: key.verifierKey).add(to: http)
        // Stopped from the last to the first: the last checkpoint covers what the consumer has handled.
        try await runtime.run([database, checkpoints, consumer, http.service()])
    }

    static func signingKey(_ settings: Settings) throws(SettingsError) -> SigningKey {
        let signingKey: SigningKey
        do throws(NoteError) {
            signingKey = try SigningKey(text: settings[key])
        } catch {
            throw SettingsError(
                key.name, "is not a note signing key", "Give PRIVATE+KEY+name+id+secret; `attune keys` makes one.")
        }
        if let origin = settings[origin], origin != signingKey.verifierKey.name {
            throw SettingsError(
                Self.origin.name, "is not the name of the signing key",
                "Use the key's name, or make a key for this origin.")
        }
        return signingKey
    }
}
