import Domain

/// The choices of one item with their scores, checked against the answers of the definition.
struct AnswerChoices {
    /// In the order of the form; empty where a number is entered.
    let choices: [(score: Int, text: String)]
    /// Whether scores rise along the list; nil where a number is entered.
    let rises: Bool?

    init(
        _ placed: PlacedItem, range: ClosedRange<Int>, step: Int, _ denominator: Int, file: String
    ) throws(TextRefusal) {
        func refusal(_ field: String, _ reason: String) -> TextRefusal {
            TextRefusal(file: file, path: placed.path + field, reason: reason)
        }
        func text(_ steps: Int) -> String { DecimalSteps.text(steps, denominator: denominator) }
        let item = placed.item
        if item.repeats == true { throw refusal(".repeats", "must be false: one answer is scored") }
        if item.readOnly == true { throw refusal(".readOnly", "must be false: the item is answered") }
        switch item.type {
        case "choice", "coding":
            if item.answerValueSet != nil {
                throw refusal(".answerValueSet", "cannot be checked; give the answers as answerOption")
            }
            choices = try Self.options(placed, denominator, file)
            let scores = choices.map(\.score)
            let expected = Array(stride(from: range.lowerBound, through: range.upperBound, by: step))
            guard scores.sorted() == expected else {
                throw refusal(
                    ".answerOption",
                    "the scores of the answers must be \(expected.map(text).joined(separator: ", ")), "
                        + "each once, not \(scores.map(text).joined(separator: ", "))")
            }
            rises = scores == expected
            guard scores == expected || scores == expected.reversed() else {
                throw refusal(".answerOption", "must be listed by rising or by falling score")
            }
        case "integer", "decimal":
            choices = []
            rises = nil
            let extensions = item.extension ?? []
            for (url, limit) in [(FHIRName.minValue, range.lowerBound), (FHIRName.maxValue, range.upperBound)] {
                let name = url.split(separator: "/").last ?? ""
                guard let written = extensions.number(url) else {
                    throw refusal(".extension", "\(name) is missing; it must be \(text(limit))")
                }
                guard Self.steps(written, denominator) == limit else {
                    throw refusal(".extension", "\(name) must be \(text(limit))")
                }
            }
        default:
            throw refusal(".type", "must be choice, integer or decimal")
        }
    }

    private static func options(
        _ placed: PlacedItem, _ denominator: Int, _ file: String
    ) throws(TextRefusal) -> [(score: Int, text: String)] {
        var choices: [(score: Int, text: String)] = []
        for (index, option) in (placed.item.answerOption ?? []).enumerated() {
            let path = "\(placed.path).answerOption[\(index)]"
            let written =
                option.extension?.number(FHIRName.ordinalValue, FHIRName.itemWeight)
                ?? option.valueCoding?.extension?.number(FHIRName.ordinalValue, FHIRName.itemWeight)
                ?? option.valueInteger.map(String.init)
            guard let written else { throw TextRefusal(file: file, path: path, reason: "has no ordinalValue") }
            guard let score = steps(written, denominator) else {
                throw TextRefusal(file: file, path: path, reason: "its ordinalValue is no score of the instrument")
            }
            guard let text = option.valueCoding?.display ?? option.valueInteger.map(String.init), !text.isEmpty,
                text.utf8.count <= QuestionnaireReading.longestText
            else { throw TextRefusal(file: file, path: path, reason: "has no text, or one that is too long") }
            choices.append((score, text))
        }
        return choices
    }

    private static func steps(_ written: String, _ denominator: Int) -> Int? {
        do {
            return try DecimalSteps.steps(written, denominator: denominator)
        } catch {
            return nil
        }
    }
}
