/// Name of an objective within its policy.
public struct ObjectiveID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// Something a site wants to reach by a day, in a form that can be counted (clinical-reference 5.5; the goals of
/// practice guides).
public struct QualityObjective: Hashable, Sendable {
    public let id: ObjectiveID
    /// In words, for people.
    public let title: String
    public let measure: ObjectiveMeasure
    public let window: ObjectiveWindow
    /// First day that counts; nil: of each episode the day it was opened.
    public let startsOn: CalendarDay?
    public let target: ObjectiveTarget
    /// Days after an occasion until it counts as missed; 0 or more.
    public let graceDays: Int

    /// - Parameter graceDays: nil: what the measure usually allows.
    /// - Returns: nil for figures out of their ranges: days below 0, a window or a run of nothing, a share of
    ///   nothing or of more than all, and for sessions to be measured without a purpose.
    public init?(
        id: ObjectiveID, title: String, measure: ObjectiveMeasure, window: ObjectiveWindow,
        startsOn: CalendarDay? = nil, target: ObjectiveTarget, graceDays: Int? = nil
    ) {
        let graceDays = graceDays ?? measure.usualGraceDays
        guard graceDays >= 0, measure.isPossible, window.length >= 1, target.isPossible else { return nil }
        self.id = id
        self.title = title
        self.measure = measure
        self.window = window
        self.startsOn = startsOn
        self.target = target
        self.graceDays = graceDays
    }
}

/// What is counted, among what.
public enum ObjectiveMeasure: Hashable, Sendable {
    /// Sessions with a rating of every one of these purposes, among sessions held.
    case sessionsMeasured(Set<MeasuredPurpose>)
    /// Sessions with an outcome and an alliance rating that were both talked about, among sessions held.
    case sessionsMeasuredAndDiscussed
    /// Alliance ratings that were talked about on their day, among those below the client's own baseline: as the
    /// instrument's rule has it, or without one any fall of a step below the mean so far.
    case lowAllianceHandled
    /// Runs of so many sessions, 1 or more, with a joint review after the run before and not after their last, among
    /// full runs.
    case jointReviews(everySessions: Int)
    /// Reviews, of either kind, after a course has gone so many ratings, 2 or more, or twice as many and so on,
    /// without a reliable gain since its first, among the times that happened.
    case unchangedReviewed(afterRatings: Int)

    fileprivate var isPossible: Bool {
        switch self {
        case .sessionsMeasured(let purposes): !purposes.isEmpty
        case .sessionsMeasuredAndDiscussed, .lowAllianceHandled: true
        case .jointReviews(let sessions): sessions >= 1
        case .unchangedReviewed(let ratings): ratings >= 2
        }
    }

    /// A day to enter a rating, a week to talk about it, a fortnight for a review, none for what belongs to the
    /// session. Attune's own.
    var usualGraceDays: Int {
        switch self {
        case .sessionsMeasured: 1
        case .sessionsMeasuredAndDiscussed: 7
        case .lowAllianceHandled, .jointReviews: 0
        case .unchangedReviewed: 14
        }
    }
}

/// How long an objective counts; each 1 or more.
public enum ObjectiveWindow: Hashable, Sendable {
    /// Of every episode so many sessions.
    case sessions(Int)
    case weeks(Int)
    /// Calendar months.
    case months(Int)

    fileprivate var length: Int {
        switch self {
        case .sessions(let length), .weeks(let length), .months(let length): length
        }
    }
}

/// How much is to be reached.
public enum ObjectiveTarget: Hashable, Sendable {
    /// All, without exception.
    case every
    /// At least this share, in thousandths from 1 to 1000.
    case share(thousandths: Int)

    fileprivate var isPossible: Bool {
        switch self {
        case .every: true
        case .share(let thousandths): (1...1000).contains(thousandths)
        }
    }
}

/// How an objective stands.
public struct ObjectiveResult: Hashable, Sendable {
    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        case met
        case notMet = "not_met"
        /// The window is not over, or the last occasions in it may still be done.
        case tooEarly = "too_early"
        /// The window is over and there was nothing to do in it.
        case nothingToCount = "nothing_to_count"
    }

    public let objective: ObjectiveID
    /// Done among the occasions that are decided: numerator and denominator.
    public let done: Share
    /// Occasions that may still be done in time.
    public let pending: Int
    public let verdict: Verdict
}
