import Catalogue
import Domain

/// The wording in which a measure is shown: in the reader's language, else in another there is.
struct MeasureWording: Sendable {
    let texts: InstrumentTexts

    /// Nil where the site has loaded none in any language.
    init?(of instrument: InstrumentReference, in language: Language, from library: TextLibrary) {
        let wanted = [language.rawValue, Language.english.rawValue].compactMap { LanguageTag($0) }
        let known = library.languages(of: instrument)
        guard let tag = wanted.first(where: known.contains) ?? known.first,
            let texts = library.texts(for: instrument, in: tag)
        else { return nil }
        self.texts = texts
    }
}

/// How an item is answered.
enum ItemForm: Hashable, Sendable {
    /// One of the choices of the wording.
    case choices
    /// A place on a line, as on a visual analogue scale; without script a number.
    case line
    case number

    /// A scale that is finer than people count is a line.
    init(_ item: ItemText, of instrument: Instrument) {
        guard item.choices.isEmpty else {
            self = .choices
            return
        }
        guard let scale = instrument.items else {
            self = .number
            return
        }
        let range = scale.ranges[item.item - 1]
        self = (range.upperBound - range.lowerBound) / scale.step >= Self.placesOfLine ? .line : .number
    }

    private static let placesOfLine = 50
}
