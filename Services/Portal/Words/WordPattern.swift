/// A text with places for values, such as `Session {session}`.
struct WordPattern: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case place(String)
    }

    private let parts: [Part]

    /// Nil where a brace does not belong to a place: `{`, letters, `}`.
    init?(_ source: String) {
        var parts: [Part] = []
        var rest = source[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else { return nil }
            let name = rest[rest.index(after: open)..<close]
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isLetter) else { return nil }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            parts.append(.place(String(name)))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// Names of the places.
    var places: Set<String> {
        Set(
            parts.compactMap {
                switch $0 {
                case .text: nil
                case .place(let name): name
                }
            })
    }

    /// The text with its values; a place without one keeps its name in braces, so that it is seen.
    func filled(_ values: [String: String]) -> String {
        parts.map {
            switch $0 {
            case .text(let text): text
            case .place(let name): values[name] ?? "{\(name)}"
            }
        }.joined()
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}

/// One entry of a message file.
enum WordEntry: Hashable, Sendable {
    case one(WordPattern)
    /// By a count: the form for one thing, and that for any other number of them.
    case counted(one: WordPattern, other: WordPattern)

    /// Names of all places. The form for one may leave the count out ("one session").
    var places: Set<String> {
        switch self {
        case .one(let pattern): pattern.places
        case .counted(let one, let other): one.places.union(other.places)
        }
    }

    var isCounted: Bool {
        switch self {
        case .one: false
        case .counted: true
        }
    }
}
