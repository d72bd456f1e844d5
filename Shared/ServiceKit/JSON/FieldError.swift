/// A value of a request that cannot be accepted: where it stands and what it should have been.
///
/// Never repeats the value, since it may be a client's answer or name.
public struct FieldError: Error, Hashable, Sendable {
    /// JSON pointer (RFC 6901) from the document's root; empty for the whole document.
    public let pointer: String
    /// Line of a file with one record a line, counted from 1; nil for a JSON document.
    public let line: Int?
    public let detail: String

    public init(pointer: String, line: Int? = nil, detail: String) {
        self.pointer = pointer
        self.line = line
        self.detail = detail
    }
}

/// Gathers the faults of a whole document, so that its sender learns of all of them at once.
public struct FieldErrors: Sendable {
    public private(set) var errors: [FieldError] = []

    public init() {}

    public mutating func append(_ error: FieldError) { errors.append(error) }

    /// The result of `read`, or nil after noting the fault it threw.
    public mutating func catching<Value>(_ read: () throws(FieldError) -> Value) -> Value? {
        do throws(FieldError) { return try read() } catch {
            errors.append(error)
            return nil
        }
    }

    /// Throws a ``Problem`` with every fault noted so far, if there is any.
    public func throwIfAny() throws(Problem) {
        if !errors.isEmpty { throw Problem.invalidContent(errors) }
    }
}
