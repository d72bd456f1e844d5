import Domain
import Intake
import ServiceKit

/// Reads answers: `items` (a number or null for each), or `total`, or both where they agree. The rules are those of
/// `GivenAnswers`; what was skipped is not sent.
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
        let given = GivenAnswers(items: items, total: total, isSkipped: isSkipped == true)
        do throws(UnfitAnswers) {
            return try given.checked(for: instrument)
        } catch {
            throw .invalidContent(error.faults.map { $0.fieldError(for: instrument) })
        }
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

extension UnfitAnswers.Fault {
    fileprivate func fieldError(for instrument: Instrument) -> FieldError {
        switch self {
        case .skippedWithScores:
            FieldError(
                pointer: "/skipped",
                detail: "says that nothing was answered, but scores are given; send either the scores or nothing")
        case .skipped:
            FieldError(
                pointer: "/skipped",
                detail: "says that nothing was answered; then there is no rating to record, so do not send one")
        case .zeroWithoutAnswers:
            FieldError(
                pointer: "/total",
                detail: "is 0 although no item was answered; 0 is an answer and does not stand for a missing one")
        case .problem(let problem):
            FieldError(pointer: problem.pointer, detail: problem.advice(for: instrument))
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
