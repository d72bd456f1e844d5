import Yams

/// A place in the routes file, read strictly: what is not understood is refused.
struct RouteNode {
    let file: String
    /// Dotted path of the field, for messages.
    let path: String
    let node: Node

    func refusal(_ reason: String) -> RoutesError {
        RoutesError(file: file, line: node.mark?.line, reason: "\(path): \(reason)")
    }

    /// The fields of a mapping by name, each checked by `admits`, which says why a name is refused.
    func fields(_ admits: (String) -> String?) throws(RoutesError) -> [(name: String, place: RouteNode)] {
        guard let mapping = node.mapping else { throw refusal("must be a mapping of fields") }
        var fields: [(name: String, place: RouteNode)] = []
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            if let problem = admits(name) {
                throw RoutesError(file: file, line: key.mark?.line, reason: "\(path): \(problem)")
            }
            fields.append((name, RouteNode(file: file, path: "\(path).\(name)", node: value)))
        }
        return fields
    }

    /// The fields of a mapping that may hold these and no others.
    func fields(knowing known: String...) throws(RoutesError) -> RouteFields {
        let fields = try fields { name in
            known.contains(name)
                ? nil : "unknown field \"\(name)\"; known are \(known.joined(separator: ", "))"
        }
        return RouteFields(
            place: self, fields: Dictionary(fields.map { ($0.name, $0.place) }, uniquingKeysWith: { first, _ in first }))
    }

    func list() throws(RoutesError) -> [RouteNode] {
        guard let sequence = node.sequence else { throw refusal("must be a list") }
        return sequence.enumerated().map { index, node in
            RouteNode(file: file, path: "\(path)[\(index + 1)]", node: node)
        }
    }

    func text() throws(RoutesError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw refusal("must be a text") }
        return text
    }

    func flag() throws(RoutesError) -> Bool {
        switch try text() {
        case "true": return true
        case "false": return false
        default: throw refusal("must be true or false")
        }
    }
}

struct RouteFields {
    let place: RouteNode
    fileprivate let fields: [String: RouteNode]

    func optional(_ name: String) -> RouteNode? { fields[name] }

    func required(_ name: String) throws(RoutesError) -> RouteNode {
        guard let field = fields[name] else { throw place.refusal("field \(name) is missing") }
        return field
    }
}

extension RouteNode {
    /// The top of a file.
    static func compose(_ text: String, file: String) throws(RoutesError) -> RouteNode {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw RoutesError(file: file, line: nil, reason: "is empty")
            }
            return RouteNode(file: file, path: "routes", node: node)
        } catch let error as RoutesError {
            throw error
        } catch let error as YamlError {
            throw refusal(error, file)
        } catch {
            throw RoutesError(file: file, line: nil, reason: "is not YAML")
        }
    }

    /// Without the lines that the parser quotes: they may hold an address.
    private static func refusal(_ error: YamlError, _ file: String) -> RoutesError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            RoutesError(file: file, line: mark.line, reason: problem)
        case .duplicatedKeysInMapping(_, let context):
            RoutesError(file: file, line: context.mark.line, reason: "a field is given twice")
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            RoutesError(file: file, line: nil, reason: "cannot be read as YAML")
        }
    }
}
