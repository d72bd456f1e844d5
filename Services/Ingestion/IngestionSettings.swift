import ClientText
import FoundationEssentials
import Intake
import Persistence
import ServiceKit

/// Settings of ingestion beyond those of every service.
enum IngestionSettings {
    static let databaseConnections = Setting.int(
        "ATTUNE_DATABASE_CONNECTIONS", "Connections for reading; writing and the relay have three of their own.",
        default: 4, in: 1...100)
    static let catalogue = Setting.path(
        "ATTUNE_CATALOGUE_DIR", "Folder with the site's own instruments and models in YAML."
    ).optional
    static let onNewCluster = Setting.choice(
        "ATTUNE_RELAY_ON_NEW_CLUSTER",
        "What to do on meeting another Kafka cluster than before: halt until an operator decides, or republish all.",
        of: ["halt", "republish"], default: "halt")
    static let batchSize = Setting.int(
        "ATTUNE_INGESTION_BATCH", "Most commands of one transaction.", default: 500, in: 1...5000)
    static let linger = Setting.duration(
        "ATTUNE_INGESTION_LINGER", "Longest time commands wait for others to share their commit.", default: "3ms",
        in: .zero ... .seconds(1))
    static let queueLimit = Setting.int(
        "ATTUNE_INGESTION_QUEUE", "Most commands that may wait in a lane; further ones are answered 503.",
        default: 5000,
        in: 1...1_000_000)
    static let backfillRate = Setting.int(
        "ATTUNE_BACKFILL_RATE",
        "Most events a second that an import brings in, and that go on to Kafka from it; nothing else is held back.",
        default: 500, in: 100...1_000_000)
    static let contentKeys = Setting.path(
        "ATTUNE_CONTENT_KEY_FILE",
        "File with the keys under which clients' keys are wrapped; without it ratings with a comment are refused."
    ).optional

    static let all: [any SettingDeclaration] =
        DatabaseAccess.all + KafkaAccess.all + HTTPSettings.all + TokenSettings.all
        + [databaseConnections, catalogue, onNewCluster, batchSize, linger, queueLimit, backfillRate, contentKeys]
}

extension Settings {
    var newClusterPolicy: NewClusterPolicy {
        self[IngestionSettings.onNewCluster] == "republish" ? .republish : .halt
    }

    var backfillPace: BackfillPace { BackfillPace(eventsPerSecond: self[IngestionSettings.backfillRate]) }

    /// - Throws: ``SettingsError`` where the file of content keys cannot be used.
    func writerOptions(of lane: Lane) throws -> CommandWriter.Options {
        CommandWriter.Options(
            batchSize: self[IngestionSettings.batchSize], linger: self[IngestionSettings.linger],
            queueLimit: self[IngestionSettings.queueLimit], pace: lane.backfill ? backfillPace : nil,
            masters: try contentKeys())
    }

    private func contentKeys() throws -> MasterKeys? {
        let setting = IngestionSettings.contentKeys
        guard let path = self[setting] else { return nil }
        let advice = "Name the file that `attune keys` has made, or unset the setting to refuse comments."
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(setting.name, "names a file that cannot be read", advice)
        }
        do throws(MasterKeyError) {
            return try MasterKeys(text: String(decoding: data, as: UTF8.self))
        } catch {
            throw SettingsError(setting.name, "names a file that cannot be used: \(error)", advice)
        }
    }
}
