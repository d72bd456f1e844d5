import CRdKafka

/// The one object librdkafka hands back to every callback of a client (it has a single slot).
///
/// Only `log` is touched by librdkafka's own threads; the rest belongs to the thread that polls.
/// The owner of the client keeps the context alive until the client is destroyed.
class ClientContext {
    let log: ClientLog
    /// Set once librdkafka has declared the client unusable.
    private(set) var hasFatalError = false

    init(log: ClientLog) { self.log = log }

    func errorReported(_ reason: KafkaReason) {
        if reason.code == RD_KAFKA_RESP_ERR__FATAL.rawValue {
            hasFatalError = true
        } else {
            log.error(reason)
        }
    }

    static func from(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }

    static func of(_ client: OpaquePointer?) -> ClientContext? {
        client.flatMap { from(rd_kafka_opaque($0)) }
    }
}
