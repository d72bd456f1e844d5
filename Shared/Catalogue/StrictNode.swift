import Domain
import Yams

/// A place in a YAML file that is read strictly: whatever is not understood is refused with file, line
/// and reason, since a misspelt threshold that is silently skipped is a missed alert.
struct StrictNode {
    let file: String
    /// Dotted path of the field, for messages.
    let path: String
    let node: Node

    func refusal(_ reason: String) -> CatalogueError {
        CatalogueError(file: file, line: node.mark?.line, reason: "\(path): \(reason)")
    }

    var isMapping: Bool { node.mapping != nil }

    /// Reads a mapping that may hold the known fields and no other.
    ///
    /// Unknown fields are looked for first: a misspelt one is better named than the one it left missing.
    func mapping<Value>(
        _ known: String..., body: (StrictMapping) throws(CatalogueError) -> Value
    ) throws(CatalogueError) -> Value {
        try mapping(knowing: known, body: body)
    }

    /// The same for fields that are known as a list.
    func mapping<Value>(
        knowing known: [String], body: (StrictMapping) throws(CatalogueError) -> Value
    ) throws(CatalogueError) -> Value {
        guard let mapping = node.mapping else { throw refusal("must be a mapping of fields") }
        var fields: [String: StrictNode] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string, known.contains(name) else {
                throw CatalogueError(
                    file: file, line: key.mark?.line,
                    reason: "\(path): unknown field \(key.scalar?.string ?? ""); known are "
                        + known.joined(separator: ", "))
            }
            fields[name] = StrictNode(file: file, path: "\(path).\(name)", node: value)
        }
        return try body(StrictMapping(place: self, fields: fields))
    }

    /// The entries of a list.
    func list() throws(CatalogueError) -> [StrictNode] {
        guard let sequence = node.sequence else { throw refusal("must be a list") }
        return sequence.enumerated().map { index, node in
            StrictNode(file: file, path: "\(path)[\(index + 1)]", node: node)
        }
    }

    /// A scalar as written.
    func text() throws(CatalogueError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw refusal("must be a text") }
        return text
    }

    func name<Kind: Name>(_ kind: Kind.Type) throws(CatalogueError) -> Kind {
        guard let name = Kind(try text()) else {
            throw refusal("must be a name: 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit")
        }
        return name
    }

    func whole(_ allowed: ClosedRange<Int>) throws(CatalogueError) -> Int {
        guard let number = Int(try text()), allowed.contains(number) else {
            throw refusal("must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        return number
    }

    /// A number of points, as whole steps; never rounded.
    func steps(_ denominator: Int) throws(CatalogueError) -> Int {
        let written = try text()
        do {
            return try DecimalSteps.steps(written, denominator: denominator)
        } catch {
            throw refusal("\(error)")
        }
    }

    func number() throws(CatalogueError) -> Double {
        guard let number = Double(try text()), number.isFinite else { throw refusal("must be a number") }
        return number
    }

    func day() throws(CatalogueError) -> CalendarDay {
        guard let day = CalendarDay(try text()) else { throw refusal("must be a day such as 2026-03-01") }
        return day
    }

    func time() throws(CatalogueError) -> Timestamp {
        guard let time = Timestamp(try text()) else {
            throw refusal("must be a time such as 2026-03-01T09:30:00Z, with Z or an offset")
        }
        return time
    }

    func flag() throws(CatalogueError) -> Bool {
        switch try text() {
        case "true": return true
        case "false": return false
        default: throw refusal("must be true or false")
        }
    }

    /// Whether the word `off` stands where something else could.
    func isOff() throws(CatalogueError) -> Bool {
        if isMapping { return false }
        return try text() == "off"
    }

    func choice<Kind: RawRepresentable & CaseIterable>(
        _ kind: Kind.Type
    ) throws(CatalogueError) -> Kind where Kind.RawValue == String {
        guard let choice = Kind(rawValue: try text()) else {
            throw refusal("must be one of " + Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    /// A list without repetitions.
    func distinct<Element: Hashable>(
        _ read: (StrictNode) throws(CatalogueError) -> Element
    ) throws(CatalogueError) -> Set<Element> {
        var elements: Set<Element> = []
        for entry in try list() where !elements.insert(try read(entry)).inserted {
            throw entry.refusal("is listed twice")
        }
        guard !elements.isEmpty else { throw refusal("must not be empty") }
        return elements
    }
}

/// The fields of one mapping.
struct StrictMapping {
    let place: StrictNode
    fileprivate let fields: [String: StrictNode]

    /// A field that may be absent.
    func optional(_ name: String) -> StrictNode? { fields[name] }

    /// A field that may be absent, read where it is there.
    func optional<Value>(
        _ name: String, _ read: (StrictNode) throws(CatalogueError) -> Value
    ) throws(CatalogueError) -> Value? {
        guard let field = fields[name] else { return nil }
        return try read(field)
    }

    /// A field that must be there.
    func required(_ name: String) throws(CatalogueError) -> StrictNode {
        guard let field = fields[name] else { throw place.refusal("field \(name) is missing") }
        return field
    }
}
