/// The services of a stack, in the order in which they start.
public enum StackService: String, CaseIterable, Sendable {
    case ingestion, scoring, alerting, notification, audit, portal

    /// Its program.
    public var executable: String { "attune-\(rawValue)" }
    /// The database role it works as.
    public var role: String { "attune_\(rawValue)" }
}
