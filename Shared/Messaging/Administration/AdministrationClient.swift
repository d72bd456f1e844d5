import CRdKafka

/// The librdkafka client behind `TopicAdministration`.
///
/// Safe to share between threads: the pointer is constant, and the functions called on it may be
/// called from any thread. Shared so that a query that hangs can outlive the administration.
final class AdministrationClient: @unchecked Sendable {
    let pointer: OpaquePointer
    private let context: ClientContext

    init(_ settings: KafkaSettings, log: ClientLog) throws(MessagingError) {
        context = ClientContext(log: log)
        pointer = try ClientConfiguration(settings).makeClient(RD_KAFKA_PRODUCER, context: context)
    }

    deinit { withExtendedLifetime(context) { rd_kafka_destroy(pointer) } }

    /// Results by topic name; a topic the broker did not mention is missing.
    func create(_ topics: [TopicSpecification], timeout: Duration) throws(MessagingError)
        -> [String: TopicCreation.Result]
    {
        guard !topics.isEmpty else { return [:] }
        var requests: [OpaquePointer?] = []
        defer { requests.forEach(rd_kafka_NewTopic_destroy) }
        for topic in topics { requests.append(try request(topic)) }
        guard let options = rd_kafka_AdminOptions_new(pointer, RD_KAFKA_ADMIN_OP_CREATETOPICS),
            let queue = rd_kafka_queue_new(pointer)
        else { throw .clientNotCreated("out of memory") }
        defer {
            rd_kafka_queue_destroy(queue)
            rd_kafka_AdminOptions_destroy(options)
        }
        rd_kafka_AdminOptions_set_request_timeout(options, max(1, timeout.milliseconds), nil, 0)
        rd_kafka_CreateTopics(pointer, &requests, requests.count, options, queue)
        guard let event = rd_kafka_queue_poll(queue, (timeout + .seconds(1)).milliseconds) else {
            throw .unreachable(KafkaReason(RD_KAFKA_RESP_ERR__TIMED_OUT))
        }
        defer { rd_kafka_event_destroy(event) }
        return try results(of: event)
    }

    private func request(_ topic: TopicSpecification) throws(MessagingError) -> OpaquePointer {
        guard
            let request = rd_kafka_NewTopic_new(
                topic.name, Int32(clamping: topic.partitions), Int32(clamping: topic.replicationFactor), nil, 0)
        else { throw .invalidConfiguration(property: "partitions or replication factor of \(topic.name)") }
        for (name, value) in topic.configuration.sorted(by: { $0.key < $1.key })
        where rd_kafka_NewTopic_set_config(request, name, value) != RD_KAFKA_RESP_ERR_NO_ERROR {
            rd_kafka_NewTopic_destroy(request)
            throw .invalidConfiguration(property: name)
        }
        return request
    }

    private func results(of event: OpaquePointer) throws(MessagingError) -> [String: TopicCreation.Result] {
        let code = rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw .requestFailed(KafkaReason(code, explanation: String(cString: rd_kafka_event_error_string(event))))
        }
        var count = 0
        guard let result = rd_kafka_event_CreateTopics_result(event),
            let topics = rd_kafka_CreateTopics_result_topics(result, &count)
        else { return [:] }
        var results: [String: TopicCreation.Result] = [:]
        for index in 0..<count {
            guard let topic = topics[index] else { continue }
            let text = rd_kafka_topic_result_error_string(topic).map(String.init(cString:))
            let error = rd_kafka_topic_result_error(topic)
            results[String(cString: rd_kafka_topic_result_name(topic))] =
                switch error {
                case RD_KAFKA_RESP_ERR_NO_ERROR: .created
                // Somebody else created it a moment ago.
                case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: .exists
                default: .failed(KafkaReason(error, explanation: text))
                }
        }
        return results
    }
}
