import Catalogue
import Domain

/// The page on which one measure is answered.
struct MeasurePage {
    let instrument: Instrument
    let wording: MeasureWording
    /// Of the check-in.
    let path: String
    /// Which of the measures this is, from 1.
    let place: Int
    let count: Int
    /// What was sent and is no rating; nil where nothing was sent.
    let sent: MeasureAnswers?
    let takesComments: Bool
    /// Under which name the browser keeps what is filled in until it was sent; nil: it does not.
    let keptAs: String?
    let words: Words

    var title: String { wording.texts.title ?? instrument.title }

    var values: [String: Any] {
        let first = sent?.faults.keys.min()
        let faults = (sent?.faults.count ?? 0) + (sent?.isCommentTooLong == true ? 1 : 0)
        return [
            "step": words("checkin.measure.step", ["place": words.integer(place), "count": words.integer(count)]),
            "action": "\(path)/m/\(instrument.reference.id)", "next": "\(path)/next", "away": path,
            "textLanguage": wording.texts.language.text, "introduction": wording.texts.introduction,
            "copyright": wording.texts.copyright ?? "", "hasCopyright": wording.texts.copyright != nil,
            "isUnvalidated": instrument.isUnvalidated, "isForeign": isForeign,
            "items": wording.texts.items.map { item($0, isFirstFault: $0.item == first) },
            "hasFaults": faults > 0, "faults": words("checkin.measure.faults", count: faults),
            "takesComments": takesComments, "comment": sent?.typed[MeasureAnswers.commentField] ?? "",
            "isCommentTooLong": sent?.isCommentTooLong ?? false, "commentLeads": first == nil && sent != nil,
            "isFresh": sent == nil, "kept": keptAs.map { "\($0):\(instrument.reference.id)" } ?? "", "isKept": keptAs != nil,
        ]
    }

    private var isForeign: Bool { wording.texts.language.text.prefix(2) != words.language.rawValue }

    private func item(_ item: ItemText, isFirstFault: Bool) -> [String: Any] {
        let form = ItemForm(item, of: instrument)
        let fault = sent?.faults[item.item]
        let field = MeasureAnswers.field(item.item)
        let typed = sent?.typed[field] ?? ""
        let range = instrument.items?.ranges[item.item - 1] ?? 0...0
        let ends = ["lowest": number(range.lowerBound), "highest": number(range.upperBound)]
        let isOptional = instrument.items?.mayNotApply.contains(item.item) == true
        return [
            "field": field, "number": words.integer(item.item), "wording": item.text,
            "isChoice": form == .choices, "isLine": form == .line, "isNumber": form != .choices, "isOptional": isOptional,
            "typed": typed, "hasFault": fault != nil, "leads": isFirstFault,
            "fault": fault.map { words("checkin.fault.\(Self.word($0))", ends) } ?? "",
            "choices": item.choices.enumerated().map { index, choice in
                let value = instrument.text(choice.answer)
                return [
                    "value": value, "choiceText": choice.text, "isChosen": !typed.isEmpty && typed == value,
                    "choiceID": "\(field)-\(index + 1)", "choiceLeads": isFirstFault && index == 0,
                ] as [String: Any]
            },
            "hint": words(form == .line ? "checkin.line.hint" : "checkin.measure.number", ends),
            "lowest": instrument.text(range.lowerBound), "highest": instrument.text(range.upperBound),
            "step": instrument.text(instrument.items?.step ?? 1), "better": isHigherBetter(item.item) ? "high" : "low",
            "lowEnd": words[isHigherBetter(item.item) ? "checkin.line.hardEnd" : "checkin.line.goodEnd"],
            "highEnd": words[isHigherBetter(item.item) ? "checkin.line.goodEnd" : "checkin.line.hardEnd"],
        ]
    }

    private func number(_ steps: Int) -> String { words.decimal(steps, denominator: instrument.stepDenominator) }

    /// An item that is counted from the other end has its good end there.
    private func isHigherBetter(_ item: Int) -> Bool {
        let isReversed = instrument.items?.reversed.contains(item) == true
        return (instrument.direction == .higherIsBetter) != isReversed
    }

    private static func word(_ fault: MeasureAnswers.Fault) -> String {
        switch fault {
        case .missing: "missing"
        case .notANumber: "notANumber"
        case .outOfRange: "outOfRange"
        case .betweenSteps: "betweenSteps"
        }
    }

    /// What there is to say where the site has no wording of a measure.
    static func unworded(_ instrument: Instrument, path: String, token: String, _ words: Words) -> [String: Any] {
        [
            "explanation": words("checkin.unworded.text", ["instrument": instrument.title]),
            "advice": words["checkin.unworded.advice"],
            "command": "attune texts load \(instrument.reference.id).json",
            "action": "\(path)/m/\(instrument.reference.id)", "next": "\(path)/summary",
        ]
    }
}
