import Contracts
import Domain
import Persistence

/// What an alert rests on: the rule with its source, and the figures of the point that it spoke of.
struct AlertBasis: Sendable {
    let alert: AlertID
    let kind: AlertKind
    let raisedAt: Timestamp
    let raising: AlertRaising
    /// What became of it last.
    let last: AlertEvent
    /// The point as the course is stored today, explained; empty where it is not there or its figures are not at hand.
    let explanation: [String]
    /// The course was scored since with other figures than the alert names.
    let isRescored: Bool

    /// In the order in which they were raised.
    static func all(in events: [LedgerEvent], _ episode: EpisodeCase?) -> [AlertBasis] {
        var read: [AlertID: [(event: AlertEvent, at: Timestamp)]] = [:]
        var order: [AlertID] = []
        for record in events {
            guard let type = EventType(rawValue: record.type),
                let event = try? AlertEventCodec.decode(record.payload, type: type)
            else { continue }
            if read[event.alert] == nil { order.append(event.alert) }
            read[event.alert, default: []].append((event, record.recordedAt))
        }
        return order.compactMap { alert in
            guard let steps = read[alert], let first = steps.first, let last = steps.last,
                case .raised(let raising) = first.event.step
            else { return nil }
            return AlertBasis(first.event, at: first.at, raising, last: last.event, episode)
        }
    }

    private init(
        _ event: AlertEvent, at time: Timestamp, _ raising: AlertRaising, last: AlertEvent, _ episode: EpisodeCase?
    ) {
        alert = event.alert
        kind = event.kind
        raisedAt = time
        self.raising = raising
        self.last = last
        guard let grounds = raising.grounds, let course = episode?.view.courses[grounds.course],
            let point = course.trajectory.point(of: grounds.rating)
        else {
            (explanation, isRescored) = ([], false)
            return
        }
        explanation = course.explanation(of: point)
        isRescored = course.trajectory.provenance != grounds.provenance
    }

    private var rule: (name: String, statement: String?, evidence: Evidence) {
        switch raising.subject {
        case .signal(let grounds):
            let evidence = grounds.rule.evidence
            return (grounds.rule.name, evidence.statement, evidence.evidence)
        case .session: return (raising.subject.rule, nil, MissedMeasureRule.standard.evidence)
        case .undiscussed: return (raising.subject.rule, nil, DiscussionRule.standard.evidence)
        }
    }

    func values(_ words: Words) -> [String: Any] {
        let rule = rule
        let text = AlertWords(words: words)
        var values: [String: Any] = [
            "code": CodeName.text(of: alert), "kind": text.kind(kind), "at": Instant(raisedAt, words).values,
            "clinician": raising.clinician, "rule": rule.name, "source": rule.evidence.source,
            "confidence": words["audit.confidence.\(WordKey.camel(rule.evidence.confidence.rawValue))"],
            "now": text.line(last).what, "explanation": explanation, "hasExplanation": !explanation.isEmpty,
            "isRescored": isRescored,
        ]
        if let statement = rule.statement {
            values["statement"] = statement
        } else {
            values["lack"] = words["audit.lack.\(WordKey.camel(kind.rawValue))"]
        }
        if let grounds = raising.grounds {
            values["figures"] = [
                "instrument": grounds.course.instrument.description,
                "normSet": grounds.provenance.normSet?.text ?? words["audit.alerts.none"],
                "model": grounds.provenance.model.map { "\($0.id) \($0.version), \(Hexadecimal.text($0.hash))" }
                    ?? words["audit.alerts.none"],
            ]
        }
        return values
    }
}
