import Domain

/// The items of a resource beside those of the definition.
struct ItemMatching {
    let introduction: [String]
    let unscored: [String]
    private let file: String
    private let scale: ItemScale
    private let denominator: Int
    /// In item order.
    private let matched: [PlacedItem]

    init(_ reading: QuestionnaireReading, _ definition: Instrument) throws(TextRefusal) {
        guard let scale = definition.items else {
            throw TextRefusal(
                file: reading.file, reason: "\(definition.reference) is entered as a total only; it takes no texts")
        }
        let codes = definition.codes.loincItems
        var matched: [PlacedItem] = []
        var introduction: [String] = []
        var unscored: [String] = []
        for placed in reading.items {
            guard let number = try Self.number(of: placed, codes, scale.count, reading.file) else {
                switch placed.item.type {
                case "group": break
                case "display":
                    if matched.isEmpty, let text = placed.item.text { introduction.append(text) }
                default: unscored.append(placed.item.linkId)
                }
                continue
            }
            guard number > matched.count else {
                throw TextRefusal(
                    file: reading.file, path: placed.path, reason: "item \(number) is out of order or there twice")
            }
            guard number == matched.count + 1 else {
                throw TextRefusal(
                    file: reading.file, path: placed.path,
                    reason: "item \(number) stands where item \(matched.count + 1) must be")
            }
            matched.append(placed)
        }
        guard matched.count == scale.count else {
            throw TextRefusal(
                file: reading.file,
                reason: "holds \(matched.count) of the \(scale.count) items of \(definition.reference); "
                    + (codes.isEmpty
                        ? "items are known by the link ids item1 to item\(scale.count)"
                        : "items are known by LOINC codes, and \(codes[matched.count]) is missing"))
        }
        self.introduction = introduction
        self.unscored = unscored
        self.file = reading.file
        self.scale = scale
        self.denominator = definition.stepDenominator
        self.matched = matched
    }

    /// The item of the definition, from 1; nil where there is none.
    private static func number(
        of placed: PlacedItem, _ codes: [String], _ count: Int, _ file: String
    ) throws(TextRefusal) -> Int? {
        guard !codes.isEmpty else {
            let id = placed.item.linkId
            guard id.hasPrefix("item"), let number = Int(id.dropFirst(4)), id == "item\(number)" else { return nil }
            guard (1...count).contains(number) else {
                throw TextRefusal(file: file, path: placed.path, reason: "the definition has no item \(number)")
            }
            return number
        }
        let own = (placed.item.code ?? []).filter { $0.system == FHIRName.loinc }.compactMap(\.code)
        let numbers = own.compactMap { codes.firstIndex(of: $0) }
        guard numbers.count <= 1 else {
            throw TextRefusal(file: file, path: placed.path, reason: "has the codes of two items")
        }
        return numbers.first.map { $0 + 1 }
    }

    /// The texts of the items, with answers as the definition counts them.
    func texts() throws(TextRefusal) -> [ItemText] {
        var choices: [AnswerChoices] = []
        for (index, placed) in matched.enumerated() {
            choices.append(
                try AnswerChoices(placed, range: scale.ranges[index], step: scale.step, denominator, file: file))
        }
        let rises = try commonOrder(choices)
        var texts: [ItemText] = []
        for (index, placed) in matched.enumerated() {
            let item = index + 1
            // A reversed item whose scores run against those of the other items carries scores that are
            // already turned; one that runs with them carries answers.
            let isTurned = scale.reversed.contains(item) && choices[index].rises.map { $0 != rises } ?? false
            texts.append(
                ItemText(
                    item: item, text: try wording(placed.item.text, placed.path),
                    choices: choices[index].choices.map {
                        AnswerText(
                            answer: isTurned ? scale.answer(forScore: $0.score, item: item) : $0.score, text: $0.text)
                    }))
        }
        return texts
    }

    /// Whether scores rise along the list in the items that are not reversed; needed only beside reversed ones.
    private func commonOrder(_ choices: [AnswerChoices]) throws(TextRefusal) -> Bool {
        var orders: Set<Bool> = []
        for (index, choice) in choices.enumerated() where !scale.reversed.contains(index + 1) {
            if let rises = choice.rises { orders.insert(rises) }
        }
        let hasReversedChoices = choices.indices.contains {
            scale.reversed.contains($0 + 1) && choices[$0].rises != nil
        }
        guard hasReversedChoices, orders.count != 1 else { return orders.first ?? true }
        throw TextRefusal(
            file: file,
            reason:
                "lists the answers of its items in no common order, so that reversed scores cannot be told from answers"
        )
    }

    private func wording(_ text: String?, _ path: String) throws(TextRefusal) -> String {
        guard let text, text.contains(where: { !$0.isWhitespace }) else {
            throw TextRefusal(file: file, path: path + ".text", reason: "is missing")
        }
        guard text.utf8.count <= QuestionnaireReading.longestText else {
            throw TextRefusal(
                file: file, path: path + ".text", reason: "is longer than \(QuestionnaireReading.longestText) bytes")
        }
        return text
    }
}
