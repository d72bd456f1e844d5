import Contracts
import Crypto
import Domain
public import Persistence

extension AuditEntry {
    /// The entry that the log must have of an event of the ledger.
    public init(_ event: LedgerEvent) {
        self.init(
            topic: event.lane.topic.name, event: event.id, type: event.type, episode: event.stream,
            sequence: event.version, site: event.site, time: event.recordedAt, source: event.category.source,
            payloadDigest: Array(SHA256.hash(data: event.payload)))
    }

    /// In which respects another entry of the same event says something else.
    public func fields(differingFrom other: AuditEntry) -> [AuditField] {
        let comparisons: [(AuditField, Bool)] = [
            (.topic, topic == other.topic), (.type, type == other.type), (.episode, episode == other.episode),
            (.sequence, sequence == other.sequence), (.site, site == other.site), (.time, time == other.time),
            (.source, source == other.source), (.payload, payloadDigest == other.payloadDigest),
        ]
        return comparisons.filter { !$0.1 }.map(\.0)
    }

    /// Whether the entry is of a topic whose events follow from those of episodes and stand in no ledger.
    public var isDerived: Bool { AuditedTopics.derived.contains { $0.name == topic } }

    /// Whether this is a derived event that follows from one of the ledger: the same episode, site and version, and the
    /// same time prefix in its id, which is how derived ids are made.
    public func follows(_ cause: LedgerEvent) -> Bool {
        isDerived && cause.category == .episode && episode == cause.stream && site == cause.site
            && sequence == cause.version && event.bytes.prefix(6) == cause.id.bytes.prefix(6)
    }
}
