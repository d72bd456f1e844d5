import Contracts
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
    static func body(_ message: OutgoingMessage, portal: String?) -> [UInt8] {
        let notice = message.notice
        var data: [JSON.Member] = []
        if let alert = notice.alert { data.append(.init("alertId", .text(alert))) }
        if case .digest(let count) = notice.occasion { data.append(.init("count", .integer(count))) }
        data += [
            .init("urgency", .string(notice.urgency.word)), .init("dueAt", .text(notice.dueAt)),
            .init("site", .text(notice.site)),
        ]
        if let link = notice.link(portal: portal) { data.append(.init("link", .string(link))) }
        let event: JSON = [
            "specversion": "1.0", "id": .text(message.id), "source": "/attune/notification",
            "type": .string(eventType(notice.occasion)), "time": .text(message.createdAt),
            "datacontenttype": "application/json", "data": .object(data),
        ]
        return event.encoded
    }

    private static func eventType(_ occasion: Notice.Occasion) -> String {
        switch occasion {
        case .waiting: "attune.alert.waiting.v1"
        case .overdue: "attune.alert.overdue.v1"
        case .digest: "attune.alert.digest.v1"
        case .test: "attune.test.v1"
        }
    }

    static func request(
        _ body: [UInt8], to target: WebhookTarget, of message: DeliveryID, trace: TraceContext?, at time: Timestamp,
        timeout: Duration, connectTimeout: Duration
    ) throws(OutboundError) -> HTTPRequest {
        let seconds = time.microseconds / 1_000_000
        var headers = [
            try Header("Content-Type", "application/cloudevents+json; charset=utf-8"),
            try Header("Attune-Delivery", message.description),
            try Header("Attune-Signature", signature(of: body, at: seconds, with: target.keys)),
        ]
        if let trace { headers.append(try Header("traceparent", trace.following(message.bytes).description)) }
        return try HTTPRequest(
            .post, url: target.url, headers: headers,
            // Nobody reads the answer; its status counts.
            body: body, timeout: timeout, connectTimeout: connectTimeout, maxResponseBytes: 1 << 20)
    }

    /// `t=<unix seconds>,kid=<key id>,v1=<hex>`: HMAC-SHA256 over the seconds as written, a full stop and the
    /// body. The time is signed, so that a receiver can refuse what was recorded and is played again later. While keys
    /// change, `kid` and `v1` follow once more for the other key; a receiver checks the pair whose key it has.
    static func signature(of body: [UInt8], at seconds: Int64, with keys: [WebhookKey]) -> String {
        "t=\(seconds)" + keys.map { ",kid=\($0.id),v1=\(code(of: body, at: seconds, with: $0))" }.joined()
    }

    private static func code(of body: [UInt8], at seconds: Int64, with key: WebhookKey) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: key.bytes))
        code.update(data: Array("\(seconds).".utf8))
        code.update(data: body)
        return code.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
