/// Names of fields in log lines. One name for one thing, so that a search finds it in every service.
public enum LogKey {
    public static let requestID = "request_id"
    /// Of W3C trace context: the same in every service that handles what follows from one request.
    public static let trace = "trace_id"
    public static let route = "route"
    public static let method = "method"
    public static let status = "status"
    public static let duration = "duration_ms"
    public static let component = "component"
    public static let error = "error"
    public static let errorType = "error_type"
    public static let site = "site"
    public static let episode = "episode_id"
    public static let event = "event_id"
    public static let topic = "topic"
    public static let partition = "partition"
    public static let offset = "offset"

    /// A key as it is written: lower-case words joined by `_`, whatever a library called it.
    ///
    /// `hb.request.id` becomes `request_id`; names of the line's own fields get `field_` before them.
    static func normalized(_ key: String) -> String {
        if key == "hb.request.id" { return requestID }
        var name = ""
        var previousIsLower = false
        for character in key.unicodeScalars {
            switch character {
            case "a"..."z", "0"..."9":
                name.unicodeScalars.append(character)
                previousIsLower = true
            case "A"..."Z":
                if previousIsLower { name += "_" }
                name += String(character).lowercased()
                previousIsLower = false
            default:
                if !name.isEmpty, name.last != "_" { name += "_" }
                previousIsLower = false
            }
        }
        while name.last == "_" { name.removeLast() }
        return name.isEmpty || Self.own.contains(name) ? "field_\(name)" : name
    }

    private static let own: Set<String> = ["time", "level", "service", "message", "logger"]
}
