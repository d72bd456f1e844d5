import Domain

/// What a finding says, for people: what it is about, in plain words, and the rule behind it.
struct AttentionWords {
    private let view: EpisodeView
    private let words: Words

    init(_ view: EpisodeView, words: Words) {
        self.view = view
        self.words = words
    }

    /// The values of `Template.attention` for each, in order.
    func values(_ findings: [EpisodeFinding]) -> [[String: Any]] {
        findings.map { finding in
            var values: [String: Any] = [
                "tag": tag(finding), "level": Gravity(finding.precedence).rawValue, "text": text(finding),
                "rule": finding.rule, "statement": statement(finding),
            ]
            values["about"] = about(finding)
            values["source"] = finding.evidence?.source
            return values
        }
    }

    private func tag(_ finding: EpisodeFinding) -> String {
        switch finding {
        case .dropOut: return words["attention.tag.dropOut"]
        case .checkpoint: return words["attention.tag.checkpoint"]
        case .signal, .discrepancy, .missedMeasure, .undiscussed, .stale: break
        }
        return switch finding.precedence {
        case .safety: words["attention.tag.safety"]
        case .deterioration: words["attention.tag.deterioration"]
        case .notOnTrack: words["attention.tag.notOnTrack"]
        case .alliance: words["attention.tag.alliance"]
        case .stalled: words["attention.tag.stalled"]
        case .missingData: words["attention.tag.missingData"]
        case .prompt: words["attention.tag.prompt"]
        }
    }

    /// Whose course, where several people rate.
    private func about(_ finding: EpisodeFinding) -> String? {
        guard view.participants.count > 1, let subject = finding.subject else { return nil }
        return words.rater(subject, in: view)
    }

    private func text(_ finding: EpisodeFinding) -> String {
        switch finding {
        case .signal(let found): signal(found)
        case .discrepancy(let found):
            switch found.kind {
            case .gap: words("attention.gap", ["session": words.integer(found.session)])
            case .diverging: words("attention.diverging", ["session": words.integer(found.session)])
            case .alliance: words("attention.allianceGap", ["session": words.integer(found.session)])
            }
        case .dropOut(let found):
            words("attention.dropOut", ["reasons": found.reasons.map(reason).joined(separator: "; ")])
        case .checkpoint(let found):
            switch found.kind {
            case .conversation: words("attention.conversation", ["session": words.integer(found.session)])
            case .lastChance: words("attention.lastChance", ["session": words.integer(found.session)])
            }
        case .missedMeasure(let found):
            switch found.purpose {
            case .outcome: words("attention.noOutcome", session(found.session))
            case .alliance: words("attention.noAlliance", session(found.session))
            }
        case .undiscussed(let found):
            words("attention.undiscussed", ["instrument": title(found.course), "day": words.day(found.ratedOn)])
        case .stale(let found):
            words(
                "attention.stale",
                [
                    "instrument": title(found.course), "day": words.day(found.lastRatedOn),
                    "days": words.integer(found.days),
                ])
        }
    }

    private func signal(_ found: CourseSignal) -> String {
        let values = ["instrument": title(found.course)]
        return switch found.signal.rule {
        case .expectedResponse80, .failureLine: words("attention.notOnTrack", values)
        case .reliablyWorse: words("attention.worse", values)
        case .allianceCutOff: words("attention.allianceLow", values)
        case .allianceDrop: words("attention.allianceDrop", values)
        case .allianceItem: words("attention.allianceItem", values)
        case .allianceBaseline: words("attention.allianceBaseline", values)
        case .alliancePattern: words("attention.alliancePattern", values)
        case .allianceGuarded: words("attention.guarded", values)
        case .stalled(let ratings):
            words("attention.stalled", values.merging(["ratings": words.integer(ratings)]) { own, _ in own })
        case .safetyItem(let item):
            words("attention.safety", values.merging(["item": words.integer(item)]) { own, _ in own })
        }
    }

    /// The rule in one sentence, without figures.
    private func statement(_ finding: EpisodeFinding) -> String {
        switch finding {
        case .signal(let found): statement(found.signal.rule)
        case .discrepancy: words["attention.rule.discrepancy"]
        case .dropOut: words["attention.rule.dropOut"]
        case .checkpoint: words["attention.rule.checkpoint"]
        case .missedMeasure: words["attention.rule.missedMeasure"]
        case .undiscussed: words["attention.rule.undiscussed"]
        case .stale: words["attention.rule.stale"]
        }
    }

    private func statement(_ rule: SignalRule) -> String {
        switch rule {
        case .expectedResponse80: words["attention.rule.expectedResponse"]
        case .failureLine: words["attention.rule.failureLine"]
        case .reliablyWorse: words["attention.rule.reliablyWorse"]
        case .allianceCutOff: words["attention.rule.allianceCutOff"]
        case .allianceDrop: words["attention.rule.allianceDrop"]
        case .allianceItem: words["attention.rule.allianceItem"]
        case .allianceBaseline: words["attention.rule.allianceBaseline"]
        case .alliancePattern: words["attention.rule.alliancePattern"]
        case .allianceGuarded: words["attention.rule.allianceGuarded"]
        case .stalled: words["attention.rule.stalled"]
        case .safetyItem: words["attention.rule.safety"]
        }
    }

    private func reason(_ reason: DropOutReason) -> String {
        switch reason {
        case .notOnTrack: words["attention.reason.notOnTrack"]
        case .lowAlliance: words["attention.reason.lowAlliance"]
        case .missedSession(_, let day): words("attention.reason.missedSession", ["day": words.day(day)])
        case .noReliableChange: words["attention.reason.noReliableChange"]
        case .younger: words["attention.reason.younger"]
        case .longGap(let days, _): words("attention.reason.longGap", ["days": words.integer(days)])
        }
    }

    private func session(_ session: SessionHeld) -> [String: String] {
        ["session": words.integer(session.number), "day": words.day(session.day)]
    }

    private func title(_ course: CourseKey) -> String {
        view.courses[course]?.basis.instrument.title ?? course.instrument.id.text
    }
}
