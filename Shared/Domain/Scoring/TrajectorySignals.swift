extension Course {
    /// What speaks after an event about a rating: safety of that rating, wherever it stands in the
    /// course, and everything else from the newest point.
    ///
    /// A back-dated rating therefore raises its own safety signal, but no "not on track" that newer
    /// ratings have overtaken.
    /// - Parameter rating: the rating recorded, corrected or withdrawn.
    /// - Returns: gravest first; items and alliance rules in a fixed order.
    public func signals(causedBy rating: RatingID) -> [Signal] {
        trajectory.signals(causedBy: rating, on: basis)
    }

    /// What speaks at the newest point, safety left out.
    public var standingSignals: [Signal] { trajectory.standingSignals(on: basis) }

    /// How the alliance goes, where the instrument has a rule for it; nil elsewhere and for a single rating.
    public var alliancePattern: AlliancePattern? {
        trajectory.alliancePattern(at: trajectory.points.count - 1, basis.instrument)
    }
}

extension Trajectory {
    /// See `Course.signals(causedBy:)`.
    public func signals(causedBy rating: RatingID, on basis: ScoringBasis) -> [Signal] {
        var signals: [Signal] = []
        if let point = point(of: rating), !point.rating.safetyItems.isEmpty {
            for item in point.rating.safetyItems.numbers {
                signals.append(Signal(rule: .safetyItem(item), rating: rating))
            }
        }
        return signals + standingSignals(on: basis)
    }

    /// See `Course.standingSignals`.
    public func standingSignals(on basis: ScoringBasis) -> [Signal] {
        guard let latest else { return [] }
        let place = points.count - 1
        return (stateRules(at: place) + courseRules(at: place, on: basis)).map {
            Signal(rule: $0, rating: latest.rating.id)
        }
    }

    private func stateRules(at place: Int) -> [SignalRule] {
        switch points[place].state {
        case .deteriorating: [.reliablyWorse]
        case .notOnTrack: [points[place].expectation?.lines == nil ? .expectedResponse80 : .failureLine]
        case .insufficientData, .noExpectedResponse, .onTrack, .atRisk, .recovered: []
        }
    }

    /// The rules beside the state that speak at a point, with the course as it was then. In a fixed order.
    func courseRules(at place: Int, on basis: ScoringBasis) -> [SignalRule] {
        var rules: [SignalRule] = []
        if let rule = basis.instrument.stalledRule, isStalled(at: place, rule, basis) {
            rules.append(.stalled(ratings: rule.ratings))
        }
        if let rule = basis.instrument.allianceRule { rules += allianceRules(at: place, rule, basis.instrument) }
        return rules
    }

    private func isStalled(at place: Int, _ rule: StalledRule, _ basis: ScoringBasis) -> Bool {
        guard let reliableChange = basis.normSet?.reliableChange, let cutOff = basis.normSet?.cutOff else { return false }
        let point = points[place]
        return place + 1 >= rule.ratings && abs(point.improvement) < reliableChange
            && cutOff.isClinical(point.rating.score, basis.instrument.direction)
    }

    /// A first rating can be low or guarded, but not fallen.
    private func allianceRules(at place: Int, _ rule: AllianceRule, _ instrument: Instrument) -> [SignalRule] {
        let direction = instrument.direction
        let rating = points[place].rating
        var rules: [SignalRule] = []
        if rule.cutOff.isClinical(rating.score, direction) { rules.append(.allianceCutOff) }
        if let drop = rule.drop, place > 0,
            direction.improvement(from: points[place - 1].rating.score, to: rating.score) <= -drop
        {
            rules.append(.allianceDrop)
        }
        if let lowest = rule.lowestItem, let item = rating.lowestItem, item < lowest { rules.append(.allianceItem) }
        if rule.baseline?.speaks(of: rating.score, after: points[..<place].lazy.map(\.rating.score), direction) == true {
            rules.append(.allianceBaseline)
        }
        if alliancePattern(at: place, instrument)?.speaks == true { rules.append(.alliancePattern) }
        if rule.guardedStart != nil, place == 0, rating.score == instrument.bestTotal { rules.append(.allianceGuarded) }
        return rules
    }

    func alliancePattern(at place: Int, _ instrument: Instrument) -> AlliancePattern? {
        guard place > 0, let rule = instrument.allianceRule, let pattern = rule.pattern else { return nil }
        return AlliancePattern(
            points[...place].map(\.rating.score), cutOff: rule.cutOff, rule: pattern, instrument.direction)
    }
}

extension Instrument {
    /// The total at the good end of the scale, in steps.
    fileprivate var bestTotal: Int {
        switch direction {
        case .higherIsBetter: totalRange.upperBound
        case .lowerIsBetter: totalRange.lowerBound
        }
    }
}
