import FoundationEssentials

/// A question or group with the place it was read from.
struct PlacedItem {
    let item: FHIRItem
    let path: String
}

/// Reads a resource under limits, since it comes from outside.
struct QuestionnaireReading {
    /// The longest questionnaires with all their answers stay far below.
    static let largestFile = 1 << 20
    static let deepestNesting = 32
    static let longestText = 4000

    let file: String
    let questionnaire: FHIRQuestionnaire
    /// All items, groups before what is in them, in the order of the form.
    let items: [PlacedItem]

    init(_ bytes: [UInt8], file: String) throws(TextRefusal) {
        guard bytes.count <= Self.largestFile else {
            throw TextRefusal(file: file, reason: "is larger than \(Self.largestFile) bytes")
        }
        guard Self.nesting(of: bytes) <= Self.deepestNesting else {
            throw TextRefusal(file: file, reason: "is nested deeper than \(Self.deepestNesting) levels")
        }
        self.file = file
        questionnaire = try Self.decode(bytes, file)
        guard questionnaire.resourceType == "Questionnaire" else {
            throw TextRefusal(file: file, path: "resourceType", reason: "must be Questionnaire")
        }
        var items: [PlacedItem] = []
        Self.flatten(questionnaire.item ?? [], "Questionnaire", into: &items)
        self.items = items
    }

    private static func decode(_ bytes: [UInt8], _ file: String) throws(TextRefusal) -> FHIRQuestionnaire {
        do {
            return try JSONDecoder().decode(FHIRQuestionnaire.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw refusal(error, file)
        } catch {
            throw TextRefusal(file: file, reason: "is not JSON")
        }
    }

    private static func refusal(_ error: DecodingError, _ file: String) -> TextRefusal {
        switch error {
        case .keyNotFound(let key, let context):
            TextRefusal(file: file, path: path(context), reason: "field \(key.stringValue) is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            TextRefusal(file: file, path: path(context), reason: "has a value of the wrong kind")
        case .dataCorrupted(let context):
            TextRefusal(
                file: file, path: context.codingPath.isEmpty ? nil : path(context),
                reason: context.codingPath.isEmpty ? "is not JSON" : "has a value that cannot be read")
        @unknown default:
            TextRefusal(file: file, reason: "cannot be read")
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.reduce(into: "Questionnaire") { path, key in
            path += key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
        }
    }

    private static func flatten(_ items: [FHIRItem], _ parent: String, into all: inout [PlacedItem]) {
        for (index, item) in items.enumerated() {
            let path = "\(parent).item[\(index)]"
            all.append(PlacedItem(item: item, path: path))
            flatten(item.item ?? [], path, into: &all)
        }
    }

    /// The deepest nesting of brackets outside texts, found before a parser follows it down.
    static func nesting(of bytes: [UInt8]) -> Int {
        var depth = 0
        var deepest = 0
        var isText = false
        var isEscaped = false
        for byte in bytes {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return deepest
    }
}
