import Logging

/// Every text the portal shows, in every language, read and checked once at the start.
struct WordBook: Sendable {
    private let words: [Language: Words]

    /// - Parameter logger: is told of keys and values that are missing when a text is asked for.
    init(logger: Logger? = nil) throws(WordsError) { try self.init(WordFiles.all, logger: logger) }

    init(_ files: [WordFile], logger: Logger? = nil) throws(WordsError) {
        var entries: [Language: [String: WordEntry]] = [:]
        for file in files {
            let read = try file.entries()
            entries[file.language, default: [:]].merge(read) { first, _ in first }
        }
        try Self.checkAgreement(entries)
        words = Dictionary(
            uniqueKeysWithValues: Language.allCases.map {
                ($0, Words(language: $0, entries: entries[$0] ?? [:], logger: logger))
            })
    }

    subscript(language: Language) -> Words {
        words[language] ?? Words(language: language, entries: [:], logger: nil)
    }

    /// Every language has every key, with the same places in it.
    private static func checkAgreement(_ entries: [Language: [String: WordEntry]]) throws(WordsError) {
        let keys = Set(entries.values.flatMap(\.keys)).sorted()
        for key in keys {
            let page = key.prefix { $0 != "." }
            var first: WordEntry?
            for language in Language.allCases {
                let file = "\(page).\(language.rawValue).yaml"
                guard let entry = entries[language]?[key] else { throw WordsError(file: file, reason: "lacks \(key)") }
                if let first, first.places != entry.places || first.isCounted != entry.isCounted {
                    throw WordsError(
                        file: file, reason: "\(key) must have the same places and forms as in the other languages")
                }
                first = entry
            }
        }
    }
}
