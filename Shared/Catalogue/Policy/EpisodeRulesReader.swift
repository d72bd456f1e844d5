import Domain

/// Reads which rules about episodes are in force. A rule or a field that is left out is Attune's own, the word `off`
/// in the place of a rule switches it off. Of `weights`, parts that are not named do not count.
///
///     drop_out:                       # the attention list; Attune's own, no validity is claimed for it
///       weights: {not_on_track: 1, low_alliance: 1, missed_session: 2, no_reliable_change: 1, younger: 1, long_gap: 2}
///       attention_from: 3             # points
///       change_by_session: 3          # from this session on, no reliable change counts
///       gap_factor: 2                 # times the usual interval
///       younger_ages: [child, adolescent]
///     discrepancy: {reliable_changes: 2}      # apart; no figure is published
///     checkpoints:
///       conversation: {from_session: 3, through_session: 6, percent: 50}    # of the gain expected by then
///       last_chance: {from_session: 6, through_session: 9, percent: 66.7}
///     missed_measure: {purposes: [outcome, alliance], grace_days: 1, last_sessions: 1}
///     undiscussed: {days: 14}
///     stale: {days: 42}
///
/// Every rule may have `source` and `confidence`; without them its figures are the site's own.
struct EpisodeRulesReader {
    /// Of the policy, which stands in for a source.
    let version: String

    func read(_ place: StrictNode) throws(CatalogueError) -> EpisodeRulePolicy {
        try place.mapping(
            "drop_out", "discrepancy", "checkpoints", "missed_measure", "undiscussed", "stale"
        ) { fields throws(CatalogueError) in
            EpisodeRulePolicy(
                dropOut: try rule(fields.optional("drop_out"), .standard, dropOut),
                discrepancy: try rule(fields.optional("discrepancy"), .standard, discrepancy),
                checkpoints: try rule(fields.optional("checkpoints"), .standard, checkpoints),
                missedMeasure: try rule(fields.optional("missed_measure"), .standard, missedMeasure),
                undiscussed: try rule(fields.optional("undiscussed"), .standard, undiscussed),
                stale: try rule(fields.optional("stale"), .standard, stale))
        }
    }

    private func rule<Rule>(
        _ place: StrictNode?, _ usual: Rule, _ read: (StrictNode) throws(CatalogueError) -> Rule?
    ) throws(CatalogueError) -> Rule? {
        guard let place else { return usual }
        if try place.isOff() { return nil }
        guard let rule = try read(place) else { throw place.refusal("holds figures that cannot go together") }
        return rule
    }

    private func evidence(_ fields: StrictMapping) throws(CatalogueError) -> Evidence {
        try fields.evidence() ?? Evidence(source: "The site's policy \(version)", confidence: .uncertain)
    }

    private func dropOut(_ place: StrictNode) throws(CatalogueError) -> DropOutRule? {
        try place.mapping(
            "weights", "attention_from", "change_by_session", "gap_factor", "younger_ages", "source", "confidence"
        ) { fields throws(CatalogueError) in
            let usual = DropOutRule.standard
            let weights = try fields.optional("weights") { field throws(CatalogueError) in try self.weights(field) }
            let rule = DropOutRule(
                weights: weights ?? usual.weights,
                attentionFrom: try fields.optional("attention_from")?.whole(1...1000) ?? usual.attentionFrom,
                changeBySession: try fields.optional("change_by_session")?.whole(2...999) ?? usual.changeBySession,
                gapFactor: try fields.optional("gap_factor")?.whole(1...100) ?? usual.gapFactor,
                youngerAges: try fields.optional("younger_ages") { field throws(CatalogueError) in
                    try field.distinct { entry throws(CatalogueError) in try entry.choice(AgeBand.self) }
                } ?? usual.youngerAges,
                evidence: try evidence(fields))
            guard let rule else { throw place.refusal("attention_from is more than all weights together") }
            return rule
        }
    }

    private func weights(_ place: StrictNode) throws(CatalogueError) -> [DropOutPart: Int] {
        try place.mapping(knowing: DropOutPart.allCases.map(\.rawValue)) { fields throws(CatalogueError) in
            var weights: [DropOutPart: Int] = [:]
            for part in DropOutPart.allCases { weights[part] = try fields.optional(part.rawValue)?.whole(0...100) }
            return weights
        }
    }

    private func discrepancy(_ place: StrictNode) throws(CatalogueError) -> DiscrepancyRule? {
        try place.mapping("reliable_changes", "source", "confidence") { fields throws(CatalogueError) in
            DiscrepancyRule(
                reliableChanges: try fields.optional("reliable_changes")?.whole(1...20)
                    ?? DiscrepancyRule.standard.reliableChanges,
                evidence: try evidence(fields))
        }
    }

    private func checkpoints(_ place: StrictNode) throws(CatalogueError) -> CheckpointRule? {
        try place.mapping("conversation", "last_chance", "source", "confidence") { fields throws(CatalogueError) in
            let usual = CheckpointRule.standard
            let rule = CheckpointRule(
                conversation: try fields.optional("conversation", stage) ?? usual.conversation,
                lastChance: try fields.optional("last_chance", stage) ?? usual.lastChance,
                evidence: try evidence(fields))
            guard let rule else { throw place.refusal("last_chance must begin after conversation") }
            return rule
        }
    }

    private func stage(_ place: StrictNode) throws(CatalogueError) -> CheckpointRule.Stage {
        try place.mapping("from_session", "through_session", "percent") { fields throws(CatalogueError) in
            let from = try fields.required("from_session").whole(2...999)
            let through = try fields.required("through_session").whole(2...999)
            guard from <= through,
                let stage = CheckpointRule.Stage(
                    sessions: from...through, thousandths: try fields.required("percent").percent())
            else { throw place.refusal("from_session must not be after through_session") }
            return stage
        }
    }

    private func missedMeasure(_ place: StrictNode) throws(CatalogueError) -> MissedMeasureRule? {
        try place.mapping(
            "purposes", "grace_days", "last_sessions", "source", "confidence"
        ) { fields throws(CatalogueError) in
            let usual = MissedMeasureRule.standard
            return MissedMeasureRule(
                purposes: try fields.optional("purposes") { field throws(CatalogueError) in
                    try field.distinct { entry throws(CatalogueError) in try entry.choice(MeasuredPurpose.self) }
                } ?? usual.purposes,
                graceDays: try fields.optional("grace_days")?.whole(0...365) ?? usual.graceDays,
                lastSessions: try fields.optional("last_sessions")?.whole(1...999) ?? usual.lastSessions,
                evidence: try evidence(fields))
        }
    }

    private func undiscussed(_ place: StrictNode) throws(CatalogueError) -> DiscussionRule? {
        try place.mapping("days", "source", "confidence") { fields throws(CatalogueError) in
            DiscussionRule(days: try fields.required("days").whole(0...365), evidence: try evidence(fields))
        }
    }

    private func stale(_ place: StrictNode) throws(CatalogueError) -> StaleRule? {
        try place.mapping("days", "source", "confidence") { fields throws(CatalogueError) in
            StaleRule(days: try fields.required("days").whole(1...3650), evidence: try evidence(fields))
        }
    }
}
