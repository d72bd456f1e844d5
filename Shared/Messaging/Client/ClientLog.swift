import CRdKafka
import Logging
import Synchronization

/// Turns librdkafka's own log lines and errors into ours, and keeps lasting trouble from filling
/// the log: while brokers are away, every broker thread complains at every attempt.
///
/// Called from librdkafka's internal threads.
final class ClientLog: Sendable {
    let logger: Logger
    /// By error code; connection trouble of any kind counts as one.
    private let throttles = Mutex<[Int32: Throttle]>([:])

    init(_ logger: Logger) { self.logger = logger }

    /// A log line of librdkafka, with its syslog level and facility.
    func line(level: Int32, facility: String, text: String) {
        if Self.connectionFacilities.contains(facility) { return trouble(text) }
        let swiftLevel: Logger.Level =
            switch level {
            case ...3: .error
            case 4: .warning
            case 5: .notice
            case 6: .info
            default: .debug
            }
        logger.log(level: swiftLevel, "librdkafka: \(text)", metadata: ["facility": "\(facility)"])
    }

    /// An error that librdkafka recovers from by itself.
    func error(_ reason: KafkaReason) {
        if Self.connectionErrors.contains(reason.code) { return trouble(reason.description) }
        warn(reason.code, "Kafka client error: \(reason)")
    }

    private func trouble(_ text: String) {
        warn(
            RD_KAFKA_RESP_ERR__TRANSPORT.rawValue,
            "connection to Kafka is impaired, librdkafka keeps trying: \(text)")
    }

    private func warn(_ kind: Int32, _ text: String) {
        let admitted = throttles.withLock { $0[kind, default: Throttle(interval: .seconds(10))].admit(at: .now) }
        guard let suppressed = admitted else { return }
        logger.warning("\(text)", metadata: suppressed > 0 ? ["suppressed": "\(suppressed)"] : [:])
    }

    private static let connectionFacilities: Set<String> = ["FAIL", "ERROR", "REQTMOUT", "DISCONN"]
    private static let connectionErrors: Set<Int32> = Set(
        [
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE,
            RD_KAFKA_RESP_ERR__TIMED_OUT,
        ].map(\.rawValue))
}

/// Lets one message through per interval and counts those it held back.
struct Throttle {
    let interval: Duration
    private var admitted: ContinuousClock.Instant?
    private var suppressed = 0

    init(interval: Duration) { self.interval = interval }

    /// How many were held back since the last admitted one; nil when this one is held back.
    mutating func admit(at now: ContinuousClock.Instant) -> Int? {
        if let admitted, now - admitted < interval {
            suppressed += 1
            return nil
        }
        defer { suppressed = 0 }
        admitted = now
        return suppressed
    }
}
