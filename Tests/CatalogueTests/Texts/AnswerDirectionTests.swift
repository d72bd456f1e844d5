import Catalogue
import Domain
import Foundation
import Testing

/// Instruments without codes, with numbers in the place of choices, and with reversed items.
@Suite struct AnswerDirectionTests {
    private let catalogue: Catalogue

    init() throws { catalogue = try Builtin.catalogue() }

    private func texts(_ example: QuestionnaireExample, _ id: String, _ version: String) throws -> InstrumentTexts {
        try InstrumentTexts(
            checking: example.bytes, file: "file.json", against: catalogue,
            instrument: InstrumentReference(id: InstrumentID(unchecked: id), version: version))
    }

    private func example(
        _ count: Int, type: String = "choice", scores: (Int) -> [Double?]?, fields: [String: Any] = [:]
    ) -> QuestionnaireExample {
        var example = QuestionnaireExample()
        example.panel = nil
        example.items = (1...count).map {
            .init(code: nil, linkId: "item\($0)", type: type, scores: scores($0), fields: fields)
        }
        return example
    }

    @Test func aScaleOfTenthsTakesNumbersWithItsLimits() throws {
        let fitting = example(4, type: "decimal", scores: { _ in nil }, fields: QuestionnaireExample.limits(0, 10))
        let read = try texts(fitting, "ors", "2000")
        #expect(read.items.count == 4)
        #expect(read.items.allSatisfy { $0.choices.isEmpty })
        let other = example(4, type: "decimal", scores: { _ in nil }, fields: QuestionnaireExample.limits(0, 100))
        let error = try #require(throws: TextRefusal.self) { try texts(other, "ors", "2000") }
        #expect(error.reason == "maxValue must be 10.0")
        let none = example(4, type: "decimal", scores: { _ in nil })
        #expect(throws: TextRefusal.self) { try texts(none, "ors", "2000") }
    }

    @Test func itemsWithoutCodesAreKnownByTheirLinkIds() throws {
        let read = try texts(example(8) { _ in [0, 1, 2, 3] }, "phq-8", "2009")
        #expect(read.items.map(\.item) == Array(1...8))
        let tooMany = try #require(throws: TextRefusal.self) {
            try texts(example(9) { _ in [0, 1, 2, 3] }, "phq-8", "2009")
        }
        #expect(tooMany.reason == "the definition has no item 9")
        #expect(tooMany.path == "Questionnaire.item[8]")
    }

    /// In the EPDS the scores of 3 and 5 to 10 fall along the printed list; the answer is the place in the list.
    @Test func fallingScoresOfReversedItemsAreTurnedBackIntoAnswers() throws {
        let reversed: Set = [3, 5, 6, 7, 8, 9, 10]
        let scored = example(10) { reversed.contains($0) ? [3, 2, 1, 0] : [0, 1, 2, 3] }
        let read = try texts(scored, "epds", "1987")
        #expect(read.items.allSatisfy { $0.choices.map(\.answer) == [0, 1, 2, 3] })
        let answered = example(10) { _ in [0, 1, 2, 3] }
        #expect(try texts(answered, "epds", "1987").items == read.items)
        let epds = try #require(catalogue.instrument(read.instrument))
        let gravest = read.items.map { reversed.contains($0.item) ? $0.choices[0].answer : $0.choices[3].answer }
        #expect(try epds.score(.items(gravest)).total == 30)
        #expect(try epds.score(.items(gravest)).safetyItems == [10])
    }

    @Test func reversedItemsAreRefusedWhereNoCommonOrderTellsTheirDirection() throws {
        let mixed = example(10) { $0 == 1 ? [3, 2, 1, 0] : [0, 1, 2, 3] }
        let error = try #require(throws: TextRefusal.self) { try texts(mixed, "epds", "1987") }
        #expect(error.reason.contains("no common order"))
    }

    @Test func halfStepsOfTotalsAreNoAnswersOfWholePoints() throws {
        let read = try texts(example(34) { _ in [0, 1, 2, 3, 4] }, "core-om", "2002")
        #expect(read.items[0].choices.map(\.answer) == [0, 10, 20, 30, 40])
        let halves = example(34) { _ in [0, 1, 2, 3, 3.5] }
        #expect(throws: TextRefusal.self) { try texts(halves, "core-om", "2002") }
    }

    @Test func aMeasureOfTotalsTakesNoTexts() throws {
        let error = try #require(throws: TextRefusal.self) {
            try texts(example(30) { _ in [0, 1, 2, 3, 4] }, "oq-30", "2")
        }
        #expect(error.reason.contains("entered as a total only"))
    }

    @Test func severalDefinitionsThatFitAreNamed() throws {
        var example = example(10) { _ in [1, 2, 3, 4, 5] }
        example.items[0].fields = [:]
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(example.bytes)) as? [String: Any])
        object["code"] = [["system": "urn:attune:instrument", "code": "k10"]]
        let bytes = Array(try JSONSerialization.data(withJSONObject: object))
        let error = try #require(throws: TextRefusal.self) {
            try InstrumentTexts(checking: bytes, file: "file.json", against: catalogue)
        }
        #expect(error.reason.contains("k10@0-4, k10@1-5"))
        object["code"] = [["system": "urn:attune:instrument", "code": "k10", "version": "1-5"]]
        let exact = Array(try JSONSerialization.data(withJSONObject: object))
        let read = try InstrumentTexts(checking: exact, file: "file.json", against: catalogue)
        #expect(read.items[0].choices.map(\.answer) == [1, 2, 3, 4, 5])
    }
}

/// The fields of a JSON object.
struct JSONValue {
    private let object: [String: Any]

    init(_ bytes: [UInt8]) throws {
        object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    subscript(_ name: String) -> Any? { object[name] }
}
