import Foundation

/// A request made from an example of an OpenAPI document by one change, and what its schema says of that change.
public struct ContractCase: Sendable {
    public let path: String
    public let body: [UInt8]
    /// Of the value that was changed.
    let pointer: String
    let change: String
    /// Whether the schema refuses the change; otherwise it has nothing against it.
    let isRefused: Bool
    /// Where one of several fields must be given: the fault may be one of the object as a whole, or of another of them.
    let isOfWhole: Bool

    /// What a service's verdict has in contradiction to the schema; nil where they agree.
    ///
    /// - Parameter pointers: the places that a refusal of the content names; nil where the content was not refused.
    public func fault(pointers: [String]?) -> String? {
        let whole = Self.owner(of: pointer)
        let named = pointers?.contains { $0 == pointer || isOfWhole && ($0 == whole || Self.owner(of: $0) == whole) } ?? false
        if named == isRefused { return nil }
        let verdict = pointers.map { "is refused for \($0)" } ?? "is not refused"
        return "POST \(path): \(pointer) \(change) \(verdict), against the schema"
    }

    private static func owner(of pointer: String) -> String {
        pointer.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }
}

extension APIContract {
    /// The examples as they are, by path.
    public var examples: [(path: String, body: [UInt8])] {
        commands.map { ($0.path, Self.encoded($0.example)) }
    }

    /// Each example of a request with each field left out, null, of another type, beyond its bounds, and with a field that
    /// nobody knows, in objects within as well.
    public var cases: [ContractCase] {
        commands.flatMap { command in
            var found: [ContractCase] = []
            vary(command.schema, command.example, at: "") { pointer, change, isRefused, isOfWhole, changed in
                found.append(
                    ContractCase(
                        path: command.path, body: Self.encoded(changed), pointer: pointer, change: change,
                        isRefused: isRefused, isOfWhole: isOfWhole))
            }
            return found
        }
    }

    private static func encoded(_ value: Any) -> [UInt8] {
        (try? Array(JSONSerialization.data(withJSONObject: value, options: [.sortedKeys]))) ?? []
    }

    private var commands: [(path: String, schema: [String: Any], example: Any)] {
        paths.sorted { $0.key < $1.key }.flatMap { path, methods -> [(path: String, schema: [String: Any], example: Any)] in
            guard let body = methods["post"]?["requestBody"] as? [String: Any],
                let content = body["content"] as? [String: [String: Any]], let json = content["application/json"],
                let schema = json["schema"] as? [String: Any]
            else { return [] }
            let several = (json["examples"] as? [String: [String: Any]] ?? [:]).sorted { $0.key < $1.key }
            let examples = several.compactMap { $0.value["value"] } + [json["example"]].compactMap { $0 }
            let address = path.replacing(/\{[a-zA-Z]+\}/, with: "018f2c1e-7a00-7000-8000-0000000000ff")
            return examples.map { (address, resolved(schema), $0) }
        }
    }

    private typealias Found = (_ pointer: String, _ change: String, _ isRefused: Bool, _ isOfWhole: Bool, Any) -> Void

    /// Hands over every changed form of `value`, as a part of the whole that `found` is told.
    private func vary(_ schema: [String: Any], _ value: Any, at pointer: String, _ found: Found) {
        if let object = value as? [String: Any] {
            vary(schema, object, at: pointer, found)
        } else if let array = value as? [Any], let items = schema["items"] as? [String: Any], let first = array.first {
            let form = Form(resolved(items), of: self)
            for (change, wrong) in form.wrongValues(beside: first) {
                found("\(pointer)/0", change, true, false, [wrong] + array.dropFirst())
            }
            vary(form.schema, first, at: "\(pointer)/0") { found($0, $1, $2, $3, [$4] + array.dropFirst()) }
        }
    }

    private func vary(_ schema: [String: Any], _ object: [String: Any], at pointer: String, _ found: Found) {
        let required = Set(schema["required"] as? [String] ?? [])
        let choices = (schema["oneOf"] as? [[String: Any]] ?? []).flatMap { $0["required"] as? [String] ?? [] }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        func changed(_ name: String, _ value: Any?) -> [String: Any] {
            var copy = object
            copy[name] = value
            return copy
        }
        found("\(pointer)/zzz", "that nobody knows", true, false, changed("zzz", 1))
        for (name, property) in properties.sorted(by: { $0.key < $1.key }) {
            guard let value = object[name] else { continue }
            let place = "\(pointer)/\(name)"
            let isChoice = choices.contains(name)
            let form = Form(resolved(property), of: self)
            found(place, "left out", required.contains(name) || isChoice, isChoice, changed(name, nil))
            if !isChoice { found(place, "null", !form.takesNull, false, changed(name, NSNull())) }
            for (change, wrong) in form.wrongValues(beside: value) { found(place, change, true, false, changed(name, wrong)) }
            vary(form.schema, value, at: place) { found($0, $1, $2, $3, changed(name, $4)) }
        }
    }
}

/// What a schema says of a single value.
private struct Form {
    let schema: [String: Any]
    let takesNull: Bool
    private let types: Set<String>

    /// - Parameter schema: an alternative of null is taken apart.
    init(_ schema: [String: Any], of contract: APIContract) {
        let alternatives = (schema["oneOf"] as? [[String: Any]] ?? []).map(contract.resolved)
        let own = alternatives.first { $0["type"] as? String != "null" && $0["type"] != nil } ?? schema
        self.schema = own
        types = Set((own["type"] as? [String]) ?? [own["type"] as? String].compactMap { $0 })
        takesNull = types.contains("null") || alternatives.contains { $0["type"] as? String == "null" }
    }

    /// Values that the schema refuses.
    func wrongValues(beside value: Any) -> [(change: String, value: Any)] {
        var wrong: [(String, Any)] = []
        wrong.append(types.contains("object") ? ("of another type", "text") : ("of another type", ["a": 1]))
        if types.contains("integer") { wrong.append(("with a fraction", 1.5)) }
        if schema["enum"] != nil || schema["pattern"] != nil || schema["format"] != nil {
            wrong.append(("of another form", types.contains("boolean") ? false : "~"))
        }
        if let least = schema["minimum"] as? Int { wrong.append(("too small", least - 1)) }
        if let most = schema["maximum"] as? Int { wrong.append(("too large", most + 1)) }
        if let least = schema["minLength"] as? Int { wrong.append(("too short", String(repeating: "x", count: least - 1))) }
        if let most = schema["maxLength"] as? Int { wrong.append(("too long", String(repeating: "x", count: most + 1))) }
        if let array = value as? [Any], let first = array.first {
            if let least = schema["minItems"] as? Int { wrong.append(("too short", Array(array.prefix(least - 1)))) }
            if let most = schema["maxItems"] as? Int {
                wrong.append(("too long", [Any](repeating: first, count: most + 1)))
            }
        }
        return wrong
    }
}
