/// What the next rating says about a review: whether it helped, as far as one rating can tell.
public struct SupportFollowUp: Hashable, Sendable {
    public let effect: SupportEffect
    /// The rating it is read from; nil while there is none.
    public let rating: RatingID?
    /// Since the rating the alert spoke about, in steps; positive is better; nil while there is no rating.
    public let improvement: Int?
    /// Items whose answer at that rating speaks of danger, whatever else it says and whatever the alert was
    /// about: never read an effect without them.
    public let safetyItems: ItemNumbers
}

public enum SupportEffect: String, Hashable, Sendable, CaseIterable {
    /// Better by the reliable change or more since the rating the alert spoke about. After a safety alert not
    /// while an item still speaks of danger.
    case reliablyBetter = "reliably_better"
    /// What the alert was about speaks no longer, though the change is not a reliable one.
    case backWithinBounds = "back_within_bounds"
    /// Neither better nor worse, as far as the figures can tell.
    case unchanged
    /// Worse by the reliable change or more.
    case reliablyWorse = "reliably_worse"
    case noRatingYet = "no_rating_yet"
}

/// The rating the alert spoke about is not in the course: there is nothing to compare with. It was withdrawn, or
/// the course is another one.
public struct SupportRatingMissing: Error, Hashable, Sendable {
    public let rating: RatingID
}

extension Course {
    /// What became of a course after a review.
    ///
    /// The next rating is the first in session order after the alert's that was given on a later day than the
    /// review: what was rated on the day itself may have come first. One rating is little to go by: the
    /// course itself goes on being scored.
    /// - Parameters:
    ///   - rating: the one the alert spoke about (`SupportOpening.rating`).
    ///   - kind: of the alert.
    ///   - reviewedOn: the clinic's day of the completed review.
    public func followUp(
        of rating: RatingID, kind: AlertKind, reviewedOn day: CalendarDay
    ) throws(SupportRatingMissing) -> SupportFollowUp {
        let points = trajectory.points
        guard let place = points.firstIndex(where: { $0.rating.id == rating }) else {
            throw SupportRatingMissing(rating: rating)
        }
        guard let next = points.indices.first(where: { $0 > place && points[$0].rating.day > day }) else {
            return SupportFollowUp(effect: .noRatingYet, rating: nil, improvement: nil, safetyItems: [])
        }
        let improvement = basis.instrument.direction.improvement(
            from: points[place].rating.score, to: points[next].rating.score)
        return SupportFollowUp(
            effect: effect(improvement, kind, speaks: speaks(kind, at: next)), rating: points[next].rating.id,
            improvement: improvement, safetyItems: points[next].rating.safetyItems)
    }

    private func effect(_ improvement: Int, _ kind: AlertKind, speaks: Bool) -> SupportEffect {
        let reliability = basis.normSet
            .flatMap { ChangeCriteria($0, direction: basis.instrument.direction) }?
            .reliability(ofImprovement: improvement)
        return switch reliability {
        case .improvement: kind == .safety && speaks ? .unchanged : .reliablyBetter
        case .deterioration: .reliablyWorse
        case .withinError, nil: speaks ? .unchanged : .backWithinBounds
        }
    }

    /// Whether what the alert was about still stands at a point, with the course as it was then.
    private func speaks(_ kind: AlertKind, at place: Int) -> Bool {
        let points = trajectory.points[...place]
        let then = Trajectory(points: Array(points), provenance: trajectory.provenance)
        let standing = Set(then.standingSignals(on: basis).map(\.kind))
        return switch kind {
        case .safety: points.last.map { !$0.rating.safetyItems.isEmpty } ?? false
        case .deteriorating, .notOnTrack: !standing.isDisjoint(with: [.deteriorating, .notOnTrack])
        case .alliance: standing.contains(.alliance)
        case .stalled: !standing.isDisjoint(with: [.deteriorating, .notOnTrack, .stalled])
        case .guarded: standing.contains(.guarded)
        // No rating takes back that one was not talked about, or was not given.
        case .missedMeasure, .undiscussed: true
        }
    }
}
