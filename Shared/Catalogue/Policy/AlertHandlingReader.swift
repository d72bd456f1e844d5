import Domain

/// Reads what a site's policy says about the way of an alert from one person to the next:
///
///     time_zone: Europe/Berlin
///     working_hours:               # days left out are free; without them every hour counts
///       monday: [08:00-12:00, 13:00-17:00]
///     holidays:                    # may not overlap
///       - {day: 2026-12-25, name: Christmas Day}
///       - {from: 2026-12-28, through: 2027-01-01, name: Between the years}
///     urgency: {deteriorating: within_hours, alliance: digest}   # now, within_hours or digest; safety is always now
///     ladder:                      # who is told, one after the other, each once; danger always ends at the duty desk
///       - {audience: clinician}    # has the due time of the alert's kind
///       - {audience: supervisor, answer_minutes: 480, time: clock}
///       - {audience: duty_desk}
///     reasons:                     # for which an alert is closed as handled; without them the outcomes themselves
///       - {id: plan, title: The plan was changed, outcome: plan_changed}
///     review: [deteriorating, not_on_track]   # kinds that are closed only after a finished support review
///
/// Minutes are working time where there are working hours, except for danger and where `time: clock` says otherwise.
struct AlertHandlingReader {
    static let fields = ["time_zone", "working_hours", "holidays", "urgency", "ladder", "reasons", "review"]

    static func read(_ fields: StrictMapping) throws(CatalogueError) -> AlertHandling {
        let usual = AlertHandling.usual
        return AlertHandling(
            ladder: try fields.optional("ladder") { place throws(CatalogueError) in try ladder(place) } ?? usual.ladder,
            workingHours: try WorkingHoursReader.read(fields),
            urgencies: try fields.optional("urgency") { place throws(CatalogueError) in try urgencies(place) } ?? [:],
            reasons: try fields.optional("reasons") { place throws(CatalogueError) in try reasons(place) } ?? usual.reasons,
            reviewedKinds: try fields.optional("review") { place throws(CatalogueError) in
                try place.distinct { entry throws(CatalogueError) -> AlertKind in
                    let kind = try entry.choice(AlertKind.self)
                    guard kind != .missedMeasure else { throw entry.refusal("has no rating that could be reviewed") }
                    return kind
                }
            } ?? [])
    }

    private static func ladder(_ place: StrictNode) throws(CatalogueError) -> EscalationLadder {
        var rungs: [LadderRung] = []
        for entry in try place.list() {
            let rung = try entry.mapping("audience", "answer_minutes", "time") { fields throws(CatalogueError) in
                LadderRung(
                    try fields.required("audience").choice(AlertAudience.self),
                    answerSeconds: try fields.optional("answer_minutes")?.minutes(),
                    runsAroundTheClock: try fields.optional("time")?.choice(LadderTime.self) == .clock)
            }
            if rungs.isEmpty, rung.answerSeconds != nil {
                throw entry.refusal("the first audience has the due time of the alert's kind: leave answer_minutes out")
            }
            if rungs.contains(where: { $0.audience == rung.audience }) {
                throw entry.refusal("\(rung.audience.rawValue) is told already: nobody is told the same thing twice")
            }
            rungs.append(rung)
        }
        guard let ladder = EscalationLadder(rungs) else {
            throw place.refusal("leads to nobody: name at least two audiences, one after the other")
        }
        return ladder
    }

    private enum LadderTime: String, CaseIterable {
        case working, clock
    }

    private static func urgencies(_ place: StrictNode) throws(CatalogueError) -> [AlertKind: AlertUrgency] {
        try place.mapping(knowing: AlertKind.allCases.map(\.rawValue)) { fields throws(CatalogueError) in
            var urgencies: [AlertKind: AlertUrgency] = [:]
            for kind in AlertKind.allCases {
                guard let field = fields.optional(kind.rawValue) else { continue }
                let urgency = try field.choice(AlertUrgency.self)
                if kind == .safety, urgency != .now { throw field.refusal("must be now: danger never waits") }
                urgencies[kind] = urgency
            }
            return urgencies
        }
    }

    private static func reasons(_ place: StrictNode) throws(CatalogueError) -> [AlertReason] {
        var reasons: [AlertReason] = []
        for entry in try place.list() {
            let reason = try entry.mapping("id", "title", "outcome") { fields throws(CatalogueError) in
                AlertReason(
                    id: try fields.required("id").name(AlertReasonID.self), title: try fields.required("title").text(),
                    outcome: try fields.required("outcome").choice(AlertOutcome.self))
            }
            if reasons.contains(where: { $0.id == reason.id }) { throw entry.refusal("\(reason.id) is listed twice") }
            // A name that means something else elsewhere would be counted wrongly by whoever reads it.
            if let outcome = AlertOutcome(rawValue: reason.id.text), outcome != reason.outcome {
                throw entry.refusal("\(reason.id) is the name of another outcome")
            }
            reasons.append(reason)
        }
        guard !reasons.isEmpty else { throw place.refusal("must not be empty: no alert could be closed") }
        return reasons
    }
}
