/// The services that consume topics, and the schemas they own. The only source of schema names inside SQL text.
public enum ServiceSchema: String, Sendable, CaseIterable {
    case scoring, alerting, notification, audit

    /// The login role that owns nothing but may write this schema.
    public var role: String { "attune_\(rawValue)" }
}
