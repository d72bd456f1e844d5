extension Course {
    /// A sentence for every rule beside the state that speaks at a point.
    func courseReasons(at point: TrajectoryPoint) -> [String] {
        guard let place = trajectory.points.firstIndex(where: { $0.rating.id == point.rating.id }) else { return [] }
        return trajectory.courseRules(at: place, on: basis).map { sentence(for: $0, at: place) }
    }

    private func sentence(for rule: SignalRule, at place: Int) -> String {
        let spoken = "Rule \(rule.name)"
        let instrument = basis.instrument
        let alliance = instrument.allianceRule
        let score = trajectory.points[place].rating.score
        switch rule {
        case .allianceCutOff:
            return "\(spoken): on the low side of the cut-off of \(text(alliance?.cutOff.value))."
        case .allianceDrop:
            let previous = trajectory.points[place - 1].rating.score
            return "\(spoken): fallen from \(instrument.text(previous)) by at least \(text(alliance?.drop))."
        case .allianceItem:
            let item = trajectory.points[place].rating.lowestItem
            return "\(spoken): an item of \(text(item)) is below \(text(alliance?.lowestItem))."
        case .allianceBaseline:
            return "\(spoken): \(instrument.text(score)) is \(margin(alliance?.baseline?.margin)) below the mean of the "
                + "\(place) ratings before\(source(alliance?.baseline?.evidence))."
        case .alliancePattern:
            return "\(spoken), \(words(for: place)): rising or falling is \(text(alliance?.pattern?.slope)) a rating "
                + "over the last three\(source(alliance?.pattern?.evidence))."
        case .allianceGuarded:
            return "\(spoken): the first rating is the best total there is; a prompt to say that honest answers are "
                + "welcome, not an alarm\(source(alliance?.guardedStart?.evidence))."
        case .stalled(let ratings):
            return "\(spoken), stalled: after at least \(ratings) ratings less than the reliable change of "
                + "\(text(basis.normSet?.reliableChange)) away from the first, and in the clinical range "
                + "(cut-off \(text(basis.normSet?.cutOff?.value)))\(source(instrument.stalledRule?.evidence))."
        // Told with the state and with the item, not here.
        case .expectedResponse80, .failureLine, .reliablyWorse, .safetyItem:
            return "\(spoken)."
        }
    }

    private func margin(_ margin: AllianceBaseline.Margin?) -> String {
        switch margin {
        case .steps(let steps): "at least \(basis.instrument.text(steps))"
        case .hundredthsOfDeviation(let hundredths):
            "at least \(DecimalSteps.text(hundredths, denominator: 100)) standard deviations"
        case nil: "somewhat"
        }
    }

    private func words(for place: Int) -> String {
        switch trajectory.alliancePattern(at: place, basis.instrument) {
        case .lowStaysLow: "low and stays low"
        case .lowImproves: "low and improves"
        case .highStaysHigh: "high and stays high"
        case .highFalls: "high and falls"
        case nil: "no pattern"
        }
    }

    private func text(_ steps: Int?) -> String { steps.map(basis.instrument.text) ?? "unknown" }

    private func source(_ evidence: Evidence?) -> String { evidence.map { "; source: \($0.source)" } ?? "" }
}
