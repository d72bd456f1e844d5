import Contracts
import Domain
import Testing

@Suite struct NotificationEventCodecTests {
    static let results: [NotificationResult] = [
        .delivered(attempt: 2, template: "alert-waiting.en.1", reply: 250),
        .failed(attempts: 12, reply: 503, reason: "the receiver failed"),
        .failed(attempts: 0, reply: nil, reason: "nobody there"),
        .withheld(told: DeliveryID("018f2c1e-7a00-7000-8000-000000000004")!), .bounced(status: "5.1.1"),
    ]

    private func event(_ channel: NotificationChannel, _ result: NotificationResult) -> NotificationEvent {
        NotificationEvent(
            delivery: DeliveryID("018f2c1e-7a00-7000-8000-000000000001")!,
            alert: AlertID("018f2c1e-7a00-7000-8000-000000000002")!,
            cause: EventID("018f2c1e-7a00-7000-8000-000000000003")!, recipient: "duty-desk", channel: channel,
            result: result)
    }

    @Test(arguments: NotificationChannel.allCases, results)
    func `Every notification event comes back as it was`(channel: NotificationChannel, result: NotificationResult) throws {
        let event = event(channel, result)
        #expect(try NotificationEventCodec.decode(NotificationEventCodec.encode(event), type: event.type) == event)
    }

    @Test func `Bytes that are no notification, or another than the type says, are refused`() throws {
        let delivered = try NotificationEventCodec.encode(event(.email, Self.results[0]))
        #expect(throws: MalformedEvent.self) {
            try NotificationEventCodec.decode(delivered, type: .notificationFailed)
        }
        for wrong: [UInt8] in [[], [0xFF], Array(delivered.dropLast(3))] {
            #expect(throws: MalformedEvent.self) {
                try NotificationEventCodec.decode(wrong, type: .notificationDelivered)
            }
        }
    }
}
