/// What of a course raises the flag that a detection study looks at: worse than a bound of the expected
/// response, or reliably worse than at the first rating.
public enum FlagRule: Hashable, Sendable, CaseIterable {
    case beyond68, beyond80, beyond90
    /// Reliable change alone, as without a model.
    case reliablyWorse

    /// The bound; nil for the rule without one. `beyond80` is what scoring calls not on track.
    public var bound: ToleranceBound? {
        switch self {
        case .beyond68: .sixtyEight
        case .beyond80: .eighty
        case .beyond90: .ninety
        case .reliablyWorse: nil
        }
    }

    public var label: String {
        switch self {
        case .beyond68: "68 % bound"
        case .beyond80: "80 % bound"
        case .beyond90: "90 % bound"
        case .reliablyWorse: "reliable change alone"
        }
    }
}

/// How well flags tell beforehand which courses end reliably worse than they began.
///
/// What counts as truth is what clinics count: the last rating is worse than the first by the reliable
/// change or more. That rating also raises the flag of its own, so a course that ends early is "detected"
/// by its very end; `AtRating.ahead` therefore repeats the figures over courses that went on. Of simulated
/// courses the truth may also be whether they were made to deteriorate, whatever the last rating shows.
public struct DetectionStudy: Hashable, Sendable {
    public let truth: Truth
    /// Courses with two or more ratings; one rating can neither flag nor deteriorate.
    public let courses: Int
    /// Courses given with fewer.
    public let coursesLeftOut: Int
    /// By the truth of the study.
    public let deteriorated: Proportion
    /// First score or no session inside the model's support: these can be flagged by reliable change only.
    public let withoutExpectation: Proportion
    public let rules: [OfRule]

    /// What flags are held against.
    public enum Truth: String, Hashable, Sendable, CaseIterable {
        case endedReliablyWorse = "ended_reliably_worse"
        case madeToDeteriorate = "made_to_deteriorate"
    }

    /// The figures of one rule.
    public struct OfRule: Hashable, Sendable {
        public let rule: FlagRule
        /// At any rating of the course.
        public let everFlagged: Proportion
        /// After ratings 2 to 8.
        public let byRating: [AtRating]
        /// Session of the first flag, counted from the first rating as 1: of all flagged courses, and of
        /// those that deteriorated. Nil where none was flagged.
        public let sessionsUntilFlag: MedianEstimate?
        public let sessionsUntilTrueFlag: MedianEstimate?

        /// The figures after a rating; nil outside 2 to 8.
        public func figures(at rating: Int) -> AtRating? { byRating.first { $0.rating == rating } }
    }

    /// Flags raised up to a rating.
    public struct AtRating: Hashable, Sendable {
        /// 2 is the second rating of a course.
        public let rating: Int
        public let all: Detection
        /// Over courses that had more ratings than that: the flag came before the outcome.
        public let ahead: Detection
    }

    public struct Detection: Hashable, Sendable {
        /// Flagged, of the courses that deteriorated.
        public let sensitivity: Proportion
        /// Not flagged, of all others.
        public let specificity: Proportion
    }

    static let ratings = 2...8

    /// Studies courses that have ended: simulated ones, or a site's own in retrospect.
    /// - Parameters:
    ///   - courses: each scored on a basis with a reliable change.
    ///   - direction: of the instrument.
    ///   - reliableChange: in steps.
    public init(_ courses: some Sequence<Trajectory>, direction: ScoreDirection, reliableChange: Int) {
        let labelled = courses.lazy.map { course in
            (course, hasDeteriorated: (course.points.last?.improvement ?? 0) <= -reliableChange)
        }
        self.init(labelled, truth: .endedReliablyWorse, direction: direction, reliableChange: reliableChange)
    }

    /// Courses, each with the truth about it.
    init(
        _ courses: some Sequence<(Trajectory, hasDeteriorated: Bool)>, truth: Truth, direction: ScoreDirection,
        reliableChange: Int
    ) {
        var tallies = FlagRule.allCases.map { RuleTally($0) }
        var (studied, leftOut, worse, silent) = (0, 0, 0, 0)
        for (course, hasDeteriorated) in courses {
            guard course.points.count > 1 else {
                leftOut += 1
                continue
            }
            studied += 1
            worse += hasDeteriorated ? 1 : 0
            silent += course.points.dropFirst().allSatisfy { $0.expectation == nil } ? 1 : 0
            for place in tallies.indices {
                tallies[place].add(course, direction, reliableChange, hasDeteriorated: hasDeteriorated)
            }
        }
        self.truth = truth
        self.courses = studied
        coursesLeftOut = leftOut
        deteriorated = Proportion(worse, of: studied)
        withoutExpectation = Proportion(silent, of: studied)
        rules = tallies.map(\.figures)
    }

    public func figures(of rule: FlagRule) -> OfRule? { rules.first { $0.rule == rule } }
}

/// Counts for one rule.
private struct RuleTally {
    private let rule: FlagRule
    private var courses = 0
    private var flagged = 0
    private var sessions: [Int] = []
    private var trueSessions: [Int] = []
    private var all = [Counts](repeating: Counts(), count: DetectionStudy.ratings.count)
    private var ahead = [Counts](repeating: Counts(), count: DetectionStudy.ratings.count)

    private struct Counts {
        var worse = 0
        var worseFlagged = 0
        var others = 0
        var othersFlagged = 0

        mutating func add(isWorse: Bool, isFlagged: Bool) {
            if isWorse {
                worse += 1
                worseFlagged += isFlagged ? 1 : 0
            } else {
                others += 1
                othersFlagged += isFlagged ? 1 : 0
            }
        }

        var detection: DetectionStudy.Detection {
            DetectionStudy.Detection(
                sensitivity: Proportion(worseFlagged, of: worse),
                specificity: Proportion(others - othersFlagged, of: others))
        }
    }

    init(_ rule: FlagRule) { self.rule = rule }

    mutating func add(
        _ course: Trajectory, _ direction: ScoreDirection, _ reliableChange: Int, hasDeteriorated: Bool
    ) {
        courses += 1
        let first = course.points.indices.dropFirst().first { place in
            let point = course.points[place]
            if point.improvement <= -reliableChange { return true }
            guard let bound = rule.bound, let expected = point.expected else { return false }
            return expected.isWorse(point.rating.score, than: bound, direction)
        }
        if let first {
            flagged += 1
            let session = course.points[first].rating.session - course.points[0].rating.session + 1
            sessions.append(session)
            if hasDeteriorated { trueSessions.append(session) }
        }
        for (place, rating) in DetectionStudy.ratings.enumerated() {
            let isFlagged = first.map { $0 < rating } ?? false
            all[place].add(isWorse: hasDeteriorated, isFlagged: isFlagged)
            if course.points.count > rating { ahead[place].add(isWorse: hasDeteriorated, isFlagged: isFlagged) }
        }
    }

    var figures: DetectionStudy.OfRule {
        DetectionStudy.OfRule(
            rule: rule, everFlagged: Proportion(flagged, of: courses),
            byRating: DetectionStudy.ratings.enumerated().map { place, rating in
                DetectionStudy.AtRating(rating: rating, all: all[place].detection, ahead: ahead[place].detection)
            }, sessionsUntilFlag: MedianEstimate(sessions), sessionsUntilTrueFlag: MedianEstimate(trueSessions))
    }
}
