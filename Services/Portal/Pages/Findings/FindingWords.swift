import Domain

/// How grave something is, as pages mark it: by a word and a colour.
enum Gravity: String, Sendable {
    case act, watch, plain

    init(_ precedence: FindingPrecedence) {
        self =
            switch precedence {
            case .safety, .deterioration, .notOnTrack: .act
            case .alliance, .stalled: .watch
            case .missingData, .prompt: .plain
            }
    }

    init(_ kind: AlertKind) {
        self =
            switch kind {
            case .safety, .deteriorating, .notOnTrack: .act
            case .alliance, .stalled: .watch
            case .missedMeasure, .undiscussed, .guarded: .plain
            }
    }
}

extension Words {
    /// What a rule has found, in a few plain words for those who treat.
    func finding(_ finding: EpisodeFinding) -> String {
        switch finding {
        case .signal(let found): kind(found.signal.kind)
        case .discrepancy(let found):
            switch found.kind {
            case .gap: self["finding.discrepancy.gap"]
            case .diverging: self["finding.discrepancy.diverging"]
            case .alliance: self["finding.discrepancy.alliance"]
            }
        case .dropOut: self["finding.dropOut"]
        case .checkpoint(let found):
            switch found.kind {
            case .conversation: self("finding.checkpoint.conversation", ["session": integer(found.session)])
            case .lastChance: self("finding.checkpoint.lastChance", ["session": integer(found.session)])
            }
        case .missedMeasure(let found):
            switch found.purpose {
            case .outcome: self("finding.missed.outcome", ["session": integer(found.session.number)])
            case .alliance: self("finding.missed.alliance", ["session": integer(found.session.number)])
            }
        case .undiscussed(let found): self("finding.undiscussed", ["day": shortDay(found.ratedOn)])
        case .stale(let found): self("finding.stale", ["days": integer(found.days)])
        }
    }

    /// What an alert is about.
    func kind(_ kind: AlertKind) -> String {
        switch kind {
        case .safety: self["finding.kind.safety"]
        case .deteriorating: self["finding.kind.deteriorating"]
        case .notOnTrack: self["finding.kind.notOnTrack"]
        case .alliance: self["finding.kind.alliance"]
        case .stalled: self["finding.kind.stalled"]
        case .missedMeasure: self["finding.kind.missedMeasure"]
        case .undiscussed: self["finding.kind.undiscussed"]
        case .guarded: self["finding.kind.guarded"]
        }
    }
}
