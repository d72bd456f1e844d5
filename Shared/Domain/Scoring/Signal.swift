/// A rule that speaks about a course.
public struct Signal: Hashable, Sendable {
    public let rule: SignalRule
    /// The rating the rule speaks about.
    public let rating: RatingID

    public init(rule: SignalRule, rating: RatingID) {
        self.rule = rule
        self.rating = rating
    }

    public var kind: SignalKind { rule.kind }
}

/// What a signal is about.
public enum SignalKind: String, Hashable, Sendable, CaseIterable {
    case notOnTrack = "not_on_track"
    case deteriorating
    case alliance
    case safety
}

extension SignalKind: Comparable {
    /// 1 is the gravest. Safety before deterioration before not-on-track before alliance
    /// (clinical-reference 4).
    public var precedence: Int {
        switch self {
        case .safety: 1
        case .deteriorating: 2
        case .notOnTrack: 3
        case .alliance: 4
        }
    }

    /// Graver kinds first.
    public static func < (left: Self, right: Self) -> Bool { left.precedence < right.precedence }
}

/// The rules, each with a name that stays the same for ever: it is stored and published.
public enum SignalRule: Hashable, Sendable {
    /// `etr.80`: worse than the 80 % bound of the expected response.
    case expectedResponse80
    /// `etr.failure`: worse than the failure line of a percentile model.
    case failureLine
    /// `rci.worse`: worse than the first rating by the reliable change or more.
    case reliablyWorse
    /// `alliance.cutoff`: alliance total on the low side of its cut-off.
    case allianceCutOff
    /// `alliance.drop`: alliance total fallen since the rating before.
    case allianceDrop
    /// `alliance.item`: one alliance item is low.
    case allianceItem
    /// `safety.item.9`: the answer on item 9 speaks of danger.
    case safetyItem(Int)

    public var kind: SignalKind {
        switch self {
        case .expectedResponse80, .failureLine: .notOnTrack
        case .reliablyWorse: .deteriorating
        case .allianceCutOff, .allianceDrop, .allianceItem: .alliance
        case .safetyItem: .safety
        }
    }

    public var name: String {
        switch self {
        case .expectedResponse80: "etr.80"
        case .failureLine: "etr.failure"
        case .reliablyWorse: "rci.worse"
        case .allianceCutOff: "alliance.cutoff"
        case .allianceDrop: "alliance.drop"
        case .allianceItem: "alliance.item"
        case .safetyItem(let item): Self.safetyPrefix + String(item)
        }
    }

    /// The rule of a name; nil for a name no rule has.
    public init?(name: String) {
        switch name {
        case "etr.80": self = .expectedResponse80
        case "etr.failure": self = .failureLine
        case "rci.worse": self = .reliablyWorse
        case "alliance.cutoff": self = .allianceCutOff
        case "alliance.drop": self = .allianceDrop
        case "alliance.item": self = .allianceItem
        default:
            guard name.hasPrefix(Self.safetyPrefix), let item = Int(name.dropFirst(Self.safetyPrefix.count)),
                (1...ItemNumbers.highest).contains(item), name == Self.safetyItem(item).name
            else { return nil }
            self = .safetyItem(item)
        }
    }

    private static let safetyPrefix = "safety.item."
}
