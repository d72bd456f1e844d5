public import Domain
import FoundationEssentials
import SwiftProtobuf

/// What became of one notification to one recipient.
public struct NotificationEvent: Hashable, Sendable {
    public let delivery: DeliveryID
    public let alert: AlertID
    /// The alert event that called for the notification.
    public let cause: EventID
    /// Id in the routing table; never an address.
    public let recipient: String
    public let channel: NotificationChannel
    public let result: NotificationResult

    public init(
        delivery: DeliveryID, alert: AlertID, cause: EventID, recipient: String, channel: NotificationChannel,
        result: NotificationResult
    ) {
        self.delivery = delivery
        self.alert = alert
        self.cause = cause
        self.recipient = recipient
        self.channel = channel
        self.result = result
    }

    public var type: EventType {
        switch result {
        case .delivered: .notificationDelivered
        case .failed: .notificationFailed
        case .withheld: .notificationWithheld
        case .bounced: .notificationBounced
        }
    }
}

/// The way a notification takes.
public enum NotificationChannel: String, Hashable, Sendable, CaseIterable {
    case email, webhook
    /// A message kept for one person, who reads it after signing in.
    case inbox
}

public enum NotificationResult: Hashable, Sendable {
    /// The receiver has taken it over.
    /// - Parameters:
    ///   - attempt: which one succeeded, from 1.
    ///   - template: name of the text that was sent.
    ///   - reply: the receiver's SMTP or HTTP code; 201 for a message in an inbox.
    case delivered(attempt: Int, template: String, reply: Int)
    /// It was given up.
    /// - Parameters:
    ///   - attempts: how many were made; 0 where none could be.
    ///   - reply: code of the last attempt; nil where none came.
    ///   - reason: in words, without addresses.
    case failed(attempts: Int, reply: Int?, reason: String)
    /// It is not sent, unless what it leans on turns out not to have arrived.
    /// - Parameter told: the delivery that told the recipient of the alert before it.
    case withheld(told: DeliveryID)
    /// What had been taken over came back.
    /// - Parameter status: of RFC 3463, e.g. `5.1.1`.
    case bounced(status: String)
}

/// Notification events as bytes: the payload in the ledger and the value on Kafka.
public enum NotificationEventCodec {
    public static func encode(_ event: NotificationEvent) throws -> [UInt8] {
        var message = Attune_V1_NotificationEvent()
        message.deliveryID = event.delivery.data
        message.alertID = event.alert.data
        message.causeEventID = event.cause.data
        message.recipient = event.recipient
        message.channel = Attune_V1_NotificationChannel(event.channel)
        message.body =
            switch event.result {
            case .delivered(let attempt, let template, let reply):
                .delivered(.with {
                    $0.attempt = UInt32(clamping: attempt)
                    $0.template = template
                    $0.status = UInt32(clamping: reply)
                })
            case .failed(let attempts, let reply, let reason):
                .failed(.with {
                    $0.attempts = UInt32(clamping: attempts)
                    $0.status = UInt32(clamping: reply ?? 0)
                    $0.reason = reason
                })
            case .withheld(let told): .withheld(.with { $0.toldDeliveryID = told.data })
            case .bounced(let status): .bounced(.with { $0.status = status })
            }
        return try message.serializedBytes()
    }

    /// Reads a payload back and checks that it is what `type` says.
    public static func decode(_ payload: [UInt8], type: EventType) throws(MalformedEvent) -> NotificationEvent {
        let message: Attune_V1_NotificationEvent
        do {
            message = try Attune_V1_NotificationEvent(serializedBytes: payload)
        } catch {
            throw MalformedEvent(field: "value", problem: "not a protobuf NotificationEvent")
        }
        guard let body = message.body else {
            throw MalformedEvent(field: "body", problem: "holds no result that this version knows")
        }
        let event = NotificationEvent(
            delivery: try DeliveryID(message.deliveryID, field: "delivery_id"),
            alert: try AlertID(message.alertID, field: "alert_id"),
            cause: try EventID(message.causeEventID, field: "cause_event_id"), recipient: message.recipient,
            channel: try NotificationChannel(message.channel), result: try result(of: body))
        guard event.type == type else {
            throw MalformedEvent(field: "ce_type", problem: "says \(type.rawValue), the message is \(event.type.rawValue)")
        }
        return event
    }

    private static func result(
        of body: Attune_V1_NotificationEvent.OneOf_Body
    ) throws(MalformedEvent) -> NotificationResult {
        switch body {
        case .delivered(let message):
            return .delivered(attempt: Int(message.attempt), template: message.template, reply: Int(message.status))
        case .failed(let message):
            return .failed(
                attempts: Int(message.attempts), reply: message.status == 0 ? nil : Int(message.status),
                reason: message.reason)
        case .withheld(let message):
            return .withheld(told: try DeliveryID(message.toldDeliveryID, field: "withheld.told_delivery_id"))
        case .bounced(let message):
            return .bounced(status: message.status)
        }
    }
}

extension Attune_V1_NotificationChannel {
    init(_ channel: NotificationChannel) {
        self =
            switch channel {
            case .email: .email
            case .webhook: .webhook
            case .inbox: .inbox
            }
    }
}

extension NotificationChannel {
    init(_ message: Attune_V1_NotificationChannel) throws(MalformedEvent) {
        switch message {
        case .email: self = .email
        case .webhook: self = .webhook
        case .inbox: self = .inbox
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "channel", problem: "not a known channel")
        }
    }
}
