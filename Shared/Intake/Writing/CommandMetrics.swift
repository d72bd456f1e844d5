public import Persistence

/// What a program counts of the commands it has decided.
public protocol CommandMetrics: Sendable {
    /// Called once for each request, with an outcome for each submission.
    func decided(_ outcomes: [Outcome], of submissions: [Submission], in lane: Lane)
    /// Called once for each transaction, on the writer's thread.
    /// - Parameter duration: from the first statement to the commit.
    func committed(_ count: Int, in duration: Duration, lane: Lane)
}

/// For a program that counts requests and not commands.
public struct UncountedCommands: CommandMetrics {
    public init() {}
    public func decided(_ outcomes: [Outcome], of submissions: [Submission], in lane: Lane) {}
    public func committed(_ count: Int, in duration: Duration, lane: Lane) {}
}
