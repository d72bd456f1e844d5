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

/// What an alert is about. Most kinds are spoken of by the signals of a course; the last two by what an episode lacks,
/// which no rating can say.
public enum SignalKind: String, Hashable, Sendable, CaseIterable {
    case notOnTrack = "not_on_track"
    case deteriorating
    case alliance
    case safety
    /// No reliable change after some ratings, and still in the clinical range.
    case stalled
    /// Not an alarm but a prompt: the very first alliance rating is as good as can be, so that nothing else may
    /// have been sayable yet (clinical-reference 4).
    case guarded
    /// A session was held, and nobody rated it.
    case missedMeasure = "missed_measure"
    /// Nobody has talked with the client about a rating.
    case undiscussed
}

extension SignalKind {
    /// Whether a signal of a course can be of this kind. The others are found by looking at the whole episode, day by
    /// day (`EpisodeView`).
    public var isOfCourse: Bool {
        switch self {
        case .notOnTrack, .deteriorating, .alliance, .safety, .stalled, .guarded: true
        case .missedMeasure, .undiscussed: false
        }
    }

    /// The kinds of what an episode lacks.
    public static let lacks = Set(allCases.filter { !$0.isOfCourse })
}

extension SignalKind: Comparable {
    /// 1 is the gravest. Safety before deterioration before not-on-track before alliance before stalled
    /// before missing data (clinical-reference 4); the prompt comes last.
    public var precedence: Int {
        switch self {
        case .safety: 1
        case .deteriorating: 2
        case .notOnTrack: 3
        case .alliance: 4
        case .stalled: 5
        case .missedMeasure: 6
        case .undiscussed: 7
        case .guarded: 8
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
    /// `alliance.baseline`: alliance total below the client's own mean so far.
    case allianceBaseline
    /// `alliance.pattern`: alliance low from the start and not rising, or high at the start and falling.
    case alliancePattern
    /// `alliance.guarded`: the course's first alliance total is the best there is.
    case allianceGuarded
    /// `stalled.4`: after 4 ratings no reliable change since the first, and still in the clinical range. The
    /// number is that of the instrument's rule.
    case stalled(ratings: Int)
    /// `safety.item.9`: the answer on item 9 speaks of danger.
    case safetyItem(Int)

    public var kind: SignalKind {
        switch self {
        case .expectedResponse80, .failureLine: .notOnTrack
        case .reliablyWorse: .deteriorating
        case .allianceCutOff, .allianceDrop, .allianceItem, .allianceBaseline, .alliancePattern: .alliance
        case .allianceGuarded: .guarded
        case .stalled: .stalled
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
        case .allianceBaseline: "alliance.baseline"
        case .alliancePattern: "alliance.pattern"
        case .allianceGuarded: "alliance.guarded"
        case .stalled(let ratings): Self.stalledPrefix + String(ratings)
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
        case "alliance.baseline": self = .allianceBaseline
        case "alliance.pattern": self = .alliancePattern
        case "alliance.guarded": self = .allianceGuarded
        default:
            guard let rule = Self.numbered(name, Self.safetyPrefix, 1...ItemNumbers.highest, SignalRule.safetyItem)
                ?? Self.numbered(name, Self.stalledPrefix, StalledRule.allowedRatings, SignalRule.stalled)
            else { return nil }
            self = rule
        }
    }

    /// The rule of a name that ends in a number, written as the rule itself writes it.
    private static func numbered(
        _ name: String, _ prefix: String, _ allowed: ClosedRange<Int>, _ rule: (Int) -> SignalRule
    ) -> SignalRule? {
        guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)), allowed.contains(number),
            name == rule(number).name
        else { return nil }
        return rule(number)
    }

    private static let safetyPrefix = "safety.item."
    private static let stalledPrefix = "stalled."
}
