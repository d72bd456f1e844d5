import Domain

/// Reads the norm sets of an instrument. Two standard sets that could fit the same rater are refused, since
/// which one holds must never depend on their order; alternatives stand beside them until a site chooses.
///
///     - id: ors-adult                # name, unique within the instrument
///       title: adults
///       raters: [self]               # self, caretaker, clinician, collateral
///       ages: [adult]                # child, adolescent, adult
///       sexes: [female]              # optional: female, male; left out: whatever the sex
///       cut_off: {value: 25, inclusive: false}   # optional; inclusive: the value itself is clinical
///       reliable_change: 5           # optional; a change of exactly this counts
///       source: where the figures come from
///       confidence: sourced          # sourced, common_knowledge, uncertain, computed
///       alternative: true            # optional: holds only where a site chooses it
///
/// `cut_off` may have its own `source` and `confidence`, and so may `reliable_change`, written as a mapping:
///
///     reliable_change: {value: 6, deviation: 7.7, reliability: 0.90, level: 90, source: ..., confidence: ...}
///
/// `value` is what holds; deviation, reliability and level are kept beside it. Without `value` the change
/// follows from them after Jacobson and Truax, rounded up to a step.
enum NormSetReader {
    static func read(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> [NormSet] {
        guard frame.direction != nil else { throw place.refusal("needs a direction: nothing is better or worse") }
        var sets: [NormSet] = []
        for entry in try place.list() {
            let set = try one(entry, frame)
            for other in sets {
                if other.id == set.id { throw entry.refusal("id \(set.id) is used twice") }
                if other.standing == .standard, set.standing == .standard,
                    other.population.overlaps(set.population)
                {
                    throw entry.refusal(
                        "\(set.id) and \(other.id) could both fit the same rater; mark one as alternative")
                }
            }
            sets.append(set)
        }
        return sets
    }

    static func cutOff(
        _ place: StrictNode, _ frame: ScoreFrame
    ) throws(CatalogueError) -> (value: CutOff, evidence: Evidence?) {
        try place.mapping("value", "inclusive", "source", "confidence") { fields throws(CatalogueError) in
            let field = try fields.required("value")
            let value = try field.steps(frame.denominator)
            guard frame.range.contains(value) else { throw field.refusal("is outside the range of the total") }
            let cutOff = CutOff(value: value, isInclusive: try fields.required("inclusive").flag())
            return (cutOff, try fields.evidence())
        }
    }

    /// The fields `raters`, `ages` and, where the mapping knows it, `sexes`.
    static func population(_ fields: StrictMapping) throws(CatalogueError) -> Population {
        Population(
            raterRoles: try fields.required("raters").distinct { entry throws(CatalogueError) in
                try entry.choice(RaterRole.self)
            },
            ageBands: try fields.required("ages").distinct { entry throws(CatalogueError) in
                try entry.choice(AgeBand.self)
            },
            sexes: try fields.optional("sexes") { field throws(CatalogueError) in
                try field.distinct { entry throws(CatalogueError) in try entry.choice(Sex.self) }
            })
    }

    private static func one(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> NormSet {
        try place.mapping(
            "id", "title", "raters", "ages", "sexes", "cut_off", "reliable_change", "source", "confidence",
            "alternative"
        ) { fields throws(CatalogueError) in
            let cutOff = try fields.optional("cut_off") { field throws(CatalogueError) in
                try Self.cutOff(field, frame)
            }
            let change = try fields.optional("reliable_change") { field throws(CatalogueError) in
                try ReliableChange(field, frame)
            }
            guard cutOff != nil || change != nil else {
                throw place.refusal("needs cut_off or reliable_change, or both")
            }
            return NormSet(
                id: try fields.required("id").name(NormSetID.self),
                title: try fields.required("title").text(),
                population: try population(fields),
                cutOff: cutOff?.value,
                reliableChange: change?.steps,
                source: try fields.required("source").text(),
                confidence: try fields.required("confidence").choice(Confidence.self),
                standing: try fields.standing(),
                cutOffEvidence: cutOff?.evidence,
                reliableChangeEvidence: change?.evidence,
                derivation: change?.derivation)
        }
    }
}

/// A reliable change as read.
private struct ReliableChange {
    let steps: Int
    var derivation: ReliableChangeDerivation?
    var evidence: Evidence?

    init(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) {
        guard place.isMapping else {
            steps = try Self.checked(try place.steps(frame.denominator), place, frame)
            return
        }
        let read = try place.mapping(
            "value", "deviation", "reliability", "level", "source", "confidence"
        ) { fields throws(CatalogueError) in
            let value = try fields.optional("value")?.steps(frame.denominator)
            let hasSample = ["deviation", "reliability", "level"].contains { fields.optional($0) != nil }
            let derivation =
                value == nil || hasSample ? try Self.derivation(fields) : nil
            return (value, derivation, try fields.evidence())
        }
        derivation = read.1
        evidence = read.2
        let derived = read.1.map { Int(($0.points * Double(frame.denominator)).rounded(.up)) }
        steps = try Self.checked(read.0 ?? derived ?? 0, place, frame)
    }

    private static func checked(
        _ steps: Int, _ place: StrictNode, _ frame: ScoreFrame
    ) throws(CatalogueError) -> Int {
        guard (1...frame.range.count - 1).contains(steps) else {
            throw place.refusal("must be above 0 and within the range of the total")
        }
        return steps
    }

    private static func derivation(_ fields: StrictMapping) throws(CatalogueError) -> ReliableChangeDerivation {
        let deviation = try fields.required("deviation").number()
        let reliability = try fields.required("reliability").number()
        let level = JacobsonTruax.Level(rawValue: try fields.required("level").whole(0...100))
        guard let level else { throw fields.place.refusal("level must be 90 or 95") }
        guard (0...10_000).contains(deviation), reliability > 0, reliability < 1 else {
            throw fields.place.refusal("needs a deviation from 0 to 10000 and a reliability between 0 and 1")
        }
        return ReliableChangeDerivation(deviation: deviation, reliability: reliability, level: level)
    }
}
