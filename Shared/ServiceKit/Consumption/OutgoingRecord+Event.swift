public import Contracts
public import Messaging

extension OutgoingRecord {
    /// An event as a Kafka record.
    public init(_ event: EventEnvelope, to topic: Topic) {
        self.init(
            topic: topic.name, key: CloudEventsBinding.key(of: event.episode),
            headers: CloudEventsBinding.headers(of: event),
            value: event.payload)
    }
}
