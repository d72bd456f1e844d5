import Foundation

/// The messages of a .proto file, by their numbers: just as much of the language as the contracts use, and nothing else is
/// read, so that nothing is passed over.
struct ProtoFile {
    /// `EpisodeEvent 1` is `opened: EpisodeOpened in body`; of an enumeration `Role 1` is `ROLE_SELF`.
    private(set) var numbers: [String: String] = [:]
    private(set) var enumerations: Set<String> = []
    private(set) var messages: Set<String> = []

    struct NotUnderstood: Error, CustomStringConvertible {
        let description: String
    }

    private var tokens: ArraySlice<String> = []

    init(_ text: String) throws {
        let code = text.replacing(/\/\/[^\n]*/, with: "")
        let found = code.matches(of: /[A-Za-z_][A-Za-z0-9_.]*|[0-9]+|"[^"\n]*"|[{}=;,]|\S/).map { String($0.0) }
        tokens = found[...]
        while let word = tokens.popFirst() {
            switch word {
            case "syntax": try expect("=", "\"proto3\"", ";")
            case "package": try expect("attune.v1", ";")
            case "import":
                _ = tokens.popFirst()
                try expect(";")
            case "message": try message()
            case "enum": try enumeration()
            default: throw NotUnderstood(description: "\(word) at the outermost level")
            }
        }
    }

    private mutating func message() throws {
        let name = try next()
        messages.insert(name)
        numbers["\(name)"] = "message"
        try expect("{")
        while tokens.first != "}" { try member(of: name, in: nil) }
        try expect("}")
    }

    private mutating func member(of name: String, in group: String?) throws {
        var word = try next()
        if word == "reserved" { return try reserved(in: name) }
        if word == "oneof" {
            let group = try next()
            try expect("{")
            while tokens.first != "}" { try member(of: name, in: group) }
            return try expect("}")
        }
        var label = ""
        if word == "optional" || word == "repeated" {
            label = word + " "
            word = try next()
        }
        let field = try next()
        try expect("=")
        let number = try number()
        try expect(";")
        try set("\(name) \(number)", "\(field): \(label)\(word)\(group.map { " in \($0)" } ?? "")")
    }

    private mutating func enumeration() throws {
        let name = try next()
        enumerations.insert(name)
        numbers["\(name)"] = "enum"
        try expect("{")
        while tokens.first != "}" {
            let value = try next()
            if value == "reserved" {
                try reserved(in: name)
                continue
            }
            try expect("=")
            let number = try number()
            try expect(";")
            try set("\(name) \(number)", value)
        }
        try expect("}")
    }

    private mutating func reserved(in name: String) throws {
        repeat {
            let number = try number()
            try set("\(name) \(number)", "reserved")
        } while try next() == ","
    }

    private mutating func set(_ part: String, _ meaning: String) throws {
        guard numbers.updateValue(meaning, forKey: part) == nil else { throw NotUnderstood(description: "\(part) stands twice") }
    }

    private mutating func number() throws -> Int {
        let word = try next()
        guard let number = Int(word) else { throw NotUnderstood(description: "\(word) for a number") }
        return number
    }

    private mutating func next() throws -> String {
        guard let word = tokens.popFirst() else { throw NotUnderstood(description: "the end") }
        return word
    }

    private mutating func expect(_ words: String...) throws {
        for word in words {
            let found = try next()
            guard found == word else { throw NotUnderstood(description: "\(found) in the place of \(word)") }
        }
    }
}
