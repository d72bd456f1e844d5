import Crypto
import Domain
import FoundationEssentials
import Outbound
import ServiceKit

/// A notice as a signed request: a CloudEvents 1.0 event in structured JSON mode.
enum WebhookMessage {
    /// Stands in the ledger: a changed form gets a new name.
    static let template = "alert-event.1"

    /// The same bytes at every attempt: receivers recognise a repetition by `id`, and the header
    /// `Attune-Delivery` repeats it.
    static func body(_ notice: AlertNotice, of delivery: Delivery) -> [UInt8] {
        var data: [JSON.Member] = [
            .init("alertId", .text(notice.alert)), .init("urgency", .string(notice.urgency.word)),
            .init("dueAt", .text(notice.dueAt)), .init("site", .text(delivery.site)),
        ]
        if let link = notice.link { data.append(.init("link", .string(link))) }
        let event: JSON = [
            "specversion": "1.0", "id": .text(delivery.id), "source": "/attune/notification",
            "type": notice.isEscalation ? "attune.alert.overdue.v1" : "attune.alert.waiting.v1",
            "time": .text(delivery.createdAt), "datacontenttype": "application/json", "data": .object(data),
        ]
        return event.encoded
    }

    static func request(
        _ body: [UInt8], to target: WebhookTarget, of delivery: Delivery, at time: Timestamp, timeout: Duration,
        connectTimeout: Duration
    ) throws(OutboundError) -> HTTPRequest {
        let seconds = time.microseconds / 1_000_000
        return try HTTPRequest(
            .post, url: target.url,
            headers: [
                Header("Content-Type", "application/cloudevents+json; charset=utf-8"),
                Header("Attune-Delivery", delivery.id.description),
                Header("Attune-Signature", signature(of: body, at: seconds, with: target)),
            ],
            // Nobody reads the answer; its status counts.
            body: body, timeout: timeout, connectTimeout: connectTimeout, maxResponseBytes: 1 << 20)
    }

    /// `t=<unix seconds>,kid=<key id>,v1=<hex>`: HMAC-SHA256 over the seconds as written, a full stop and the
    /// body. The time is signed, so that a receiver can refuse what was recorded and is played again later.
    static func signature(of body: [UInt8], at seconds: Int64, with target: WebhookTarget) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: target.key))
        code.update(data: Array("\(seconds).".utf8))
        code.update(data: body)
        let hex = code.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "t=\(seconds),kid=\(target.keyID),v1=\(hex.joined())"
    }
}
