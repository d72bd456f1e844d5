import CRdKafka
public import Logging
import Synchronization

/// librdkafka's own in-memory cluster: real Kafka protocol on loopback ports chosen at start.
///
/// For tests and one machine. It keeps at most 5 MiB or 100 000 records a partition and drops older
/// ones, creates topics only through this type (or when a client asks for an unknown one), answers
/// an empty fetch only after the whole fetch wait, and forgets everything when it ends.
///
/// Safe to share between threads: both pointers are constant, every function of the mock cluster takes
/// its own lock or runs on its own thread, and who leads what stands behind a lock.
public final class MockCluster: @unchecked Sendable {
    private let client: OpaquePointer
    private let cluster: OpaquePointer
    private let context: ClientContext
    private let leadership: Mutex<BrokerLeadership>

    /// `host:port` of every broker, for `KafkaSettings.bootstrapServers`.
    public let bootstrapServers: String

    /// Starts brokers numbered from 1.
    public init(brokers: Int = 1, logger: Logger) throws(MessagingError) {
        context = ClientContext(log: ClientLog(logger))
        let configuration = ClientConfiguration()
        // Warnings and above; below that it only says that it connects to no cluster.
        try configuration.set("log_level", "4")
        // Counts for the brokers' side of each connection, too: otherwise an answer that follows another waits
        // 40 ms for the client's delayed acknowledgement, as no real broker makes it.
        try configuration.set("socket.nagle.disable", "true")
        client = try configuration.makeClient(RD_KAFKA_PRODUCER, context: context)
        guard let cluster = rd_kafka_mock_cluster_new(client, Int32(brokers)) else {
            rd_kafka_destroy(client)
            throw .clientNotCreated("the local cluster could not open its ports")
        }
        self.cluster = cluster
        leadership = Mutex(BrokerLeadership(brokers: brokers))
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        withExtendedLifetime(context) { rd_kafka_destroy(client) }
    }

    /// Creates a topic; one that exists already is refused.
    public func createTopic(_ name: String, partitions: Int, replicationFactor: Int = 1) throws(MessagingError) {
        try check(rd_kafka_mock_topic_create(cluster, name, Int32(partitions), Int32(replicationFactor)))
        try carryOut(leadership.withLock { $0.place(topic: name, partitions: partitions) })
    }

    /// Gives a consumer group a coordinator that another broker takes over from when it is lost. A group that is not named
    /// here has its coordinator by chance, and waits for that broker.
    public func placeGroup(_ name: String) throws(MessagingError) {
        try carryOut(leadership.withLock { $0.place(group: name) })
    }

    private func carryOut(_ moves: [BrokerLeadership.Move]) throws(MessagingError) {
        for move in moves {
            switch move.what {
            case .partition(let topic, let number):
                try check(rd_kafka_mock_partition_set_leader(cluster, topic, number, move.leader))
            case .group(let name):
                try check(rd_kafka_mock_coordinator_set(cluster, "group", name, move.leader))
            }
        }
    }
}

/// Faults, for tests.
extension MockCluster {
    /// The requests that can be made to fail, by their number in the Kafka protocol.
    public enum Request: Int16, CaseIterable, Sendable {
        case produce = 0, fetch = 1, listOffsets = 2, metadata = 3, offsetCommit = 8, findCoordinator = 10
        case joinGroup = 11, heartbeat = 12, leaveGroup = 13, syncGroup = 14, initProducerID = 22
    }

    /// Lets the next requests of this kind fail with these error codes of the Kafka protocol, in
    /// this order, whichever broker they reach. -195 cuts the connection.
    public func failNext(_ request: Request, with codes: [Int32]) {
        let errors = codes.map { rd_kafka_resp_err_t($0) }
        rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, errors)
    }

    /// Takes back what `failNext` still has in store.
    public func stopFailing(_ request: Request) {
        rd_kafka_mock_clear_request_errors(cluster, request.rawValue)
    }

    /// Cuts a broker's connections and refuses new ones; nil for all brokers. What one alone has led goes to the others,
    /// which the mock cluster does not see to by itself.
    public func takeDown(broker: Int32? = nil) throws(MessagingError) {
        try check(rd_kafka_mock_broker_set_down(cluster, broker ?? -1))
        if let broker { try carryOut(leadership.withLock { $0.lose(broker) }) }
    }

    /// Lets a broker accept connections again; nil for all brokers. It leads what it is given from then on.
    public func bringUp(broker: Int32? = nil) throws(MessagingError) {
        try check(rd_kafka_mock_broker_set_up(cluster, broker ?? -1))
        leadership.withLock { $0.regain(broker) }
    }

    /// Delays every answer of a broker; nil for all brokers.
    public func setRoundTripTime(_ time: Duration, broker: Int32? = nil) throws(MessagingError) {
        try check(rd_kafka_mock_broker_set_rtt(cluster, broker ?? -1, time.milliseconds))
    }

    private func check(_ code: rd_kafka_resp_err_t) throws(MessagingError) {
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw .requestFailed(KafkaReason(code)) }
    }
}
