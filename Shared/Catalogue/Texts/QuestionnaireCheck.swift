public import Domain

extension InstrumentTexts {
    /// Reads a FHIR R4 Questionnaire and checks it against the definition of its instrument: every item, in
    /// order, with the answers and scores that the definition has. Items are known by their LOINC codes, or
    /// by the link ids `item1`, `item2`... where the definition has none.
    ///
    /// - Parameters:
    ///   - bytes: the resource.
    ///   - file: its name, for refusals.
    ///   - instrument: nil: the one that `Questionnaire.code` names.
    ///   - language: nil: the one that `Questionnaire.language` names.
    public init(
        checking bytes: [UInt8], file: String, against catalogue: Catalogue,
        instrument: InstrumentReference? = nil, language: LanguageTag? = nil
    ) throws(TextRefusal) {
        let reading = try QuestionnaireReading(bytes, file: file)
        let definition = try InstrumentFinding(reading, catalogue).instrument(instrument)
        let items = try ItemMatching(reading, definition)
        self.init(
            instrument: definition.reference, language: try Self.language(reading, language),
            title: reading.questionnaire.title, copyright: reading.questionnaire.copyright,
            introduction: items.introduction, items: try items.texts(), unscored: items.unscored,
            checksum: Self.checksum(of: bytes))
    }

    private static func language(
        _ reading: QuestionnaireReading, _ given: LanguageTag?
    ) throws(TextRefusal) -> LanguageTag {
        let place = "Questionnaire.language"
        guard let written = reading.questionnaire.language else {
            guard let given else {
                throw TextRefusal(file: reading.file, path: place, reason: "is missing; name the language")
            }
            return given
        }
        guard let own = LanguageTag(written) else {
            throw TextRefusal(file: reading.file, path: place, reason: "must be a language tag such as en or pt-BR")
        }
        guard given == nil || given == own else {
            throw TextRefusal(file: reading.file, path: place, reason: "is \(own), not the language that was named")
        }
        return own
    }
}

/// Finds the definition that a resource is about.
private struct InstrumentFinding {
    private let reading: QuestionnaireReading
    private let catalogue: Catalogue
    private let loinc: Set<String>

    init(_ reading: QuestionnaireReading, _ catalogue: Catalogue) {
        self.reading = reading
        self.catalogue = catalogue
        loinc = Set((reading.questionnaire.code ?? []).filter { $0.system == FHIRName.loinc }.compactMap(\.code))
    }

    func instrument(_ given: InstrumentReference?) throws(TextRefusal) -> Instrument {
        guard let given else { return try named() }
        guard let instrument = catalogue.instrument(given) else {
            throw refusal("\(given) is not in the catalogue")
        }
        if let panel = instrument.codes.loincPanel, !loinc.isEmpty, !loinc.contains(panel) {
            throw refusal("does not name the panel \(panel) of \(given)")
        }
        return instrument
    }

    private func named() throws(TextRefusal) -> Instrument {
        for instrument in catalogue.instruments {
            if let total = instrument.codes.loincTotal, loinc.contains(total) {
                throw refusal("\(total) is the total score of \(instrument.reference), not its panel")
            }
        }
        let fitting = catalogue.instruments.filter(isNamed)
        guard let found = fitting.first else {
            throw refusal("names no instrument of the catalogue; name the instrument")
        }
        guard fitting.count == 1 else {
            let names = fitting.map { "\($0.reference)" }.joined(separator: ", ")
            throw refusal("names several instruments (\(names)); name one of them")
        }
        return found
    }

    private func isNamed(_ instrument: Instrument) -> Bool {
        if let panel = instrument.codes.loincPanel, loinc.contains(panel) { return true }
        return (reading.questionnaire.code ?? []).contains { coding in
            coding.system == FHIRName.instrument && coding.code == instrument.reference.id.text
                && (coding.version == nil || coding.version == instrument.reference.version)
        }
    }

    private func refusal(_ reason: String) -> TextRefusal {
        TextRefusal(file: reading.file, path: "Questionnaire.code", reason: reason)
    }
}
