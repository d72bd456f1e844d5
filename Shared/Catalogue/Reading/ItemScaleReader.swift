import Domain

/// Reads the items of an instrument and the answers they take, which are places on the printed scale
/// counted from its first choice.
///
///     count: 9                       # 1 to 128
///     minimum: 0
///     maximum: 3
///     step: 1                        # optional: between two answers; left out: the smallest step
///     ranges: [{items: [2], minimum: 0, maximum: 2}]   # optional: items with a range of their own
///     reversed: [2, 3]               # optional: counted from the other end, numbers from 1
///     safety: [{item: 9, at_least: 1}]   # optional, as scored; source and confidence may be given
///     may_not_apply: [1]             # optional: unanswered means not applicable, the mean of the others stands in
enum ItemScaleReader {
    static func read(_ place: StrictNode, _ denominator: Int) throws(CatalogueError) -> ItemScale {
        try place.mapping(
            "count", "minimum", "maximum", "step", "ranges", "reversed", "safety", "may_not_apply"
        ) { fields throws(CatalogueError) in
            let count = try fields.required("count").whole(1...ItemNumbers.highest)
            var ranges = Array(repeating: try ScoreFrame.bounds(fields, denominator), count: count)
            try fields.optional("ranges") { field throws(CatalogueError) in
                try Self.ranges(field, denominator, &ranges)
            }
            let step =
                try fields.optional("step") { field throws(CatalogueError) in
                    try Self.step(field, denominator, ranges)
                } ?? 1
            let reversed =
                try fields.optional("reversed") { field throws(CatalogueError) in
                    try field.itemNumbers(count)
                } ?? []
            let safety =
                try fields.optional("safety") { field throws(CatalogueError) in
                    try Self.safety(field, ranges, denominator)
                } ?? []
            let mayNotApply =
                try fields.optional("may_not_apply") { field throws(CatalogueError) in
                    try Self.mayNotApply(field, ranges, safety)
                } ?? []
            return ItemScale(
                ranges: ranges, reversed: reversed, safety: safety, step: step, mayNotApply: mayNotApply)
        }
    }

    private static func ranges(
        _ place: StrictNode, _ denominator: Int, _ ranges: inout [ClosedRange<Int>]
    ) throws(CatalogueError) {
        var given = ItemNumbers()
        for entry in try place.list() {
            let (items, range) = try entry.mapping("items", "minimum", "maximum") { fields throws(CatalogueError) in
                (
                    try fields.required("items").itemNumbers(ranges.count),
                    try ScoreFrame.bounds(fields, denominator)
                )
            }
            let twice = given.intersection(items)
            guard twice.isEmpty else { throw entry.refusal("item \(twice) has two ranges") }
            given = ItemNumbers(given.numbers + items.numbers)
            for item in items.numbers { ranges[item - 1] = range }
        }
    }

    private static func step(
        _ place: StrictNode, _ denominator: Int, _ ranges: [ClosedRange<Int>]
    ) throws(CatalogueError) -> Int {
        let step = try place.positiveSteps(denominator)
        guard ranges.allSatisfy({ ($0.upperBound - $0.lowerBound).isMultiple(of: step) }) else {
            throw place.refusal("does not lead from the minimum to the maximum")
        }
        return step
    }

    private static func safety(
        _ place: StrictNode, _ ranges: [ClosedRange<Int>], _ denominator: Int
    ) throws(CatalogueError) -> [SafetyItem] {
        var items: [SafetyItem] = []
        for entry in try place.list() {
            let item = try entry.mapping(
                "item", "at_least", "source", "confidence"
            ) { fields throws(CatalogueError) in
                let number = try fields.required("item").whole(1...ranges.count)
                let threshold = try fields.required("at_least")
                let steps = try threshold.steps(denominator)
                guard ranges[number - 1].contains(steps) else { throw threshold.refusal("is outside the items' range") }
                return SafetyItem(item: number, atLeast: steps, evidence: try fields.evidence())
            }
            guard !items.contains(where: { $0.item == item.item }) else { throw entry.refusal("item is listed twice") }
            items.append(item)
        }
        return items
    }

    private static func mayNotApply(
        _ place: StrictNode, _ ranges: [ClosedRange<Int>], _ safety: [SafetyItem]
    ) throws(CatalogueError) -> ItemNumbers {
        let items = try place.itemNumbers(ranges.count)
        guard items.count < ranges.count else { throw place.refusal("must leave an item that applies to everybody") }
        guard ranges.allSatisfy({ $0 == ranges[0] }) else {
            throw place.refusal("needs items on one scale: the mean of the others stands in")
        }
        for item in safety where items.contains(item.item) {
            throw place.refusal("safety item \(item.item) concerns everybody")
        }
        return items
    }
}
