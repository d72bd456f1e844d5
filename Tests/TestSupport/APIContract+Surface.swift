import Foundation

/// What of a document others rely on, part by part, so that two states of it can be compared.
extension APIContract {
    /// One value of a request or an answer: whether it must be there, of what kinds it can be, and its bounds.
    ///
    /// As text: `required string(uuid)|null 1..36`.
    public struct Part: Hashable, Sendable, CustomStringConvertible {
        public var isRequired: Bool
        /// Types with their format or pattern; of an enumeration its values, each behind `=`.
        public var kinds: Set<String>
        public var least: Int?
        public var most: Int?

        public var description: String {
            let bounds = least == nil && most == nil ? "" : " \(least.map { "\($0)" } ?? "")..\(most.map { "\($0)" } ?? "")"
            return (isRequired ? "required " : "optional ") + kinds.sorted().joined(separator: "|") + bounds
        }

        /// Reads what ``description`` wrote.
        public init?(_ text: String) {
            let words = text.split(separator: " ", maxSplits: 1)
            guard words.count == 2, words[0] == "required" || words[0] == "optional" else { return nil }
            isRequired = words[0] == "required"
            var rest = words[1]
            if let bounds = rest.firstMatch(of: /\ (-?\d*)\.\.(-?\d*)$/) {
                (least, most) = (Int(bounds.1), Int(bounds.2))
                rest = rest[..<bounds.range.lowerBound]
            }
            // A bar within a pattern stands in parentheses.
            var depth = 0
            kinds = Set(
                rest.split(whereSeparator: { letter in
                    depth += letter == "(" ? 1 : letter == ")" ? -1 : 0
                    return letter == "|" && depth == 0
                }).map(String.init))
        }

        init(_ schema: [String: Any], isRequired: Bool, of contract: APIContract) {
            self.isRequired = isRequired
            kinds = []
            for alternative in contract.alternatives(schema) {
                if let values = alternative["enum"] as? [Any] {
                    kinds.formUnion(values.map { $0 is NSNull ? "null" : "=\($0)" })
                    continue
                }
                if let constant = alternative["const"] { kinds.insert("=\(constant)") }
                let types = (alternative["type"] as? [String]) ?? [alternative["type"] as? String ?? "anything"]
                let form = (alternative["format"] ?? alternative["pattern"]) as? String
                kinds.formUnion(types.map { $0 == "string" ? form.map { "string(\($0))" } ?? "string" : $0 })
                for name in ["minimum", "minLength", "minItems"] { least = alternative[name] as? Int ?? least }
                for name in ["maximum", "maxLength", "maxItems"] { most = alternative[name] as? Int ?? most }
            }
        }
    }

    /// Every part, by a name such as `POST /v1/episodes request /participants/*/role`; operations themselves have nil.
    public var surface: [String: Part?] {
        var parts: [String: Part?] = [:]
        for (path, methods) in paths {
            for (method, operation) in methods {
                let name = "\(method.uppercased()) \(path)"
                parts[name] = .some(nil)
                for parameter in (operation["parameters"] as? [[String: Any]] ?? []).map(resolved) {
                    let place = "\(parameter["in"] ?? "") \(parameter["name"] ?? "")"
                    parts["\(name) request \(place)"] = Part(
                        parameter["schema"] as? [String: Any] ?? [:], isRequired: parameter["required"] as? Bool ?? false,
                        of: self)
                }
                add(resolved(operation["requestBody"] as? [String: Any] ?? [:]), "\(name) request ", to: &parts)
                for (status, answer) in operation["responses"] as? [String: [String: Any]] ?? [:] where status.hasPrefix("2") {
                    add(resolved(answer), "\(name) answer \(status) ", to: &parts)
                }
            }
        }
        return parts
    }

    private func add(_ body: [String: Any], _ place: String, to parts: inout [String: Part?]) {
        for (type, media) in body["content"] as? [String: [String: Any]] ?? [:] {
            let schema = (media["x-itemSchema"] ?? media["schema"]) as? [String: Any] ?? [:]
            add(schema, isRequired: true, "\(place)\(type) ", to: &parts)
        }
    }

    private func add(_ schema: [String: Any], isRequired: Bool, _ place: String, to parts: inout [String: Part?]) {
        parts[place] = Part(schema, isRequired: isRequired, of: self)
        for alternative in alternatives(schema) {
            let required = Set(alternative["required"] as? [String] ?? [])
            for (name, property) in alternative["properties"] as? [String: [String: Any]] ?? [:] {
                add(property, isRequired: required.contains(name), "\(place)/\(name)", to: &parts)
            }
            if let items = alternative["items"] as? [String: Any] {
                add(items, isRequired: true, "\(place)/*", to: &parts)
            }
        }
    }

    /// A schema with its references followed; several where it is one or another.
    private func alternatives(_ schema: [String: Any]) -> [[String: Any]] {
        let schema = resolved(schema)
        let several = (schema["oneOf"] ?? schema["anyOf"]) as? [[String: Any]] ?? []
        // Beside properties `oneOf` says which of them go together.
        guard schema["properties"] == nil, !several.isEmpty else { return [schema] }
        return several.flatMap(alternatives)
    }
}
