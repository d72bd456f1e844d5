/// Why answers cannot be scored. Nothing is stored of a rating that has one.
///
/// The cases carry the values, so that a caller can point at the field; `description` leaves them out,
/// because answers must not reach a log.
public enum AnswerProblem: Error, Hashable, Sendable {
    case noAnswers
    case wrongItemCount(given: Int, expected: Int)
    /// The instrument is entered as a total only.
    case itemsNotDefined
    /// `item` from 1; `value` and `allowed` in steps.
    case itemOutOfRange(item: Int, value: Int, allowed: ClosedRange<Int>)
    /// An answer between two choices, e.g. 2.5 where whole points are answered; `step` in steps.
    case itemBetweenSteps(item: Int, step: Int)
    case missingItems(items: [Int], allowed: Int)
    /// Items that may never be guessed from the others.
    case missingItemsNeverImputed(items: [Int])
    /// A total of 0 that stands for missing items.
    case zeroWithoutAnswers
    case totalNotAllowed
    /// `value` and `allowed` in steps.
    case totalOutOfRange(value: Int, allowed: ClosedRange<Int>)
    case totalWithPartialItems(missing: [Int])
    /// Both in steps.
    case totalContradictsItems(total: Int, sumOfItems: Int)
}

extension AnswerProblem: CustomStringConvertible {
    /// What is wrong and what to do, without any answer; ranges in steps.
    public var description: String { advice(denominator: 1, unit: " steps") }

    /// What is wrong and what to do, without any answer; ranges as people write them.
    public func advice(for instrument: Instrument) -> String {
        advice(denominator: instrument.stepDenominator, unit: "")
    }

    private func advice(denominator: Int, unit: String) -> String {
        func range(_ allowed: ClosedRange<Int>) -> String {
            let lowest = DecimalSteps.text(allowed.lowerBound, denominator: denominator)
            let highest = DecimalSteps.text(allowed.upperBound, denominator: denominator)
            return "\(lowest) to \(highest)\(unit)"
        }
        func list(_ items: [Int]) -> String {
            (items.count == 1 ? "item " : "items ") + items.map(String.init).joined(separator: ", ")
        }
        return switch self {
        case .noAnswers:
            "neither items nor a total are given; send one of them, or no rating at all"
        case .wrongItemCount(let given, let expected):
            "\(given) items are given, the instrument has \(expected); send one entry per item, empty where unanswered"
        case .itemsNotDefined:
            "this instrument is defined without items; send its total"
        case .itemOutOfRange(let item, _, let allowed):
            "item \(item) is outside \(range(allowed)); correct it, or leave it empty if it was not answered"
        case .itemBetweenSteps(let item, let step):
            "item \(item) is between two answers, which are \(DecimalSteps.text(step, denominator: denominator))\(unit) "
                + "apart; correct it, or leave it empty if it was not answered"
        case .missingItems(let items, 0):
            "\(list(items)) unanswered, and this instrument needs every item; complete it, or do not send the rating"
        case .missingItems(let items, let allowed):
            "\(list(items)) unanswered, and at most \(allowed) may be; complete it, or do not send the rating"
        case .missingItemsNeverImputed(let items):
            "\(list(items)) unanswered, which is never filled in from other items; ask for the answer"
        case .zeroWithoutAnswers:
            "the total is 0 although no item was answered; 0 is an answer and does not stand for a missing one"
        case .totalNotAllowed:
            "this instrument does not take a total alone; send its items"
        case .totalOutOfRange(_, let allowed):
            "the total is outside \(range(allowed)); correct it"
        case .totalWithPartialItems(let missing):
            "a total is given together with \(list(missing)) unanswered; send all items, or the total alone"
        case .totalContradictsItems:
            "the total is not the score of the items; send the items alone, or correct the total"
        }
    }
}
