public import Contracts
import Crypto
public import Domain
public import TransparencyLog

/// What the audit log says of one event: everything by which readers know it, and a digest of its payload.
/// The payload itself stays out, so that the log proves what was known without being a second copy of it.
public struct AuditEntry: Hashable, Sendable {
    /// The Kafka topic through which the event came.
    public let topic: String
    public let event: EventID
    public let type: String
    public let episode: EpisodeID
    public let sequence: Int64
    public let site: SiteID
    public let time: Timestamp
    public let source: String
    /// SHA-256 of the payload, 32 bytes.
    public let payloadDigest: [UInt8]

    public init(
        topic: String, event: EventID, type: String, episode: EpisodeID, sequence: Int64, site: SiteID,
        time: Timestamp, source: String, payloadDigest: [UInt8]
    ) {
        self.topic = topic
        self.event = event
        self.type = type
        self.episode = episode
        self.sequence = sequence
        self.site = site
        self.time = time
        self.source = source
        self.payloadDigest = payloadDigest
    }

    /// The entry of an event as it came from Kafka.
    public init(topic: String, _ envelope: EventEnvelope) {
        self.init(
            topic: topic, event: envelope.id, type: envelope.type.rawValue, episode: envelope.episode,
            sequence: envelope.sequence, site: envelope.site, time: envelope.time, source: envelope.source,
            payloadDigest: Array(SHA256.hash(data: envelope.payload)))
    }
}

extension AuditEntry {
    /// First byte of the canonical form. Another layout gets another number; entries never change theirs.
    static let formatVersion: UInt8 = 1

    /// The bytes that the log hashes, the same for ever.
    ///
    /// The version byte 0x01, then nine fields in this order, each as its length in four bytes, big-endian,
    /// followed by its bytes:
    ///
    /// | field | bytes |
    /// |---|---|
    /// | topic | UTF-8 |
    /// | event id | 16, network order |
    /// | type | UTF-8 |
    /// | episode id | 16, network order |
    /// | sequence | 8, signed, big-endian |
    /// | site | UTF-8 |
    /// | time | 8, signed, big-endian: microseconds since 1970-01-01T00:00:00Z |
    /// | source | UTF-8 |
    /// | payload digest | 32, SHA-256 |
    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(125 + topic.utf8.count + type.utf8.count + site.text.utf8.count + source.utf8.count)
        bytes.append(Self.formatVersion)
        Self.append(topic.utf8, to: &bytes)
        Self.append(event.bytes, to: &bytes)
        Self.append(type.utf8, to: &bytes)
        Self.append(episode.bytes, to: &bytes)
        Self.append(sequence, to: &bytes)
        Self.append(site.text.utf8, to: &bytes)
        Self.append(time.microseconds, to: &bytes)
        Self.append(source.utf8, to: &bytes)
        Self.append(payloadDigest, to: &bytes)
        return bytes
    }

    /// The entry's leaf in the Merkle tree: SHA-256(0x00 ‖ canonical bytes), RFC 6962 section 2.1.
    public var leafHash: LogHash { LogHash.leaf(canonicalBytes) }

    private static func append(_ field: some Collection<UInt8>, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(field.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: field)
    }

    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { append($0, to: &bytes) }
    }
}
