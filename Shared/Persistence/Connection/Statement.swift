/// One SQL statement, prepared once per connection. Values go in as parameters `$1`, `$2`, …, never into the text.
public struct Statement: Hashable, Sendable, ExpressibleByStringLiteral {
    public let sql: String

    public init(_ sql: String) { self.sql = sql }
    public init(stringLiteral sql: String) { self.sql = sql }
}
