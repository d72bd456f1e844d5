/// Why the routes cannot be used. A service that cannot read them does not start: a misspelt recipient
/// that is silently skipped is an alert that nobody hears of.
public struct RoutesError: Error, Hashable, CustomStringConvertible {
    public let file: String
    /// From 1; nil where the whole file is meant.
    public let line: Int?
    /// What is wrong and what is allowed; never an address, a URL or a key.
    public let reason: String

    /// `file:line: reason`, as editors and terminals link it.
    public var description: String { "\(file):\(line.map { "\($0):" } ?? "") \(reason)" }
}
