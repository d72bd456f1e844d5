import CRdKafka

extension KafkaReason {
    init(_ code: rd_kafka_resp_err_t, explanation: String? = nil) {
        self.init(
            code: code.rawValue, name: String(cString: rd_kafka_err2name(code)),
            explanation: explanation ?? String(cString: rd_kafka_err2str(code)),
            isTransient: !Self.permanent.contains(code.rawValue))
    }

    /// Takes over and frees an error object of librdkafka.
    init(consuming error: OpaquePointer) {
        self.init(rd_kafka_error_code(error), explanation: String(cString: rd_kafka_error_string(error)))
        rd_kafka_error_destroy(error)
    }

    /// The fatal error a client has raised, or nil. `_FATAL` itself only says that there is one.
    static func fatal(of client: OpaquePointer) -> KafkaReason? {
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(client, &text, text.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaReason(code, explanation: String(nullTerminated: text))
    }

    /// Errors that only a change of data, rights or configuration can cure.
    private static let permanent: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
            RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
            RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT,
            RD_KAFKA_RESP_ERR_POLICY_VIOLATION, RD_KAFKA_RESP_ERR_INVALID_CONFIG,
            RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, RD_KAFKA_RESP_ERR__INVALID_ARG,
            RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR__AUTHENTICATION,
        ].map(\.rawValue))
}

extension String {
    /// Text that C wrote into a buffer.
    init(nullTerminated buffer: [CChar]) {
        self.init(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
