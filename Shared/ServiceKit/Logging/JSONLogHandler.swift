public import Domain
public import Logging

/// Writes each event as one line of JSON: `time`, `level`, `service`, `logger`, `message`, then the
/// metadata, nested values flattened into `outer_inner`.
public struct JSONLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let service: String
    private let label: String
    private let output: LineOutput
    private let now: @Sendable () -> Timestamp

    public init(
        service: String, label: String, level: Logger.Level, output: LineOutput = .standardError,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.service = service
        self.label = label
        self.output = output
        self.now = now
        logLevel = level
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var members: [JSON.Member] = [
            .init("time", .string(now().description)), .init("level", .string(event.level.rawValue)),
            .init("service", .string(service)), .init("logger", .string(label)),
            .init("message", .string(Self.limited(event.message.description))),
        ]
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        if let error = event.error {
            fields[LogKey.error] = "\(error)"
            fields[LogKey.errorType] = "\(type(of: error))"
        }
        var names: Set<String> = []
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            Self.flatten(LogKey.normalized(key), value, into: &members, &names)
        }
        var line = JSON.object(members).encoded
        line.append(UInt8(ascii: "\n"))
        output.write(line)
    }

    /// Two keys that become one when normalized are kept apart by a number: a field is never lost and
    /// a name never stands twice in a line.
    private static func flatten(
        _ key: String, _ value: Logger.MetadataValue, into members: inout [JSON.Member], _ names: inout Set<String>
    ) {
        switch value {
        case .dictionary(let inner):
            for (name, value) in inner.sorted(by: { $0.key < $1.key }) {
                flatten("\(key)_\(LogKey.normalized(name))", value, into: &members, &names)
            }
        case .string, .stringConvertible, .array:
            var name = key
            var copy = 2
            while !names.insert(name).inserted {
                name = "\(key)_\(copy)"
                copy += 1
            }
            members.append(.init(name, plain(value)))
        }
    }

    private static func plain(_ value: Logger.MetadataValue) -> JSON {
        switch value {
        case .string(let text): .string(limited(text))
        case .stringConvertible(let number as any FixedWidthInteger & CustomStringConvertible):
            .number(JSONNumber(checked: number.description))
        case .stringConvertible(let flag as Bool): .bool(flag)
        case .stringConvertible(let other): .string(limited(other.description))
        case .array(let elements): .array(elements.map(plain))
        case .dictionary(let inner):
            .object(inner.sorted { $0.key < $1.key }.map { .init(LogKey.normalized($0.key), plain($0.value)) })
        }
    }

    /// Longer texts are cut, so that a line stays within what collectors accept.
    private static func limited(_ text: String) -> String {
        text.utf8.count <= 8192 ? text : text.prefix(8000) + "…"
    }
}
