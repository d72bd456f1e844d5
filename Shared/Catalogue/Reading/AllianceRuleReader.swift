import Domain

/// Reads when an alliance measure asks for a conversation.
///
///     cut_off: {value: 36, inclusive: false}
///     drop: 1                        # optional
///     lowest_item: 9                 # optional; left out: no such rule
///     source: where the rule comes from     # optional, with confidence
///     confidence: sourced
enum AllianceRuleReader {
    static func read(
        _ place: StrictNode, _ purpose: InstrumentPurpose, _ frame: ScoreFrame
    ) throws(CatalogueError) -> AllianceRule {
        guard purpose == .alliance else { throw place.refusal("is only for purpose alliance") }
        return try place.mapping(
            "cut_off", "drop", "lowest_item", "source", "confidence"
        ) { fields throws(CatalogueError) in
            AllianceRule(
                cutOff: try NormSetReader.cutOff(fields.required("cut_off"), frame).value,
                drop: try fields.optional("drop")?.positiveSteps(frame.denominator),
                lowestItem: try fields.optional("lowest_item")?.positiveSteps(frame.denominator),
                evidence: try fields.evidence())
        }
    }
}
