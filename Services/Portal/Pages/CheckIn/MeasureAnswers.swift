import Domain
import Intake

/// What somebody sent for a measure: read, and where it is no rating, why, item by item.
struct MeasureAnswers: Sendable {
    enum Fault: Hashable, Sendable {
        case missing
        case notANumber
        case outOfRange
        case betweenSteps
    }

    /// As typed, by field name, to be shown again.
    let typed: [String: String]
    let comment: String?
    /// By number of the item, from 1.
    private(set) var faults: [Int: Fault] = [:]
    private(set) var isCommentTooLong = false
    /// Nil where there are faults.
    private(set) var answers: Answers?

    static func field(_ item: Int) -> String { "item\(item)" }
    static let commentField = "comment"

    init(_ form: Form, for instrument: Instrument) {
        var typed: [String: String] = [:]
        var values: [Int?] = []
        var faults: [Int: Fault] = [:]
        for item in 1...max(1, instrument.items?.count ?? 1) {
            let text = form[Self.field(item)] ?? ""
            typed[Self.field(item)] = text
            do throws(DecimalProblem) {
                values.append(try Self.value(text, instrument))
            } catch {
                values.append(nil)
                faults[item] = error == .notADecimal || error == .tooLarge ? .notANumber : .betweenSteps
            }
        }
        // Line ends as people mean them, not as forms send them.
        let words = (form[Self.commentField] ?? "").replacing("\r\n", with: "\n")
        typed[Self.commentField] = words
        self.typed = typed
        comment = words.contains { !$0.isWhitespace } ? words : nil
        isCommentTooLong = words.count > RatingDraft.commentLength.upperBound
        self.faults = faults
        guard faults.isEmpty else { return }
        do throws(UnfitAnswers) {
            let checked = try GivenAnswers(items: values).checked(for: instrument)
            if !isCommentTooLong { answers = checked }
        } catch {
            for fault in error.faults { note(fault, values) }
        }
    }

    var hasFaults: Bool { answers == nil }

    /// Nil for an empty text: no answer is not the answer 0.
    private static func value(_ text: String, _ instrument: Instrument) throws(DecimalProblem) -> Int? {
        let text = text.replacing(",", with: ".").filter { !$0.isWhitespace }
        guard !text.isEmpty else { return nil }
        guard text.utf8.count <= 20 else { throw .tooLarge }
        return try DecimalSteps.steps(text, denominator: instrument.stepDenominator)
    }

    private mutating func note(_ fault: UnfitAnswers.Fault, _ values: [Int?]) {
        switch fault {
        case .problem(.itemOutOfRange(let item, _, _)): faults[item] = .outOfRange
        case .problem(.itemBetweenSteps(let item, _)): faults[item] = .betweenSteps
        case .problem(.missingItems(let items, _)), .problem(.missingItemsNeverImputed(let items)):
            for item in items { faults[item] = .missing }
        case .problem, .skipped, .skippedWithScores, .zeroWithoutAnswers:
            for (index, value) in values.enumerated() where value == nil { faults[index + 1] = .missing }
            // A fault without a place would leave nobody knowing what to do.
            if faults.isEmpty { faults[1] = .missing }
        }
    }
}
