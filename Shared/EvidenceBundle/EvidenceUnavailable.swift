/// Why a bundle could not be made or looked at: not a result of looking.
public struct EvidenceUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// Told how far long work has come: what is being done, and how much of it.
public typealias EvidenceProgress = (_ what: String, _ done: Int, _ total: Int) -> Void
