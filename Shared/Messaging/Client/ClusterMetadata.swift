import CRdKafka

/// What the cluster says about itself, copied out of librdkafka's memory.
struct ClusterMetadata {
    let brokers: [ClusterDescription.Broker]
    /// Topics that exist and have partitions.
    let topics: [ClusterDescription.Topic]

    /// Asks for every topic. Asking for a single one by name can create it on brokers that allow
    /// automatic creation; asking for all never does.
    static func fetch(_ client: OpaquePointer, timeout: Duration) throws(MessagingError) -> ClusterMetadata {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client, 1, nil, &metadata, max(1, timeout.milliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { throw .unreachable(KafkaReason(code)) }
        defer { rd_kafka_metadata_destroy(metadata) }
        return ClusterMetadata(copying: metadata.pointee)
    }

    private init(copying metadata: rd_kafka_metadata) {
        brokers = UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt)).map {
            ClusterDescription.Broker(id: $0.id, host: String(cString: $0.host), port: Int($0.port))
        }
        topics = UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt)).compactMap {
            guard $0.err == RD_KAFKA_RESP_ERR_NO_ERROR, $0.partition_cnt > 0 else { return nil }
            return ClusterDescription.Topic(
                name: String(cString: $0.topic), partitions: Int($0.partition_cnt),
                replicationFactor: Int($0.partitions.pointee.replica_cnt))
        }
    }
}

/// The cluster's identity, or nil if it is not known within the time.
func clusterIdentity(of client: OpaquePointer, timeout: Duration) -> String? {
    guard let text = rd_kafka_clusterid(client, timeout.milliseconds) else { return nil }
    defer { rd_kafka_mem_free(client, text) }
    return String(cString: text)
}
