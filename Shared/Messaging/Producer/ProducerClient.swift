import CRdKafka
import Contracts

/// What the delivery reports of one client add up to.
final class ProducerContext: ClientContext {
    var tally = DeliveryTally()
}

/// One librdkafka producer and its topic handles, from creation to destruction.
final class ProducerClient {
    let pointer: OpaquePointer
    let context: ProducerContext
    private var topics: [String: OpaquePointer] = [:]

    init(_ settings: KafkaSettings, options: ProducerOptions, log: ClientLog) throws(MessagingError) {
        let configuration = try ClientConfiguration(settings)
        try configuration.set("enable.idempotence", "true")
        try configuration.set("acks", "all")
        // Zero means never: a local timeout inside an idempotent stream leaves a hole in the
        // sequence, which is a fatal error. `publish` keeps the deadline instead.
        try configuration.set("message.timeout.ms", "0")
        try configuration.set("linger.ms", options.linger)
        try configuration.set("compression.codec", options.compression.rawValue)
        // Keys land where every Java client would put them.
        try configuration.set("partitioner", "murmur2_random")
        configuration.withPointer { conf in
            rd_kafka_conf_set_dr_msg_cb(conf) { _, message, opaque in
                guard let message = message?.pointee, let opaque else { return }
                let context = Unmanaged<ProducerContext>.fromOpaque(opaque).takeUnretainedValue()
                // The record's index travels as its opaque pointer, plus one so that it is never nil.
                let index = Int(bitPattern: message._private) - 1
                let failure = message.err == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaReason(message.err)
                context.tally.report(index: index, failure: failure)
            }
        }
        context = ProducerContext(log: log)
        pointer = try configuration.makeClient(RD_KAFKA_PRODUCER, context: context)
    }

    deinit {
        // What is still queued was given up by the caller; without the purge destruction would wait.
        rd_kafka_purge(pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_poll(pointer, 0)
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        withExtendedLifetime(context) { rd_kafka_destroy(pointer) }
    }

    /// Makes handles for topics not used before. Without a handle and known metadata the first
    /// record to a topic waits a whole second in librdkafka before 2.10.1.
    func open(_ names: Set<String>, until deadline: ContinuousClock.Instant) throws(MessagingError) {
        let missing = names.subtracting(topics.keys)
        guard !missing.isEmpty else { return }
        let known = try fetchTopicNames(until: deadline)
        for name in missing.sorted() {
            guard known.contains(name) else { throw .unknownTopic(name) }
            guard let topic = rd_kafka_topic_new(pointer, name, nil) else {
                throw .requestFailed(KafkaReason(rd_kafka_last_error()))
            }
            topics[name] = topic
        }
    }

    /// Hands one record over; librdkafka copies it.
    func enqueue(_ record: OutgoingRecord, index: Int) -> KafkaReason? {
        guard let topic = topics[record.topic] else {
            return KafkaReason(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        }
        let headers = makeHeaders(record.headers)
        let error = record.key.withUnsafeBytes { key in
            record.value.withUnsafeBytes { value in
                let arguments = [
                    argument(RD_KAFKA_VTYPE_RKT) { $0.rkt = topic },
                    argument(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = RD_KAFKA_MSG_F_COPY },
                    argument(RD_KAFKA_VTYPE_KEY) { $0.mem = .init(key) },
                    argument(RD_KAFKA_VTYPE_VALUE) { $0.mem = .init(value) },
                    argument(RD_KAFKA_VTYPE_OPAQUE) { $0.ptr = UnsafeMutableRawPointer(bitPattern: index + 1) },
                    argument(RD_KAFKA_VTYPE_HEADERS) { $0.headers = headers },
                ]
                // Never with an explicit partition: one that does not exist makes librdkafka
                // before 2.12 free the headers twice.
                return rd_kafka_produceva(pointer, arguments, headers == nil ? arguments.count - 1 : arguments.count)
            }
        }
        guard let error else { return nil }
        // The headers change hands only on success.
        headers.map(rd_kafka_headers_destroy)
        return KafkaReason(consuming: error)
    }

    private func fetchTopicNames(until deadline: ContinuousClock.Instant) throws(MessagingError) -> Set<String> {
        while true {
            let remaining = ContinuousClock.now.duration(to: deadline)
            do throws(MessagingError) {
                let metadata = try ClusterMetadata.fetch(pointer, timeout: min(remaining, .seconds(2)))
                return Set(metadata.topics.map(\.name))
            } catch {
                guard remaining > .zero else { throw error }
                rd_kafka_poll(pointer, 100)
            }
        }
    }

    private func makeHeaders(_ headers: [RecordHeader]) -> OpaquePointer? {
        guard !headers.isEmpty, let list = rd_kafka_headers_new(headers.count) else { return nil }
        for header in headers {
            var name = header.name
            name.withUTF8 { name in
                header.value.withUnsafeBytes { value in
                    _ = rd_kafka_header_add(
                        list, UnsafeRawPointer(name.baseAddress)?.assumingMemoryBound(to: CChar.self), name.count,
                        value.baseAddress ?? emptyBytes, value.count)
                }
            }
        }
        return list
    }
}

/// An address for empty values, which librdkafka would otherwise take for null.
private nonisolated(unsafe) let emptyBytes = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))

private typealias ArgumentValue = rd_kafka_vu_t.__Unnamed_union_u

private func argument(_ type: rd_kafka_vtype_t, _ fill: (inout ArgumentValue) -> Void) -> rd_kafka_vu_t {
    var argument = rd_kafka_vu_t()
    argument.vtype = type
    fill(&argument.u)
    return argument
}

extension rd_kafka_vu_t.__Unnamed_union_u.__Unnamed_struct_mem {
    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        self.init(ptr: UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? emptyBytes), size: bytes.count)
    }
}
