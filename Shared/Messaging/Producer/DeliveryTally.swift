/// Counts delivery reports of the records handed to librdkafka in one `publish`.
struct DeliveryTally {
    private(set) var accepted = 0
    private(set) var delivered = 0
    private(set) var refused = 0
    /// The refused record that comes first in the caller's order, not the one reported first.
    private(set) var firstRefusal: (index: Int, reason: KafkaReason)?

    /// Records without a report yet.
    var outstanding: Int { accepted - delivered - refused }

    mutating func accept() { accepted += 1 }

    mutating func report(index: Int, failure: KafkaReason?) {
        guard let failure else { return delivered += 1 }
        refused += 1
        note(index: index, reason: failure)
    }

    /// A record librdkafka would not even take; it gets no report.
    mutating func reject(index: Int, reason: KafkaReason) { note(index: index, reason: reason) }

    private mutating func note(index: Int, reason: KafkaReason) {
        if let firstRefusal, firstRefusal.index <= index { return }
        firstRefusal = (index, reason)
    }
}
