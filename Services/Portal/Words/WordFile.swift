import Yams

/// Reads one message file: YAML of texts, nested as one likes. The file's name is the first part of each key:
///
///     # chart.en.yaml
///     title: Your course           # chart.title
///     point:
///       session: Session {number}  # chart.point.session
///     ratings:                     # chart.ratings, by a count
///       one: "{count} rating"
///       other: "{count} ratings"
struct WordFile {
    let page: String
    let language: Language
    let bytes: [UInt8]

    var name: String { "\(page).\(language.rawValue).yaml" }

    func entries() throws(WordsError) -> [String: WordEntry] {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw refusal("is not UTF-8 text") }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw refusal("is not YAML: \(error)")
        }
        guard let root else { throw refusal("is empty") }
        var entries: [String: WordEntry] = [:]
        try read(root, key: page, into: &entries)
        return entries
    }

    private func read(_ node: Node, key: String, into entries: inout [String: WordEntry]) throws(WordsError) {
        if let scalar = node.scalar {
            entries[key] = .one(try pattern(scalar.string, key))
            return
        }
        guard let mapping = node.mapping else { throw refusal("\(key) must be a text or a mapping of texts") }
        if let one = mapping["one"]?.scalar, let other = mapping["other"]?.scalar, mapping.count == 2 {
            entries[key] = .counted(one: try pattern(one.string, key), other: try pattern(other.string, key))
            return
        }
        for (name, child) in mapping {
            guard let part = name.scalar?.string, Self.isKeyPart(part) else {
                throw refusal("a key below \(key) is not made of letters and digits")
            }
            try read(child, key: "\(key).\(part)", into: &entries)
        }
    }

    private func pattern(_ source: String, _ key: String) throws(WordsError) -> WordPattern {
        guard !source.isEmpty else { throw refusal("\(key) is empty") }
        guard let pattern = WordPattern(source) else {
            throw refusal("\(key) has a brace that does not belong to a {place}")
        }
        return pattern
    }

    private static func isKeyPart(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    private func refusal(_ reason: String) -> WordsError { WordsError(file: name, reason: reason) }
}

/// Why message files cannot be used. A portal with one such does not start.
struct WordsError: Error, Hashable, CustomStringConvertible {
    let file: String
    let reason: String

    var description: String { "\(file): \(reason)" }
}
