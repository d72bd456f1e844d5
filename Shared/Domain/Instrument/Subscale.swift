/// A subscale of an instrument, such as `depression`.
public struct SubscaleID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// Some items of an instrument with a score of their own. Values are in the instrument's steps.
public struct Subscale: Hashable, Sendable {
    public let id: SubscaleID
    public let title: String
    public let items: ItemNumbers
    public let score: ScoreMethod
    /// Lowest and highest score, in steps.
    public let range: ClosedRange<Int>
    /// Nil between two poles neither of which is better (C-NIP).
    public let direction: ScoreDirection?
    public internal(set) var missingItemRule: MissingItemRule
    /// Cut-offs and reliable changes of the subscale, as for totals.
    public let normSets: [NormSet]
    public let bandSets: [BandSet]

    public init(
        id: SubscaleID, title: String, items: ItemNumbers, score: ScoreMethod, range: ClosedRange<Int>,
        direction: ScoreDirection?, missingItemRule: MissingItemRule = .none, normSets: [NormSet] = [],
        bandSets: [BandSet] = []
    ) {
        self.id = id
        self.title = title
        self.items = items
        self.score = score
        self.range = range
        self.direction = direction
        self.missingItemRule = missingItemRule
        self.normSets = normSets
        self.bandSets = bandSets
    }

    /// The figures that hold for a rater; nil where none, or more than one set, fits.
    public func normSet(for role: RaterRole, ageBand: AgeBand, sex: Sex?) -> NormSet? {
        normSets.holding(for: role, ageBand, sex)
    }

    /// The named ranges that hold.
    public var bandSet: BandSet? { bandSets.holding }
}

/// What a subscale makes of answers.
public struct SubscaleScore: Hashable, Sendable {
    public let subscale: SubscaleID
    /// In steps; nil where too few of its items are answered, or only a total was entered.
    public let score: Int?

    public init(subscale: SubscaleID, score: Int?) {
        self.subscale = subscale
        self.score = score
    }
}

extension Instrument {
    /// Scores the subscales of answers that the instrument can score as a whole, in their order.
    public func subscaleScores(_ answers: Answers) throws(AnswerProblem) -> [SubscaleScore] {
        _ = try score(answers)
        guard case .items(let given) = answers, let scale = items else {
            return subscales.map { SubscaleScore(subscale: $0.id, score: nil) }
        }
        return subscales.map { subscale in
            var tally = ItemTally(given, of: subscale.items, on: scale)
            let count = tally.count
            do throws(AnswerProblem) {
                if !tally.missing.isEmpty { try tally.fill(by: subscale.missingItemRule, scale) }
            } catch {
                return SubscaleScore(subscale: subscale.id, score: nil)
            }
            return SubscaleScore(
                subscale: subscale.id,
                score: subscale.score.score(sum: tally.sum, answered: tally.answered, of: count))
        }
    }
}
