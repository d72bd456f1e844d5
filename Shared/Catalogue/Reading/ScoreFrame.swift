import Domain

/// What the figures of a total or a subscale are checked against.
struct ScoreFrame {
    /// Lowest and highest score, in steps.
    let range: ClosedRange<Int>
    /// Steps in a point.
    let denominator: Int
    /// Nil where neither end is better.
    let direction: ScoreDirection?

    /// `{method: sum, multiplier: 4}` or `{method: mean, factor: 10}`.
    static func method(_ place: StrictNode, _ items: ItemScale?) throws(CatalogueError) -> ScoreMethod {
        guard items != nil else { throw place.refusal("needs an instrument with items") }
        return try place.mapping("method", "multiplier", "factor") { fields throws(CatalogueError) in
            switch try fields.required("method").choice(MethodName.self) {
            case .sum:
                if let factor = fields.optional("factor") { throw factor.refusal("belongs to method mean") }
                return .sum(multiplier: try fields.optional("multiplier")?.whole(1...100) ?? 1)
            case .mean:
                if let multiplier = fields.optional("multiplier") { throw multiplier.refusal("belongs to method sum") }
                return .mean(factor: try fields.required("factor").whole(1...100))
            }
        }
    }

    private enum MethodName: String, CaseIterable {
        case sum, mean
    }

    /// `{minimum: 0, maximum: 27}`.
    static func range(_ place: StrictNode, _ denominator: Int) throws(CatalogueError) -> ClosedRange<Int> {
        try place.mapping("minimum", "maximum") { fields throws(CatalogueError) in
            try bounds(fields, denominator)
        }
    }

    /// The fields `minimum` and `maximum` among others.
    static func bounds(_ fields: StrictMapping, _ denominator: Int) throws(CatalogueError) -> ClosedRange<Int> {
        let lowest = try fields.required("minimum").steps(denominator)
        let highest = try fields.required("maximum").steps(denominator)
        guard lowest < highest else { throw fields.place.refusal("minimum must be below maximum") }
        return lowest...highest
    }

    /// Refuses a range that the items cannot or need not fill.
    func check(
        _ place: StrictNode, _ method: ScoreMethod, _ items: some Collection<ClosedRange<Int>>
    ) throws(CatalogueError) {
        let made = method.range(of: items)
        guard made == range else {
            let lowest = DecimalSteps.text(made.lowerBound, denominator: denominator)
            let highest = DecimalSteps.text(made.upperBound, denominator: denominator)
            throw place.refusal("the items add up to \(lowest) to \(highest)")
        }
    }
}

extension StrictNode {
    /// Points above 0, in steps.
    func positiveSteps(_ denominator: Int) throws(CatalogueError) -> Int {
        let steps = try steps(denominator)
        guard steps > 0 else { throw refusal("must be above 0") }
        return steps
    }

    /// Item numbers from 1, none twice.
    func itemNumbers(_ count: Int) throws(CatalogueError) -> ItemNumbers {
        ItemNumbers(try distinct { entry throws(CatalogueError) in try entry.whole(1...count) })
    }
}
