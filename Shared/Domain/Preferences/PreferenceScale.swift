/// The four scales of the Cooper-Norcross Inventory of Preferences, C-NIP 1.1 (Cooper and Norcross, Int J Clin
/// Health Psychol 2016; 16:87-98): each between two ways of working, neither of them better than the other.
///
/// An aid to a conversation about how to work together, not a measurement: over 15 data sets with 10,088
/// people the four factors did not fit and the reliabilities were low (Řiháček and others 2023). Its sums
/// belong beside a talk and into no norm, no trajectory and no comparison of clients.
public enum PreferenceScale: String, Hashable, Sendable, CaseIterable {
    /// Led by the therapist (first pole) or by the client.
    case directiveness
    /// Emotional intensity (first pole) or reserve.
    case emotion
    /// The past (first pole) or the present.
    case time
    /// Warm support (first pole) or focused challenge.
    case support

    /// Its items among the 18, counted from 1. All of them count: a public implementation that leaves out
    /// the last item of `emotion` gives other results (clinical-reference 1.2.16).
    public var items: ClosedRange<Int> {
        switch self {
        case .directiveness: 1...5
        case .emotion: 6...10
        case .time: 11...13
        case .support: 14...18
        }
    }

    /// Lowest and highest sum.
    public var range: ClosedRange<Int> {
        let furthest = items.count * PreferenceInventory.itemRange.upperBound
        return -furthest...furthest
    }
}

/// Where strong preferences begin on a scale, in its sum.
public struct PreferenceCutOffs: Hashable, Sendable {
    /// A sum from here upwards is a strong preference for the first pole.
    public let first: Int
    /// A sum from here downwards is a strong preference for the second pole.
    public let second: Int

    /// Nil where the two overlap.
    public init?(first: Int, second: Int) {
        guard second < first else { return nil }
        self.init(checked: first, second)
    }

    init(checked first: Int, _ second: Int) {
        self.first = first
        self.second = second
    }

    public func lean(of sum: Int) -> PreferenceLean {
        if sum >= first { return .strongFirst }
        return sum <= second ? .strongSecond : .notStrong
    }
}

/// What a sum says.
public enum PreferenceLean: String, Hashable, Sendable, CaseIterable {
    case strongFirst = "strong_first"
    /// No strong preference: not the absence of one.
    case notStrong = "not_strong"
    case strongSecond = "strong_second"
}
