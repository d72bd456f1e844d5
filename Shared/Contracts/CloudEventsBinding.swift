public import Domain

/// The CloudEvents 1.0 Kafka binding in binary mode: attributes as `ce_` headers, the protobuf
/// message as value, the episode's 16 id bytes as key.
public enum CloudEventsBinding {
    /// Header names and values of an event, in a fixed order.
    public static func headers(of event: EventEnvelope) -> [RecordHeader] {
        var headers: [(String, String)] = [
            ("ce_specversion", "1.0"),
            ("ce_id", event.id.description),
            ("ce_type", event.type.rawValue),
            ("ce_source", event.source),
            ("ce_subject", event.episode.description),
            ("ce_time", event.time.description),
            ("ce_sequence", String(event.sequence)),
            ("ce_site", event.site.text),
            ("content-type", "application/protobuf"),
        ]
        if let trace = event.trace { headers.append(("traceparent", trace.description)) }
        return headers.map { RecordHeader(name: $0.0, value: Array($0.1.utf8)) }
    }

    /// The Kafka key of an episode.
    public static func key(of episode: EpisodeID) -> [UInt8] { episode.bytes }

    /// Reads a record back. Header names are case-sensitive; unknown ones are ignored; of a name that
    /// stands twice the last counts.
    public static func event(
        key: [UInt8], headers: [RecordHeader], value: [UInt8]?
    ) throws(MalformedEvent) -> EventEnvelope {
        // A dozen names at most: looking through them is quicker than hashing them.
        func field(_ name: String) -> [UInt8]? { headers.last { $0.name == name }?.value }
        func text(_ name: String) throws(MalformedEvent) -> String {
            guard let bytes = field(name) else { throw MalformedEvent(field: name, problem: "header is missing") }
            guard bytes.count <= 256, let text = String(validating: bytes, as: UTF8.self) else {
                throw MalformedEvent(field: name, problem: "not UTF-8 text of at most 256 bytes")
            }
            return text
        }
        func parsed<Value>(
            _ name: String, _ form: String, _ parse: (String) -> Value?
        ) throws(MalformedEvent) -> Value {
            guard let value = parse(try text(name)) else {
                throw MalformedEvent(field: name, problem: "not \(form)")
            }
            return value
        }

        let version = try text("ce_specversion")
        guard version == "1.0" else { throw MalformedEvent(field: "ce_specversion", problem: "not 1.0") }
        let episode = try parsed("ce_subject", "an episode id (UUID)", { EpisodeID($0) })
        guard key == episode.bytes else {
            throw MalformedEvent(field: "key", problem: "does not name the episode of ce_subject")
        }
        guard let payload = value else {
            throw MalformedEvent(field: "value", problem: "is absent: these topics have no tombstones")
        }
        return EventEnvelope(
            id: try parsed("ce_id", "an event id (UUID)", { EventID($0) }),
            type: try parsed("ce_type", "a known event type", EventType.init(rawValue:)),
            source: try text("ce_source"),
            episode: episode,
            site: try parsed("ce_site", "a site name", { SiteID($0) }),
            sequence: try parsed("ce_sequence", "a positive integer", { Int64($0).flatMap { $0 > 0 ? $0 : nil } }),
            time: try parsed("ce_time", "an RFC 3339 time", { Timestamp($0) }),
            trace: field("traceparent").flatMap { TraceContext(utf8: $0) },
            payload: payload)
    }
}
