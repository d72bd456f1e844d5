import CRdKafka
import Contracts

extension ConsumedRecord {
    /// Copies a message out of librdkafka's memory.
    init(copying message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let fields = message.pointee
        var timestampType = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        self.init(
            topic: String(cString: rd_kafka_topic_name(fields.rkt)), partition: fields.partition,
            offset: fields.offset,
            key: [UInt8](UnsafeRawBufferPointer(start: fields.key, count: fields.key_len)),
            headers: Self.copyHeaders(of: message),
            value: fields.payload.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: fields.len)) },
            timestampMilliseconds: rd_kafka_message_timestamp(message, &timestampType))
    }

    private static func copyHeaders(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> [RecordHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        let count = rd_kafka_header_cnt(list)
        return (0..<count).compactMap { index in
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            guard rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let name
            else { return nil }
            return RecordHeader(
                name: String(cString: name), value: [UInt8](UnsafeRawBufferPointer(start: value, count: size)))
        }
    }
}
