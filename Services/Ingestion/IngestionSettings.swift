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

    static let all: [any SettingDeclaration] =
        DatabaseAccess.all + KafkaAccess.all + HTTPSettings.all + TokenSettings.all
        + [databaseConnections, catalogue, onNewCluster, batchSize, linger, queueLimit]
}

extension Settings {
    var newClusterPolicy: NewClusterPolicy {
        self[IngestionSettings.onNewCluster] == "republish" ? .republish : .halt
    }

    var writerOptions: CommandWriter.Options {
        CommandWriter.Options(
            batchSize: self[IngestionSettings.batchSize], linger: self[IngestionSettings.linger],
            queueLimit: self[IngestionSettings.queueLimit])
    }
}
