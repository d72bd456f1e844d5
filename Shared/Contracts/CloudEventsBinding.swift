public import Domain

/// The CloudEvents 1.0 Kafka binding in binary mode: attributes as `ce_` headers, the protobuf
/// message as value, the episode's 16 id bytes as key.
public enum CloudEventsBinding {
    /// Header names and values of an event, in a fixed order.
    public static func headers(of event: EventEnvelope) -> [RecordHeader] {
        var headers: [RecordHeader] = []
        headers.reserveCapacity(10)
        func add(_ name: String, _ value: String) { headers.append(RecordHeader(name: name, value: Array(value.utf8))) }
        headers.append(specVersion)
        add("ce_id", event.id.description)
        add("ce_type", event.type.rawValue)
        add("ce_source", event.source)
        add("ce_subject", event.episode.description)
        add("ce_time", event.time.description)
        add("ce_sequence", String(event.sequence))
        add("ce_site", event.site.text)
        headers.append(contentType)
        if let trace = event.trace { add("traceparent", trace.description) }
        return headers
    }

    private static let specVersion = RecordHeader(name: "ce_specversion", value: Array("1.0".utf8))
    private static let contentType = RecordHeader(name: "content-type", value: Array("application/protobuf".utf8))

    /// Bytes of a header that is read.
    static let longestHeader = 256

    /// The Kafka key of an episode.
    public static func key(of episode: EpisodeID) -> [UInt8] { episode.bytes }

    /// Reads a record back. Header names are case-sensitive; unknown ones are ignored; of a name that
    /// stands twice the last counts.
    public static func event(
        key: [UInt8], headers: [RecordHeader], value: [UInt8]?
    ) throws(MalformedEvent) -> EventEnvelope {
        // A dozen names at most: looking through them is quicker than hashing them.
        func field(_ name: String) throws(MalformedEvent) -> [UInt8] {
            guard let value = headers.last(where: { $0.name == name })?.value else {
                throw MalformedEvent(field: name, problem: "header is missing")
            }
            guard value.count <= longestHeader else {
                throw MalformedEvent(field: name, problem: "longer than \(longestHeader) bytes")
            }
            return value
        }
        func text(_ name: String) throws(MalformedEvent) -> String {
            guard let text = String(validating: try field(name), as: UTF8.self) else {
                throw MalformedEvent(field: name, problem: "not UTF-8 text")
            }
            return text
        }
        func parsed<Value>(
            _ name: String, _ form: String, _ parse: ([UInt8]) -> Value?
        ) throws(MalformedEvent) -> Value {
            guard let value = parse(try field(name)) else { throw MalformedEvent(field: name, problem: "not \(form)") }
            return value
        }

        guard try field("ce_specversion") == specVersion.value else {
            throw MalformedEvent(field: "ce_specversion", problem: "not 1.0")
        }
        let episode = try parsed("ce_subject", "an episode id (UUID)", { EpisodeID(utf8: $0) })
        guard key == episode.bytes else {
            throw MalformedEvent(field: "key", problem: "does not name the episode of ce_subject")
        }
        guard let payload = value else {
            throw MalformedEvent(field: "value", problem: "is absent: these topics have no tombstones")
        }
        return EventEnvelope(
            id: try parsed("ce_id", "an event id (UUID)", { EventID(utf8: $0) }),
            type: try parsed("ce_type", "a known event type", { EventType(utf8: $0) }),
            source: try text("ce_source"),
            episode: episode,
            site: try parsed("ce_site", "a site name", { SiteID(String(decoding: $0, as: UTF8.self)) }),
            sequence: try parsed("ce_sequence", "a positive integer", positive),
            time: try parsed("ce_time", "an RFC 3339 time", { Timestamp(utf8: $0) }),
            trace: headers.last { $0.name == "traceparent" }.flatMap { TraceContext(utf8: $0.value) },
            payload: payload)
    }

    private static func positive(_ digits: [UInt8]) -> Int64? {
        guard let value = Int64(String(decoding: digits, as: UTF8.self)), value > 0 else { return nil }
        return value
    }
}
