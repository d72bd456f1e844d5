import Domain

/// Reads what becomes of unanswered items.
///
///     at_most: 2                     # how many may be filled in
///     never_impute: [9]              # optional; all safety items must be listed
///     method: mean                   # optional: mean (the score is rounded once) | rounded_mean (each answer is)
///     within: total                  # optional: total | subscales (at_most holds for each; needs rounded_mean)
enum MissingItemReader {
    static func read(_ place: StrictNode, _ items: ItemScale?) throws(CatalogueError) -> MissingItems {
        guard let items, items.count > 1 else { throw place.refusal("needs an instrument with items") }
        guard items.isUniform else {
            throw place.refusal("needs items on one scale: an answer of one cannot stand for another")
        }
        return try place.mapping("at_most", "never_impute", "method", "within") { fields throws(CatalogueError) in
            let maxMissing = try fields.required("at_most").whole(1...(items.count - 1))
            let never =
                try fields.optional("never_impute") { field throws(CatalogueError) in
                    try field.itemNumbers(items.count)
                } ?? []
            for safety in items.safety where !never.contains(safety.item) {
                throw place.refusal("safety item \(safety.item) must be listed in never_impute")
            }
            let method = try fields.optional("method")?.choice(MethodName.self) ?? .mean
            let within = try fields.optional("within")?.choice(Scope.self) ?? .total
            let rule: MissingItemRule =
                switch method {
                case .mean: .mean(maxMissing: maxMissing, neverImpute: never)
                case .roundedMean: .roundedMean(maxMissing: maxMissing, neverImpute: never)
                }
            switch within {
            case .total:
                return MissingItems(
                    place: place, items: items, maxMissing: maxMissing, totalRule: rule, subscaleRule: nil)
            case .subscales:
                guard method == .roundedMean else { throw place.refusal("within subscales needs method rounded_mean") }
                return MissingItems(
                    place: place, items: items, maxMissing: maxMissing, totalRule: .bySubscale, subscaleRule: rule)
            }
        }
    }

    private enum MethodName: String, CaseIterable {
        case mean
        case roundedMean = "rounded_mean"
    }

    private enum Scope: String, CaseIterable {
        case total, subscales
    }
}

/// A rule for unanswered items as read.
struct MissingItems {
    let place: StrictNode
    let items: ItemScale
    let maxMissing: Int
    let totalRule: MissingItemRule
    /// The rule of every subscale that has none of its own; nil where the rule is about the total alone.
    let subscaleRule: MissingItemRule?

    /// Refuses a rule within subscales that leaves an item out, counts one twice, or cannot be met.
    func check(_ subscales: [Subscale], _ score: ScoreMethod) throws(CatalogueError) {
        guard subscaleRule != nil else { return }
        var covered = ItemNumbers()
        for subscale in subscales {
            let twice = covered.intersection(subscale.items)
            guard twice.isEmpty else { throw place.refusal("item \(twice) is in two subscales") }
            guard maxMissing < subscale.items.count else {
                throw place.refusal("at_most must be below the \(subscale.items.count) items of \(subscale.id)")
            }
            covered = ItemNumbers(covered.numbers + subscale.items.numbers)
        }
        guard covered.count == items.count else { throw place.refusal("needs subscales that hold every item") }
        guard case .sum = score else { throw place.refusal("within subscales needs a total by sum") }
    }
}
