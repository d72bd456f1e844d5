extension Course {
    /// What speaks after an event about a rating: safety of that rating, wherever it stands in the
    /// course, and everything else from the newest point.
    ///
    /// A back-dated rating therefore raises its own safety signal, but no "not on track" that newer
    /// ratings have overtaken.
    /// - Parameter rating: the rating recorded, corrected or withdrawn.
    /// - Returns: gravest first; items and alliance rules in a fixed order.
    public func signals(causedBy rating: RatingID) -> [Signal] {
        trajectory.signals(causedBy: rating, instrument: basis.instrument)
    }

    /// What speaks at the newest point, safety left out.
    public var standingSignals: [Signal] { trajectory.standingSignals(instrument: basis.instrument) }
}

extension Trajectory {
    /// See `Course.signals(causedBy:)`.
    public func signals(causedBy rating: RatingID, instrument: Instrument) -> [Signal] {
        var signals: [Signal] = []
        if let point = point(of: rating), !point.rating.safetyItems.isEmpty {
            for item in point.rating.safetyItems.numbers {
                signals.append(Signal(rule: .safetyItem(item), rating: rating))
            }
        }
        return signals + standingSignals(instrument: instrument)
    }

    /// See `Course.standingSignals`.
    public func standingSignals(instrument: Instrument) -> [Signal] {
        guard let latest else { return [] }
        var signals: [Signal] = []
        switch latest.state {
        case .deteriorating: signals.append(Signal(rule: .reliablyWorse, rating: latest.rating.id))
        case .notOnTrack:
            let rule: SignalRule = latest.expectation?.lines == nil ? .expectedResponse80 : .failureLine
            signals.append(Signal(rule: rule, rating: latest.rating.id))
        case .insufficientData, .noExpectedResponse, .onTrack, .atRisk, .recovered: break
        }
        guard let rule = instrument.allianceRule else { return signals }
        for spoken in allianceRules(rule, direction: instrument.direction) {
            signals.append(Signal(rule: spoken, rating: latest.rating.id))
        }
        return signals
    }

    /// The alliance rules that speak at the newest point. A first rating can be low, but not fallen.
    private func allianceRules(_ rule: AllianceRule, direction: ScoreDirection) -> [SignalRule] {
        guard let latest else { return [] }
        var rules: [SignalRule] = []
        if rule.cutOff.isClinical(latest.rating.score, direction) { rules.append(.allianceCutOff) }
        if let drop = rule.drop, points.count > 1 {
            let previous = points[points.count - 2].rating.score
            if direction.improvement(from: previous, to: latest.rating.score) <= -drop {
                rules.append(.allianceDrop)
            }
        }
        if let lowest = rule.lowestItem, let item = latest.rating.lowestItem, item < lowest {
            rules.append(.allianceItem)
        }
        return rules
    }
}
