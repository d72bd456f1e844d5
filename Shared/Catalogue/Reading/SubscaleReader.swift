import Domain

/// Reads the subscales of an instrument.
///
///     - id: depression               # name, unique within the instrument
///       title: Depression
///       items: [3, 5, 10]            # item numbers from 1, none twice
///       score: {method: sum, multiplier: 2}   # optional; left out: as the total
///       range: {minimum: 0, maximum: 42}      # must be what the items make
///       direction: lower_is_better   # optional; left out: as the total
///       missing_items: {...}         # optional, see MissingItemReader; without `within`
///       norm_sets: [...]             # optional, see NormSetReader; without alternatives
///       bands: [...]                 # optional, see BandSetReader; without alternatives
enum SubscaleReader {
    static func read(
        _ place: StrictNode, _ core: InstrumentReader.Core, _ missing: MissingItemRule?
    ) throws(CatalogueError) -> [Subscale] {
        guard let items = core.items else { throw place.refusal("needs an instrument with items") }
        var subscales: [Subscale] = []
        for entry in try place.list() {
            let subscale = try one(entry, core, items, missing)
            guard !subscales.contains(where: { $0.id == subscale.id }) else {
                throw entry.refusal("id \(subscale.id) is used twice")
            }
            subscales.append(subscale)
        }
        return subscales
    }

    private static func one(
        _ place: StrictNode, _ core: InstrumentReader.Core, _ items: ItemScale, _ missing: MissingItemRule?
    ) throws(CatalogueError) -> Subscale {
        try place.mapping(
            "id", "title", "items", "score", "range", "direction", "missing_items", "norm_sets", "bands"
        ) { fields throws(CatalogueError) in
            let numbers = try fields.required("items").itemNumbers(items.count)
            let score =
                try fields.optional("score") { field throws(CatalogueError) in
                    try ScoreFrame.method(field, items)
                } ?? core.score
            if core.purpose == .preferences, let direction = fields.optional("direction") {
                throw direction.refusal("does not belong to preferences: neither pole is better")
            }
            let rangeField = try fields.required("range")
            let frame = ScoreFrame(
                range: try ScoreFrame.range(rangeField, core.frame.denominator), denominator: core.frame.denominator,
                direction: try fields.optional("direction")?.choice(ScoreDirection.self) ?? core.frame.direction)
            try frame.check(rangeField, score, numbers.numbers.map { items.ranges[$0 - 1] })
            return Subscale(
                id: try fields.required("id").name(SubscaleID.self),
                title: try fields.required("title").text(),
                items: numbers, score: score, range: frame.range, direction: frame.direction,
                missingItemRule: try fields.optional("missing_items") { field throws(CatalogueError) in
                    try Self.missing(field, items, numbers)
                } ?? missing ?? .none,
                normSets: try fields.optional("norm_sets") { field throws(CatalogueError) in
                    let sets = try NormSetReader.read(field, frame)
                    try refuseAlternatives(field, sets.map(\.standing))
                    return sets
                } ?? [],
                bandSets: try fields.optional("bands") { field throws(CatalogueError) in
                    let sets = try BandSetReader.read(field, frame)
                    try refuseAlternatives(field, sets.map(\.standing))
                    return sets
                } ?? [])
        }
    }

    private static func missing(
        _ place: StrictNode, _ items: ItemScale, _ numbers: ItemNumbers
    ) throws(CatalogueError) -> MissingItemRule {
        let missing = try MissingItemReader.read(place, items)
        guard missing.subscaleRule == nil else { throw place.refusal("within belongs to the instrument's rule") }
        guard missing.maxMissing < numbers.count else {
            throw place.refusal("at_most must be below the \(numbers.count) items of the subscale")
        }
        return missing.totalRule
    }

    private static func refuseAlternatives(
        _ place: StrictNode, _ standings: [Standing]
    ) throws(CatalogueError) {
        if standings.contains(.alternative) {
            throw place.refusal("only figures of a total can be alternatives that a site chooses")
        }
    }
}
