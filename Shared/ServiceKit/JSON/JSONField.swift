public import Domain

/// A value of a request together with its place, read by what it should be.
///
/// Every reader throws a ``FieldError`` that names the place; nothing is converted silently.
public struct JSONField: Sendable {
    public let value: JSON
    let path: JSONPath

    /// The root of a document.
    public init(_ value: JSON) { self.init(value, path: .root) }

    init(_ value: JSON, path: JSONPath) {
        self.value = value
        self.path = path
    }

    /// JSON pointer (RFC 6901) of this value.
    public var pointer: String { path.pointer }

    /// A fault of this value: `detail` says what it should be.
    public func error(_ detail: String) -> FieldError { FieldError(pointer: pointer, detail: detail) }

    /// An object that has no other members than those named.
    public func object(_ names: Set<String>) throws(FieldError) -> JSONObject {
        let object = try anyObject()
        if let member = object.members.first(where: { !names.contains($0.name) }) {
            throw FieldError(pointer: JSONPath.inner(path, .name(member.name)).pointer, detail: "is not a known field")
        }
        return object
    }

    /// An object whose further members are of no concern, as standards such as FHIR demand.
    public func anyObject() throws(FieldError) -> JSONObject {
        guard case .object(let members) = value else { throw mismatch("an object") }
        return JSONObject(members: members, path: path)
    }

    public func array(_ count: ClosedRange<Int> = 0...10_000) throws(FieldError) -> [JSONField] {
        guard case .array(let elements) = value else { throw mismatch("an array") }
        guard count.contains(elements.count) else {
            throw error("must have \(count.lowerBound) to \(count.upperBound) entries")
        }
        return elements.enumerated().map { JSONField($0.element, path: .inner(path, .index($0.offset))) }
    }

    /// Text of some length, counted in Unicode scalars.
    public func string(_ length: ClosedRange<Int> = 1...1000) throws(FieldError) -> String {
        guard case .string(let text) = value else { throw mismatch("a string") }
        guard length.contains(text.unicodeScalars.count) else {
            throw error("must have \(length.lowerBound) to \(length.upperBound) characters")
        }
        return text
    }

    public func bool() throws(FieldError) -> Bool {
        guard case .bool(let value) = value else { throw mismatch("a boolean") }
        return value
    }

    /// A number with its exact decimal text.
    public func number() throws(FieldError) -> JSONNumber {
        guard case .number(let number) = value else { throw mismatch("a number") }
        return number
    }

    /// A whole number, written without fraction.
    public func integer(_ range: ClosedRange<Int> = Int.min...Int.max) throws(FieldError) -> Int {
        guard let number = try number().integer.flatMap(Int.init(exactly:)) else { throw error("must be a whole number") }
        guard range.contains(number) else {
            throw error("must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number with at most `decimals` digits after the point, times 10 to the power of `decimals`.
    public func scaled(decimals: Int) throws(FieldError) -> Int64 {
        guard let scaled = try number().scaled(decimals: decimals) else {
            throw error("must be a number with at most \(decimals) decimal places")
        }
        return scaled
    }

    /// One of the cases of an enumeration, by its raw text.
    public func choice<Choice>(_ type: Choice.Type = Choice.self) throws(FieldError) -> Choice
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let choice = Choice(rawValue: try string()) else {
            throw error("must be one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    public func identity<ID: Identity>(_ type: ID.Type = ID.self) throws(FieldError) -> ID {
        let text = try string()
        // Other spellings of a UUID exist; one form only, so that the same id is always the same text.
        guard text.utf8.count == 36, let id = ID(text) else {
            throw error("must be a UUID such as 018f2c1e-7a00-7000-8000-000000000001")
        }
        guard id.bytes.contains(where: { $0 != 0 }) else { throw error("must not be the nil UUID") }
        return id
    }

    public func name<N: Name>(_ type: N.Type = N.self) throws(FieldError) -> N {
        guard let name = N(try string()) else {
            throw error("must be 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\", starting with a letter or digit")
        }
        return name
    }

    public func day() throws(FieldError) -> CalendarDay {
        guard let day = CalendarDay(try string()) else { throw error("must be a calendar day such as 2026-03-01") }
        return day
    }

    /// An instant with a zone, e.g. `2026-03-01T09:30:00+01:00`; digits beyond microseconds are dropped.
    public func instant() throws(FieldError) -> Timestamp {
        guard let instant = InstantText.read(try string()) else {
            throw error("must be an RFC 3339 time with a zone, such as 2026-03-01T09:30:00+01:00")
        }
        return instant
    }

    private func mismatch(_ wanted: String) -> FieldError { error("must be \(wanted), not \(value.kind)") }
}

/// The members of an object, by name.
public struct JSONObject: Sendable {
    let members: [JSON.Member]
    let path: JSONPath

    public var names: [String] { members.map(\.name) }

    /// A member that must be there and not null.
    public subscript(_ name: String) -> JSONField {
        get throws(FieldError) {
            guard let field = optional(name) else {
                throw FieldError(pointer: JSONPath.inner(path, .name(name)).pointer, detail: "is missing")
            }
            return field
        }
    }

    /// A member that may be left out or null.
    public func optional(_ name: String) -> JSONField? {
        guard let member = members.first(where: { $0.name == name }), member.value != .null else { return nil }
        return JSONField(member.value, path: .inner(path, .name(name)))
    }
}
