import Contracts
import Logging
public import Messaging
import Metrics
public import Persistence

/// Turns each Kafka batch into one PostgreSQL transaction: position, quarantine and the service's own
/// writes together ("Never lost, never double" 4 and 6 of the design).
public final class LedgeredConsumer: RecordConsumer {
    /// Tries of a single event that fails for a reason nobody foresaw, before it is parked.
    static let triesBeforeParking = 3

    private let connection: Connection
    private let schema: ServiceSchema
    private let owner: String
    private let handler: any EventHandler
    private let logger: Logger
    private var clusterID = ""
    private var claims: [TopicPartition: ConsumerPosition] = [:]
    /// Keys with an open row in quarantine, per partition. Only the partition's owner opens one, so what
    /// was read at the claim and added since is complete; an operator may have settled some of them.
    private var parkedKeys: [TopicPartition: Set<[UInt8]>] = [:]

    /// - Parameter owner: unique per process; shown to operators as the holder of a partition.
    public init(
        connection: Connection, schema: ServiceSchema, owner: String, handler: any EventHandler, logger: Logger
    ) {
        self.connection = connection
        self.schema = schema
        self.owner = owner
        self.handler = handler
        self.logger = logger
    }

    public func assigned(_ partitions: [TopicPartition], clusterID: String) throws -> [StartPosition] {
        self.clusterID = clusterID
        return try retryingOnce {
            let claimed = try ConsumerPositions.claim(
                partitions, clusterID: clusterID, owner: owner, schema: schema, on: connection)
            let parked = try Quarantine.openKeys(clusterID: clusterID, partitions: partitions, schema: schema, on: connection)
            claims = Dictionary(uniqueKeysWithValues: claimed.map { ($0.partition, $0) })
            parkedKeys = parked
            return claimed.map { StartPosition(partition: $0.partition, offset: $0.nextOffset) }
        }
    }

    public func revoked(_ partitions: [TopicPartition]) {
        for partition in partitions {
            claims[partition] = nil
            parkedKeys[partition] = nil
        }
    }
}
