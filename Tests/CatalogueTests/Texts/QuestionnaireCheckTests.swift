import Catalogue
import Domain
import Testing

@Suite struct QuestionnaireCheckTests {
    private static let example = "fhir/Questionnaire-phq-9-example.json"

    private let catalogue: Catalogue

    init() throws { catalogue = try Builtin.catalogue() }

    private func reference(_ id: String, _ version: String) -> InstrumentReference {
        InstrumentReference(id: InstrumentID(unchecked: id), version: version)
    }

    private func texts(
        _ bytes: [UInt8], instrument: InstrumentReference? = nil, language: String? = nil
    ) throws -> InstrumentTexts {
        try InstrumentTexts(
            checking: bytes, file: "file.json", against: catalogue, instrument: instrument,
            language: language.flatMap { LanguageTag($0) })
    }

    private func refusal(
        instrument: InstrumentReference? = nil, language: String? = nil, _ change: (inout QuestionnaireExample) -> Void
    ) throws -> TextRefusal {
        var example = QuestionnaireExample()
        change(&example)
        return try #require(throws: TextRefusal.self) {
            try texts(example.bytes, instrument: instrument, language: language)
        }
    }

    @Test func aResourceThatFitsItsDefinitionBecomesTexts() throws {
        let read = try texts(QuestionnaireExample().bytes)
        #expect(read.instrument == reference("gad-7", "2006"))
        #expect(read.language.text == "en")
        #expect(read.title == "A title")
        #expect(read.copyright == "A notice")
        #expect(read.items.map(\.item) == Array(1...7))
        #expect(read.items.allSatisfy { $0.text == "words" && $0.choices.map(\.answer) == [0, 1, 2, 3] })
        #expect(read.checksum.count == 64)
    }

    /// HL7 US Core example (CC0): nine scored items, a field for the total, an unscored question, no language.
    @Test(.enabled(if: SharedData.bytes(Self.example) != nil, "shared data are not there"))
    func theExampleOfHL7IsTheNineItemsOfThePHQ9() throws {
        let bytes = try #require(SharedData.bytes(Self.example))
        let refused = try #require(throws: TextRefusal.self) { try texts(bytes) }
        #expect(refused.path == "Questionnaire.language")
        let read = try texts(bytes, language: "en")
        #expect(read.instrument == reference("phq-9", "2001"))
        #expect(read.items.count == 9)
        #expect(read.items.allSatisfy { $0.choices.map(\.answer) == [0, 1, 2, 3] })
        #expect(read.unscored == ["/44261-6", "/69722-7"])
        #expect(read.checksum == "a5427ec221c583d1b833ea69eecbc0c580e29403928fca5df43bb180c3aaeef4")
    }

    @Test func anotherResourceTypeOrNoJSONIsRefused() throws {
        #expect(try refusal { $0.resourceType = "Patient" }.path == "resourceType")
        for text in ["", "{", "[]", "null", "\u{0}", "{\"resourceType\":\"Questionnaire\",\"item\":4}"] {
            #expect(throws: TextRefusal.self) { try texts(Array(text.utf8)) }
        }
    }

    @Test func aWrongKindOfValueIsRefusedWithItsPath() throws {
        let error = try refusal { $0.items[2].fields = ["text": 4] }
        #expect(error.path == "Questionnaire.item[2].text")
        #expect("\(error)" == "file.json: Questionnaire.item[2].text: has a value of the wrong kind")
        let missing = try #require(throws: TextRefusal.self) {
            try texts(Array(#"{"resourceType":"Questionnaire","item":[{"type":"choice"}]}"#.utf8))
        }
        #expect(missing.path == "Questionnaire.item[0]")
        #expect(missing.reason == "field linkId is missing")
    }

    @Test func aResourceThatIsTooLargeOrTooDeepIsRefused() throws {
        let large = try #require(throws: TextRefusal.self) { try texts(Array(repeating: 0x20, count: 1 << 20 + 1)) }
        #expect(large.reason.contains("larger than 1048576 bytes"))
        let deep = String(repeating: "[", count: 100_000)
        let refused = try #require(throws: TextRefusal.self) { try texts(Array(deep.utf8)) }
        #expect(refused.reason == "is nested deeper than 32 levels")
        // Brackets in wording are no nesting.
        var example = QuestionnaireExample()
        example.items[0].text = String(repeating: "[{\"\\", count: 40)
        #expect(try texts(example.bytes).items[0].text.count == 160)
    }

    @Test func theInstrumentIsFoundByItsPanelAndNotByItsTotal() throws {
        // LOINC panel and total score are often mixed up (clinical-reference 1.3).
        let total = try refusal { $0.panel = "70274-6" }
        #expect(total.reason == "70274-6 is the total score of gad-7@2006, not its panel")
        #expect(total.path == "Questionnaire.code")
        #expect(try refusal { $0.panel = nil }.reason.contains("names no instrument of the catalogue"))
        #expect(
            try refusal(instrument: reference("phq-9", "2001")) { _ in }.reason.contains(
                "does not name the panel 44249-1"))
        #expect(try refusal(instrument: reference("gad-7", "1")) { _ in }.reason.contains("not in the catalogue"))
    }

    @Test func theLanguageIsNamedOnce() throws {
        var example = QuestionnaireExample()
        example.language = nil
        #expect(try texts(example.bytes, language: "pt-BR").language.text == "pt-br")
        #expect(try refusal { $0.language = nil }.path == "Questionnaire.language")
        #expect(try refusal(language: "de") { _ in }.reason.contains("is en, not the language"))
        #expect(try refusal { $0.language = "english!" }.reason.contains("language tag"))
    }

    @Test func itemsMustBeAllThereInOrderAndOnce() throws {
        #expect(try refusal { $0.items.removeLast() }.reason.contains("holds 6 of the 7 items"))
        #expect(try refusal { $0.items.removeLast() }.reason.contains("69736-7 is missing"))
        let swapped = try refusal { $0.items.swapAt(1, 2) }
        #expect(swapped.path == "Questionnaire.item[1]")
        #expect(swapped.reason == "item 3 stands where item 2 must be")
        let twice = try refusal { $0.items[1] = $0.items[0] }
        #expect(twice.reason.contains("item 1 is out of order or there twice"))
    }

    @Test func questionsThatDoNotCountAreNamedAndLeftOut() throws {
        var example = QuestionnaireExample()
        example.items.insert(.init(code: nil, linkId: "before", type: "display", scores: nil), at: 0)
        example.items.append(.init(code: "70274-6", linkId: "total", type: "decimal", scores: nil))
        example.items.append(.init(code: nil, linkId: "extra", scores: [nil]))
        let read = try texts(example.bytes)
        #expect(read.introduction == ["words"])
        #expect(read.unscored == ["total", "extra"])
        #expect(read.items.count == 7)
    }

    @Test func itemsWithinGroupsAreFound() throws {
        var example = QuestionnaireExample()
        let inner = example.items
        example.items = [.init(code: nil, linkId: "group", type: "group", scores: nil)]
        var nested = QuestionnaireExample()
        nested.items = inner
        let object = try #require(try JSONValue(nested.bytes)["item"])
        example.items[0].fields = ["item": object]
        #expect(try texts(example.bytes).items.count == 7)
    }

    @Test(arguments: [
        ([0, 1, 2], "must be 0, 1, 2, 3, each once, not 0, 1, 2"), ([0, 1, 2, 4], "not 0, 1, 2, 4"),
        ([0, 1, 2, 2], "not 0, 1, 2, 2"), ([1, 2, 3, 4], "not 1, 2, 3, 4"), ([0, 2, 1, 3], "by rising or by falling"),
        ([], "must be 0, 1, 2, 3"), ([0, 1, 2, 2.5], "no score of the instrument"),
    ])
    func answersMustHaveTheScoresOfTheDefinition(scores: [Double], reason: String) throws {
        let error = try refusal { $0.items[3].scores = scores }
        #expect(error.reason.contains(reason), "\(error)")
        #expect(error.path?.hasPrefix("Questionnaire.item[3].answerOption") == true)
    }

    @Test func anAnswerWithoutScoreIsRefused() throws {
        let error = try refusal { $0.items[3].scores = [0, nil, 2, 3] }
        #expect(error.path == "Questionnaire.item[3].answerOption[1]")
        #expect(error.reason == "has no ordinalValue")
    }

    @Test(arguments: [
        (["repeats": true] as [String: any Sendable], "repeats"), (["readOnly": true], "readOnly"),
        (["type": "open-choice"], "type"), (["type": "string"], "type"),
        (["answerValueSet": "urn:x"], "answerValueSet"),
        (["text": " "], "text"), (["text": String(repeating: "a", count: 4001)], "text"),
    ])
    func whatCannotBeScoredIsRefusedWithItsField(fields: [String: any Sendable], field: String) throws {
        let error = try refusal { $0.items[6].fields = fields }
        #expect(error.path == "Questionnaire.item[6].\(field)")
    }
}
