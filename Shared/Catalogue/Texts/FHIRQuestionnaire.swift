import FoundationEssentials

/// The parts of a FHIR R4 Questionnaire that texts are made of; all others are left alone.
struct FHIRQuestionnaire: Decodable {
    let resourceType: String
    let language: String?
    let title: String?
    let copyright: String?
    let code: [FHIRCoding]?
    let item: [FHIRItem]?
}

struct FHIRItem: Decodable {
    let linkId: String
    let type: String
    let text: String?
    let code: [FHIRCoding]?
    let repeats: Bool?
    let readOnly: Bool?
    let answerValueSet: String?
    let answerOption: [FHIRAnswerOption]?
    let `extension`: [FHIRExtension]?
    let item: [FHIRItem]?
}

struct FHIRAnswerOption: Decodable {
    let valueCoding: FHIRCoding?
    let valueInteger: Int?
    let `extension`: [FHIRExtension]?
}

struct FHIRCoding: Decodable {
    let system: String?
    let version: String?
    let code: String?
    let display: String?
    let `extension`: [FHIRExtension]?
}

struct FHIRExtension: Decodable {
    let url: String
    let valueDecimal: Decimal?
    let valueInteger: Int?

    /// A number in digits, as written; nil where the extension holds none.
    var number: String? { valueDecimal.map { "\($0)" } ?? valueInteger.map(String.init) }
}

extension [FHIRExtension] {
    /// The number that the first of the named extensions holds.
    func number(_ urls: String...) -> String? {
        first { urls.contains($0.url) }?.number
    }
}

/// System URIs and extension URLs that carry what texts are checked by.
enum FHIRName {
    static let loinc = "http://loinc.org"
    /// Attune's own: code is the id of the instrument, version its version.
    static let instrument = "urn:attune:instrument"
    /// The score of an answer, in R4 and in R5.
    static let ordinalValue = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
    static let itemWeight = "http://hl7.org/fhir/StructureDefinition/itemWeight"
    static let minValue = "http://hl7.org/fhir/StructureDefinition/minValue"
    static let maxValue = "http://hl7.org/fhir/StructureDefinition/maxValue"
}
