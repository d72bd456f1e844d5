/// When a change from one session to the next is a sudden gain or a sudden loss: the three criteria of Tang
/// and DeRubeis (J Consult Clin Psychol 1999; 67:894-904), as Wiedemann, Thew, Stott and Ehlers
/// (PLOS ONE 2020; 15:e0230276) write them down.
///
/// 1. The change is large in points: at least `smallestChange`.
/// 2. It is large beside the score it comes from: at least a quarter of it.
/// 3. It is stable: the mean of the three sessions before and of the three after differ by more than a
///    critical value times their pooled standard deviation.
///
/// The criteria were made for gains. A loss is read as their mirror image, which is a convention.
public struct SuddenChangeRule: Hashable, Sendable {
    /// Criterion 1, in steps, above 0: often the reliable change; 7 for the Beck Depression Inventory in the
    /// study of 1999. A change of exactly this many counts.
    public let smallestChange: Int
    /// Criterion 2; nil leaves it out.
    public let share: SuddenShare?
    /// Criterion 3; nil leaves it out.
    public let stability: StabilityCriticalValues?
    public let direction: ScoreDirection
    /// Lowest and highest total, in steps.
    public let totalRange: ClosedRange<Int>

    /// Nil where the smallest change is not above 0.
    public init?(
        smallestChange: Int, share: SuddenShare? = .quarter, stability: StabilityCriticalValues? = .lutz2013,
        direction: ScoreDirection, totalRange: ClosedRange<Int>
    ) {
        guard smallestChange > 0 else { return nil }
        self.smallestChange = smallestChange
        self.share = share
        self.stability = stability
        self.direction = direction
        self.totalRange = totalRange
    }
}

/// Criterion 2: the least share of the score before that the change must make up.
public struct SuddenShare: Hashable, Sendable {
    /// 1 to 100.
    public let percent: Int
    public let base: Base

    /// What the share is taken of. The criterion was written for scales where less is better and 0 is best,
    /// where both are the same.
    public enum Base: String, Hashable, Sendable, CaseIterable {
        /// The distance of the score before from the best total. The same person then has the same gains
        /// whichever way round the scale is counted.
        case severity
        /// The score before as it stands, in either direction.
        case score
    }

    /// Nil for a percentage outside 1 to 100.
    public init?(percent: Int, of base: Base) {
        guard (1...100).contains(percent) else { return nil }
        self.init(checked: percent, base)
    }

    private init(checked percent: Int, _ base: Base) {
        self.percent = percent
        self.base = base
    }

    /// The 25 % of Tang and DeRubeis 1999, of severity.
    public static let quarter = SuddenShare(checked: 25, .severity)
}

/// Criterion 3: by how many pooled standard deviations the means before and after must differ, depending on
/// how many of the six sessions around the change have scores.
public struct StabilityCriticalValues: Hashable, Sendable {
    /// Three before and three after.
    public let ofSix: Double
    /// One missing, before or after.
    public let ofFive: Double
    /// One missing before and one after.
    public let ofFour: Double

    public init(ofSix: Double, ofFive: Double, ofFour: Double) {
        self.ofSix = ofSix
        self.ofFive = ofFive
        self.ofFour = ofFour
    }

    /// Student's t at two-sided 5 % with 4, 3 and 2 degrees of freedom: Tang and DeRubeis 1999 for complete
    /// data, and the adjustment for missing sessions of Lutz and others 2013 (as the R package suddengains
    /// documents it).
    public static let lutz2013 = StabilityCriticalValues(ofSix: 2.776, ofFive: 3.182, ofFour: 4.303)

    /// The value of 1999 whatever is missing.
    public static let unadjusted = StabilityCriticalValues(ofSix: 2.776, ofFive: 2.776, ofFour: 2.776)
}
