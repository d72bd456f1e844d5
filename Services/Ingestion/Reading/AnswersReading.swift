import Domain
import ServiceKit

/// Reads answers: `items` (a number or null for each), or `total`, or both where they agree.
///
/// The rules are OpenFIT's (clinical-reference 1.2.1): all items or a total, never a part of the items as a total;
/// 0 is an answer and never stands for a missing one; what was skipped is not sent.
enum AnswersReading {
    static let fields: Set<String> = ["items", "total", "skipped"]

    static func read(_ form: JSONObject, for instrument: Instrument) throws(Problem) -> Answers {
        var faults = FieldErrors()
        let items = faults.catching { () throws(FieldError) -> [Int?]? in try Self.items(form, instrument) } ?? nil
        let total = faults.catching { () throws(FieldError) -> Int? in try Self.total(form, instrument) } ?? nil
        let isSkipped = faults.catching { () throws(FieldError) -> Bool in
            try form.optional("skipped")?.bool() ?? false
        }
        try faults.throwIfAny()
        if isSkipped == true {
            faults.append(skipFault(form, hasScores: total != nil || items?.contains { $0 != nil } == true))
        }
        if total == 0, let items, items.allSatisfy({ $0 == nil }) {
            faults.append(
                FieldError(
                    pointer: "/total",
                    detail: "is 0 although no item was answered; 0 is an answer and does not stand for a missing one"))
        }
        try faults.throwIfAny()
        do throws(AnswerProblem) {
            let answers = try instrument.answers(items: items, total: total)
            _ = try instrument.score(answers)
            return answers
        } catch {
            throw .invalidContent([FieldError(pointer: error.pointer, detail: error.advice(for: instrument))])
        }
    }

    private static func skipFault(_ form: JSONObject, hasScores: Bool) -> FieldError {
        FieldError(
            pointer: "/skipped",
            detail: hasScores
                ? "says that nothing was answered, but scores are given; send either the scores or nothing"
                : "says that nothing was answered; then there is no rating to record, so do not send one")
    }

    private static func items(_ form: JSONObject, _ instrument: Instrument) throws(FieldError) -> [Int?]? {
        guard let field = form.optional("items") else { return nil }
        var items: [Int?] = []
        for item in try field.array(0...ItemNumbers.highest) {
            items.append(item.value == .null ? nil : try steps(item, instrument))
        }
        return items
    }

    private static func total(_ form: JSONObject, _ instrument: Instrument) throws(FieldError) -> Int? {
        guard let field = form.optional("total") else { return nil }
        return try steps(field, instrument)
    }

    /// Decimals become steps by their digits, never through a binary fraction.
    private static func steps(_ field: JSONField, _ instrument: Instrument) throws(FieldError) -> Int {
        let text = try field.number().text
        do throws(DecimalProblem) {
            return try DecimalSteps.steps(text, denominator: instrument.stepDenominator)
        } catch {
            throw field.error(error.description)
        }
    }
}

extension AnswerProblem {
    fileprivate var pointer: String {
        switch self {
        case .itemOutOfRange(let item, _, _), .itemBetweenSteps(let item, _): "/items/\(item - 1)"
        case .wrongItemCount, .itemsNotDefined, .missingItems, .missingItemsNeverImputed, .noAnswers: "/items"
        case .totalNotAllowed, .totalOutOfRange, .totalWithPartialItems, .totalContradictsItems, .zeroWithoutAnswers:
            "/total"
        }
    }
}
