public import Domain

/// The texts that a site has, by instrument and language.
public struct TextLibrary: Sendable {
    private var texts: [InstrumentReference: [LanguageTag: InstrumentTexts]] = [:]

    /// Of two texts for the same instrument and language the later one holds.
    public init(_ texts: some Sequence<InstrumentTexts>) {
        for text in texts { insert(text) }
    }

    mutating func insert(_ text: InstrumentTexts) {
        texts[text.instrument, default: [:]][text.language] = text
    }

    /// The texts of Attune's own measures; no others are built in.
    public static func builtIn(_ catalogue: Catalogue) throws(TextRefusal) -> TextLibrary {
        var library = TextLibrary([])
        for (name, bytes) in [
            ("attune-alliance.de.json", PackageResources.attune_alliance_de_json),
            ("attune-alliance.en.json", PackageResources.attune_alliance_en_json),
            ("attune-wellbeing.de.json", PackageResources.attune_wellbeing_de_json),
            ("attune-wellbeing.en.json", PackageResources.attune_wellbeing_en_json),
        ] {
            library.insert(try InstrumentTexts(checking: bytes, file: name, against: catalogue))
        }
        return library
    }

    /// All texts, by instrument and language.
    public var all: [InstrumentTexts] {
        texts.values.flatMap(\.values).sorted { ($0.instrument, $0.language) < ($1.instrument, $1.language) }
    }

    public func texts(for instrument: InstrumentReference, in language: LanguageTag) -> InstrumentTexts? {
        texts[instrument]?[language]
    }

    /// The languages in which an instrument can be shown.
    public func languages(of instrument: InstrumentReference) -> [LanguageTag] {
        texts[instrument]?.keys.sorted() ?? []
    }

    /// Those instruments with items that cannot be shown in a language.
    public func missing(_ instruments: some Sequence<Instrument>, in language: LanguageTag) -> [InstrumentReference] {
        instruments.filter { $0.items != nil && texts(for: $0.reference, in: language) == nil }.map(\.reference)
    }
}
