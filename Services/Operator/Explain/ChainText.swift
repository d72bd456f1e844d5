import Contracts
import Domain
import Persistence

/// A chain in words: alert, rule, what the rule saw, figures, events, what became of it.
struct ChainText {
    let chain: AlertChain

    var lines: [String] {
        switch chain.raising.subject {
        case .signal(let grounds):
            heading + section("Rule", ruleLines(grounds.rule)) + section("What the rule saw", sight(of: grounds.rating))
                + section("Figures", figures(grounds)) + section("Events", events) + section("What became of it", fate)
        case .session, .undiscussed:
            heading + section("Rule", lackLines) + section("Events", events) + section("What became of it", fate)
        }
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        ["", title] + lines.map { "  \($0)" }
    }

    private var heading: [String] {
        let kind = chain.steps.first?.event.kind.rawValue ?? "unknown"
        let site = chain.steps.first.map { "\($0.record.site)" } ?? "unknown"
        return [
            "Alert \(chain.alert): \(kind)",
            "Episode \(chain.episode), site \(site), clinician \(chain.raising.clinician), due \(chain.raising.dueAt)",
        ]
    }

    private func ruleLines(_ rule: SignalRule) -> [String] {
        let evidence = rule.evidence
        return [
            "\(rule.name): \(evidence.statement)",
            "Source: \(evidence.evidence.source) (\(evidence.evidence.confidence.words))",
            "Proven by: \(evidence.test)",
        ]
    }

    /// Of what an episode lacks. The figures are the site's policy, of which the alert holds what came of them.
    private var lackLines: [String] {
        let subject = chain.raising.subject
        let what =
            switch subject {
            case .session(let session):
                "session \(session.session) was held, and no \(session.purpose.rawValue) measure belongs to it"
            case .undiscussed(let score): "nobody has said that rating \(score.rating) was talked about with the client"
            case .signal: "a course"
            }
        let evidence =
            if case .session = subject { MissedMeasureRule.standard.evidence } else { DiscussionRule.standard.evidence }
        return [
            "\(subject.rule): \(what)\(subject.asOf.map { ", as of \($0)" } ?? "")",
            "Source: \(evidence.source) (\(evidence.confidence.words)); days and sessions by the site's policy",
        ]
    }

    private var moment: EpisodeHistory.Moment? { chain.history.moment(of: chain.raising.cause) }

    private func sight(of rating: RatingID) -> [String] {
        guard let moment else {
            return [
                "The catalogue at hand has other figures than this alert rests on (see Figures); give the folder of that",
                "time with --catalogue to see the scores as they were judged.",
            ]
        }
        let course = moment.update.course
        guard let point = course.trajectory.point(of: rating) else {
            return ["The rating has been withdrawn by this very event."]
        }
        return course.explanation(of: point)
    }

    private func figures(_ grounds: AlertGrounds) -> [String] {
        let provenance = grounds.provenance
        var lines = ["Instrument \(grounds.course.instrument)"]
        if let instrument = moment?.update.course.basis.instrument {
            lines += NormSetText(instrument: instrument, used: provenance.normSet).lines
        } else {
            lines.append("Norm set \(provenance.normSet.map { "\($0)" } ?? "none")")
        }
        if let model = provenance.model {
            lines.append("Model \(model.id) version \(model.version), hash \(Hexadecimal.text(model.hash))")
        } else {
            lines.append("No model of expected response")
        }
        return lines
    }

    private var events: [String] {
        var lines: [String] = []
        if let moment {
            lines.append(line("\(moment.event.type), version \(moment.event.version)", moment.event.id, moment.event.recordedAt))
        }
        let cause = chain.raising.grounds == nil ? "cause" : "trajectory"
        lines.append(line(cause, chain.raising.cause, nil))
        lines += chain.steps.map { line($0.record.type, $0.record.id, $0.record.recordedAt) }
        return lines
    }

    private func line(_ what: String, _ event: EventID, _ time: Timestamp?) -> String {
        let leaf = chain.leaves[event].map { "audit leaf \($0)" } ?? "not in the audit log yet"
        return "\(what): \(event)\(time.map { ", recorded \($0)" } ?? ""), \(leaf)"
    }

    private var fate: [String] {
        let later = chain.steps.dropFirst().map { step -> String in
            let time = step.record.recordedAt
            if case .raised = step.event.step { return "\(time) raised again" }
            return "\(time) \(step.event.step.words)"
        }
        return later.isEmpty ? ["Nobody has answered it yet."] : later
    }
}

/// The published figures of an instrument, with the set in use first and the others beside it.
private struct NormSetText {
    let instrument: Instrument
    let used: NormSetID?

    var lines: [String] {
        guard let used, let set = instrument.normSets.first(where: { $0.id == used }) else {
            return ["No norm set fits the rater, or the site has not chosen between several"]
        }
        return words(set) + instrument.normSets.filter { $0.id != used }.map { "Not used here: \($0.id) (\($0.title))" }
    }

    private func words(_ set: NormSet) -> [String] {
        var lines = ["Norm set \(set.id): \(set.title)"]
        if let cutOff = set.cutOff {
            lines.append(
                "  cut-off \(instrument.text(cutOff.value)), itself \(cutOff.isInclusive ? "clinical" : "functional"); "
                    + words(set.cutOffEvidence))
        }
        if let change = set.reliableChange {
            lines.append("  reliable change \(instrument.text(change)); " + words(set.reliableChangeEvidence))
        }
        if let derivation = set.derivation {
            lines.append(
                "  computed beside it: \(derivation.points) from SD \(derivation.deviation) and reliability "
                    + "\(derivation.reliability) at \(derivation.level.rawValue) %")
        }
        return lines
    }

    private func words(_ evidence: Evidence) -> String { "source: \(evidence.source) (\(evidence.confidence.words))" }
}

extension Confidence {
    fileprivate var words: String {
        switch self {
        case .sourced: "a source says so"
        case .commonKnowledge: "well known, not checked against the primary paper"
        case .uncertain: "uncertain or second-hand"
        case .computed: "computed"
        }
    }
}
