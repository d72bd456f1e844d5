import Logging

/// The texts of one language.
///
///     words["chart.title"]
///     words("chart.point.session", ["number": "3"])
///     words("chart.ratings", count: 2)
///
/// Keys are written out where they are used, so that a test can compare them with the files.
struct Words: Sendable {
    let language: Language
    private let entries: [String: WordEntry]
    private let logger: Logger?

    init(language: Language, entries: [String: WordEntry], logger: Logger?) {
        self.language = language
        self.entries = entries
        self.logger = logger
    }

    /// Keys, sorted.
    var keys: [String] { entries.keys.sorted() }

    /// Names of the places of a text; nil for a key that is not there.
    func places(of key: String) -> Set<String>? { entries[key]?.places }

    subscript(key: String) -> String { self(key, [:]) }

    /// A text with its values. A key that is not there is itself the text: a page with one odd word is better than none.
    func callAsFunction(_ key: String, _ values: [String: String]) -> String {
        switch entries[key] {
        case .one(let pattern): return fill(pattern, values, key)
        case .counted(_, let other): return fill(other, values, key)
        case nil:
            logger?.error("a text is missing", metadata: ["key": "\(key)", "language": "\(language.rawValue)"])
            return key
        }
    }

    /// A text in the form that a count asks for. The place `{count}` is filled with it.
    func callAsFunction(_ key: String, count: Int, _ values: [String: String] = [:]) -> String {
        let values = values.merging(["count": integer(count)]) { given, _ in given }
        guard case .counted(let one, let other) = entries[key] else { return self(key, values) }
        return fill(language.isSingular(count) ? one : other, values, key)
    }

    /// What a template finds under a key: the text, or a branch in which more keys are.
    func child(_ key: String) -> Child {
        if entries[key] != nil { return .text(self[key]) }
        let branch = key + "."
        return entries.keys.contains { $0.hasPrefix(branch) } ? .branch : .text(self[key])
    }

    enum Child {
        case text(String)
        case branch
    }

    private func fill(_ pattern: WordPattern, _ values: [String: String], _ key: String) -> String {
        let missing = pattern.places.subtracting(values.keys)
        if !missing.isEmpty {
            logger?.error("a text lacks values", metadata: ["key": "\(key)", "places": "\(missing.sorted())"])
        }
        return pattern.filled(values)
    }
}
