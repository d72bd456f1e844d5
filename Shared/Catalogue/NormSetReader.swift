import Domain

/// Reads the norm sets of an instrument. Two sets that could fit the same rater are refused, since which
/// one holds must never depend on their order.
///
///     - id: ors-adult                # name, unique within the instrument
///       title: adults
///       raters: [self]               # self, caretaker, clinician, collateral
///       ages: [adult]                # child, adolescent, adult
///       cut_off: {value: 25, inclusive: false}   # optional; inclusive: the value itself is clinical
///       reliable_change: 5           # optional; a change of exactly this counts
///       source: where the figures come from
///       confidence: sourced          # sourced, common_knowledge, uncertain, computed
///
/// `reliable_change` may also be derived from a sample after Jacobson and Truax, rounded up to a step:
/// `{deviation: 6.8, reliability: 0.93, level: 95}`.
enum NormSetReader {
    static func read(
        _ place: StrictNode, _ total: ClosedRange<Int>, _ denominator: Int
    ) throws(CatalogueError) -> [NormSet] {
        var sets: [NormSet] = []
        for entry in try place.list() {
            let set = try one(entry, total, denominator)
            for other in sets {
                if other.id == set.id { throw entry.refusal("id \(set.id) is used twice") }
                if other.population.overlaps(set.population) {
                    throw entry.refusal("\(set.id) and \(other.id) could both fit the same rater")
                }
            }
            sets.append(set)
        }
        return sets
    }

    static func cutOff(
        _ place: StrictNode, _ total: ClosedRange<Int>, _ denominator: Int
    ) throws(CatalogueError) -> CutOff {
        try place.mapping("value", "inclusive") { fields throws(CatalogueError) in
            let field = try fields.required("value")
            let value = try field.steps(denominator)
            guard total.contains(value) else { throw field.refusal("is outside the range of the total") }
            return CutOff(value: value, isInclusive: try fields.required("inclusive").flag())
        }
    }

    static func population(_ fields: StrictMapping) throws(CatalogueError) -> Population {
        Population(
            raterRoles: try fields.required("raters").distinct { entry throws(CatalogueError) in
                try entry.choice(RaterRole.self)
            },
            ageBands: try fields.required("ages").distinct { entry throws(CatalogueError) in
                try entry.choice(AgeBand.self)
            })
    }

    private static func one(
        _ place: StrictNode, _ total: ClosedRange<Int>, _ denominator: Int
    ) throws(CatalogueError) -> NormSet {
        try place.mapping(
            "id", "title", "raters", "ages", "cut_off", "reliable_change", "source", "confidence"
        ) { fields throws(CatalogueError) in
            let cutOff = try fields.optional("cut_off") { field throws(CatalogueError) in
                try Self.cutOff(field, total, denominator)
            }
            let change = try fields.optional("reliable_change") { field throws(CatalogueError) in
                try reliableChange(field, total, denominator)
            }
            guard cutOff != nil || change != nil else {
                throw place.refusal("needs cut_off or reliable_change, or both")
            }
            return NormSet(
                id: try fields.required("id").name(NormSetID.self),
                title: try fields.required("title").text(),
                population: try population(fields),
                cutOff: cutOff,
                reliableChange: change,
                source: try fields.required("source").text(),
                confidence: try fields.required("confidence").choice(Confidence.self))
        }
    }

    private static func reliableChange(
        _ place: StrictNode, _ total: ClosedRange<Int>, _ denominator: Int
    ) throws(CatalogueError) -> Int {
        let steps =
            place.isMapping
            ? try derivedChange(place, denominator) : try place.steps(denominator)
        guard (1...total.count - 1).contains(steps) else {
            throw place.refusal("must be above 0 and within the range of the total")
        }
        return steps
    }

    private static func derivedChange(_ place: StrictNode, _ denominator: Int) throws(CatalogueError) -> Int {
        try place.mapping("deviation", "reliability", "level") { fields throws(CatalogueError) in
            let deviation = try fields.required("deviation").number()
            let reliability = try fields.required("reliability").number()
            let level = JacobsonTruax.Level(rawValue: try fields.required("level").whole(0...100))
            guard let level else { throw place.refusal("level must be 90 or 95") }
            guard (0...10_000).contains(deviation), reliability > 0, reliability < 1 else {
                throw place.refusal("needs a deviation from 0 to 10000 and a reliability between 0 and 1")
            }
            let points = JacobsonTruax.reliableChange(
                deviation: deviation, reliability: reliability, level: level)
            return Int((points * Double(denominator)).rounded(.up))
        }
    }
}
