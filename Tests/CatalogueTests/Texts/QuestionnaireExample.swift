import Foundation

/// A FHIR Questionnaire that tests are made of: neutral words, the codes of an instrument.
struct QuestionnaireExample {
    var resourceType = "Questionnaire"
    var language: String? = "en"
    var panel: String? = "69737-5"
    var items = gad7.map { Item(code: $0) }

    /// Item codes of the GAD-7.
    static let gad7 = ["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"]

    struct Item {
        var code: String?
        var linkId: String?
        var type = "choice"
        var text: String? = "words"
        var scores: [Double?]? = [0, 1, 2, 3]
        var fields: [String: Any] = [:]
    }

    var bytes: [UInt8] {
        var resource: [String: Any] = ["resourceType": resourceType, "title": "A title", "copyright": "A notice"]
        resource["language"] = language
        resource["code"] = panel.map { [["system": "http://loinc.org", "code": $0]] }
        resource["item"] = items.enumerated().map { index, item in
            var object: [String: Any] = ["linkId": item.linkId ?? "/\(index)", "type": item.type]
            object["text"] = item.text
            object["code"] = item.code.map { [["system": "http://loinc.org", "code": $0]] }
            object["answerOption"] = item.scores.map { $0.map(Self.option) }
            return object.merging(item.fields) { _, new in new }
        }
        let data = try? JSONSerialization.data(withJSONObject: resource, options: .sortedKeys)
        return Array(data ?? Data())
    }

    private static func option(_ score: Double?) -> [String: Any] {
        var option: [String: Any] = ["valueCoding": ["code": "a", "display": "choice"]]
        if let score {
            option["extension"] = [
                ["url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": score] as [String: Any]
            ]
        }
        return option
    }

    /// Limits of an item that takes a number.
    static func limits(_ lowest: Double, _ highest: Double) -> [String: Any] {
        let base = "http://hl7.org/fhir/StructureDefinition/"
        return [
            "extension": [
                ["url": base + "minValue", "valueDecimal": lowest] as [String: Any],
                ["url": base + "maxValue", "valueDecimal": highest] as [String: Any],
            ]
        ]
    }
}

/// Real data from outside the project, beside the repository or where `ATTUNE_SHARED_DATA` says.
enum SharedData {
    static func bytes(_ path: String) -> [UInt8]? {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["ATTUNE_SHARED_DATA"].map { URL(filePath: $0) }
            ?? root.deletingLastPathComponent().appending(path: "shared/data")
        return FileManager.default.contents(atPath: folder.appending(path: path).path).map(Array.init)
    }
}
