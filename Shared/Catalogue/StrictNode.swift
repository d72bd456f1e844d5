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

    /// Reads a mapping through `body`, then refuses the fields that `body` did not ask for.
    func mapping<Value>(
        _ body: (inout StrictMapping) throws(CatalogueError) -> Value
    ) throws(CatalogueError) -> Value {
        guard let mapping = node.mapping else { throw refusal("must be a mapping of fields") }
        var fields: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else { throw refusal("field names must be plain words") }
            fields[name] = value
        }
        var strict = StrictMapping(place: self, fields: fields)
        let value = try body(&strict)
        try strict.refuseUnread(in: mapping)
        return value
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

    func flag() throws(CatalogueError) -> Bool {
        switch try text() {
        case "true": return true
        case "false": return false
        default: throw refusal("must be true or false")
        }
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

/// The fields of one mapping; remembers which have been asked for.
struct StrictMapping {
    let place: StrictNode
    private let fields: [String: Node]
    private var read: Set<String> = []

    fileprivate init(place: StrictNode, fields: [String: Node]) {
        self.place = place
        self.fields = fields
    }

    /// A field that may be absent.
    mutating func optional(_ name: String) -> StrictNode? {
        read.insert(name)
        return fields[name].map { StrictNode(file: place.file, path: "\(place.path).\(name)", node: $0) }
    }

    /// A field that may be absent, read where it is there.
    mutating func optional<Value>(
        _ name: String, _ read: (StrictNode) throws(CatalogueError) -> Value
    ) throws(CatalogueError) -> Value? {
        guard let field = optional(name) else { return nil }
        return try read(field)
    }

    /// A field that must be there.
    mutating func required(_ name: String) throws(CatalogueError) -> StrictNode {
        guard let field = optional(name) else { throw place.refusal("field \(name) is missing") }
        return field
    }

    fileprivate func refuseUnread(in mapping: Node.Mapping) throws(CatalogueError) {
        for (key, _) in mapping {
            guard let name = key.scalar?.string, !read.contains(name) else { continue }
            let known = read.sorted().joined(separator: ", ")
            throw CatalogueError(
                file: place.file, line: key.mark?.line,
                reason: "\(place.path): unknown field \(name); known are \(known)")
        }
    }
}
