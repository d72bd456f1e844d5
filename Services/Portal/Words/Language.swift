/// A language the portal speaks.
enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case german = "de"

    /// What a language is called by those who speak it.
    var ownName: String {
        switch self {
        case .english: "English"
        case .german: "Deutsch"
        }
    }

    /// Between whole number and fraction.
    var decimalMark: String {
        switch self {
        case .english: "."
        case .german: ","
        }
    }

    /// Whether a number of things takes the form for one. Both languages do so for 1 alone, and not for 0.
    func isSingular(_ count: Int) -> Bool { count == 1 }

    /// The language for somebody who reads.
    ///
    /// - Parameters:
    ///   - choice: what they chose themselves (a cookie, a parameter); anything but a language's code is as no choice.
    ///   - acceptLanguage: the header of that name, as it came.
    init(choice: String?, acceptLanguage: String?) {
        self = choice.flatMap(Language.init(rawValue:)) ?? acceptLanguage.flatMap(Self.preferred) ?? .english
    }

    /// The known language with the highest weight, the first of several; `de-CH` is German. A header is read up to its
    /// first thousand bytes and twenty entries.
    private static func preferred(_ header: String) -> Language? {
        var best: (language: Language, weight: Double)?
        for entry in header.utf8.prefix(1000).split(separator: UInt8(ascii: ","), maxSplits: 20).prefix(20) {
            let parts = String(decoding: entry, as: UTF8.self).split(separator: ";").map { $0.filter { $0 != " " } }
            guard let tag = parts.first?.lowercased().split(separator: "-").first,
                let language = Language(rawValue: String(tag)), let weight = weight(parts.dropFirst())
            else { continue }
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        return best?.language
    }

    /// 1 where none is given; nil for one that cannot be read.
    private static func weight(_ parameters: ArraySlice<String>) -> Double? {
        guard let text = parameters.first(where: { $0.hasPrefix("q=") })?.dropFirst(2) else { return 1 }
        return Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
    }
}
