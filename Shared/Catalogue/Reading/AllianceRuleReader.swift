import Domain

/// Reads when an alliance measure asks for a conversation.
///
///     cut_off: {value: 36, inclusive: false}
///     drop: 1                        # optional
///     lowest_item: 9                 # optional; left out: no such rule
///     source: where these come from     # optional, with confidence
///     confidence: sourced
///     baseline: {below: 2}           # optional; left out: no such rule. Points below the client's own mean so far,
///                                    # or {deviations: 1.5}, standard deviations of the earlier ratings
///     pattern: {slope: 1}            # optional; left out: no such rule. Points a rating that are a rise or a fall
///     guarded_first: {}              # optional; left out: no such rule
///
/// `baseline` may say how many `earlier_ratings` it needs (2 if left out). Each of the last three may have its own
/// `source` and `confidence`.
enum AllianceRuleReader {
    static func read(
        _ place: StrictNode, _ purpose: InstrumentPurpose, _ frame: ScoreFrame
    ) throws(CatalogueError) -> AllianceRule {
        guard purpose == .alliance else { throw place.refusal("is only for purpose alliance") }
        return try place.mapping(
            "cut_off", "drop", "lowest_item", "source", "confidence", "baseline", "pattern", "guarded_first"
        ) { fields throws(CatalogueError) in
            AllianceRule(
                cutOff: try NormSetReader.cutOff(fields.required("cut_off"), frame).value,
                drop: try fields.optional("drop")?.positiveSteps(frame.denominator),
                lowestItem: try fields.optional("lowest_item")?.positiveSteps(frame.denominator),
                baseline: try fields.optional("baseline") { field throws(CatalogueError) in
                    try baseline(field, frame)
                },
                pattern: try fields.optional("pattern") { field throws(CatalogueError) in
                    try pattern(field, frame)
                },
                guardedStart: try fields.optional("guarded_first") { field throws(CatalogueError) in
                    try field.mapping("source", "confidence") { fields throws(CatalogueError) in
                        GuardedStart(evidence: try fields.evidence())
                    }
                },
                evidence: try fields.evidence())
        }
    }

    private static func baseline(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> AllianceBaseline {
        try place.mapping(
            "below", "deviations", "earlier_ratings", "source", "confidence"
        ) { fields throws(CatalogueError) in
            let margin: AllianceBaseline.Margin
            switch (fields.optional("below"), fields.optional("deviations")) {
            case (let below?, nil): margin = .steps(try within(below, frame))
            case (nil, let deviations?): margin = .hundredthsOfDeviation(try deviations.positiveSteps(100))
            case (nil, nil), (_?, _?): throw place.refusal("needs either below or deviations")
            }
            let earlier = try fields.optional("earlier_ratings")?.whole(1...EpisodeRules.sessionNumbers.upperBound)
            guard let rule = AllianceBaseline(margin: margin, earlierRatings: earlier ?? 2, evidence: try fields.evidence())
            else { throw place.refusal("needs at least 2 earlier ratings for a deviation") }
            return rule
        }
    }

    private static func pattern(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> AlliancePatternRule {
        try place.mapping("slope", "source", "confidence") { fields throws(CatalogueError) in
            let field = try fields.required("slope")
            guard let rule = AlliancePatternRule(slope: try within(field, frame), evidence: try fields.evidence()) else {
                throw field.refusal("must be above 0")
            }
            return rule
        }
    }

    /// Points above 0 and within the range of the total, in steps: a wider margin would never speak.
    private static func within(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> Int {
        let steps = try place.positiveSteps(frame.denominator)
        guard steps < frame.range.count else { throw place.refusal("is wider than the range of the total") }
        return steps
    }
}

/// Reads when a course counts as stalled.
///
///     ratings: 4                     # from how many ratings on
///     source: where the rule comes from     # optional, with confidence
///     confidence: sourced
enum StalledRuleReader {
    static func read(
        _ place: StrictNode, _ purpose: InstrumentPurpose, _ normSets: [NormSet]
    ) throws(CatalogueError) -> StalledRule {
        guard purpose == .outcome else { throw place.refusal("is only for purpose outcome") }
        guard normSets.contains(where: { $0.cutOff != nil && $0.reliableChange != nil }) else {
            throw place.refusal("would never speak: no norm set has both cut_off and reliable_change")
        }
        return try place.mapping("ratings", "source", "confidence") { fields throws(CatalogueError) in
            let field = try fields.required("ratings")
            let ratings = try field.whole(StalledRule.allowedRatings)
            guard let rule = StalledRule(ratings: ratings, evidence: try fields.evidence()) else {
                throw field.refusal("is not allowed")
            }
            return rule
        }
    }
}
