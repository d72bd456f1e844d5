/// A trajectory together with what it is scored by, so that it can go on.
public struct Course: Sendable {
    public let basis: ScoringBasis
    public let trajectory: Trajectory

    /// A course without ratings.
    public init(on basis: ScoringBasis) {
        self.init(scoring: [], on: basis)
    }

    /// Scores ratings, given in any order.
    public init(scoring ratings: [ScoredRating], on basis: ScoringBasis) {
        self.init(basis: basis, trajectory: Trajectory.score(ratings, on: basis))
    }

    private init(basis: ScoringBasis, trajectory: Trajectory) {
        self.basis = basis
        self.trajectory = trajectory
    }

    /// Takes up a stored trajectory. One that another norm set or model stands behind is scored again,
    /// so that a course never mixes points of two bases.
    public init(restoring stored: Trajectory, on basis: ScoringBasis) {
        if stored.provenance == basis.provenance {
            self.init(basis: basis, trajectory: stored)
        } else {
            self.init(scoring: stored.points.map(\.rating), on: basis)
        }
    }

    /// The course with one more rating, wherever in the session order it belongs.
    ///
    /// Repeating a call changes nothing: a rating already there is replaced, and never by an older
    /// version of itself.
    public func recording(_ rating: ScoredRating) -> Course {
        replacing(rating.id, with: rating)
    }

    /// The course with other content for a rating. A rating that is not there is taken in, since what a
    /// correction says is the whole truth about it.
    public func correcting(_ rating: ScoredRating) -> Course {
        replacing(rating.id, with: rating)
    }

    /// The course without a rating; unchanged where it is not there.
    public func withdrawing(_ rating: RatingID) -> Course {
        replacing(rating, with: nil)
    }

    private func replacing(_ id: RatingID, with rating: ScoredRating?) -> Course {
        if let rating, let grown = appending(rating) { return grown }
        var ratings: [ScoredRating] = []
        ratings.reserveCapacity(trajectory.points.count + 1)
        for point in trajectory.points {
            guard point.rating.id == id else {
                ratings.append(point.rating)
                continue
            }
            if let rating, rating.version < point.rating.version { return self }
        }
        if let rating {
            let place = ratings.firstIndex { ScoredRating.inSessionOrder(rating, $0) } ?? ratings.endIndex
            ratings.insert(rating, at: place)
        }
        return Course(scoring: ratings, on: basis)
    }

    /// A point rests on its own rating and the baseline alone, so that a rating behind all others changes none of
    /// them; nil for any other rating.
    private func appending(_ rating: ScoredRating) -> Course? {
        guard let baseline = trajectory.points.first, let last = trajectory.points.last,
            ScoredRating.inSessionOrder(last.rating, rating), trajectory.point(of: rating.id) == nil
        else { return nil }
        var points = trajectory.points
        points += CourseArithmetic(basis.arithmetic, baseline: baseline.rating).points(for: [baseline.rating, rating]).dropFirst()
        return Course(basis: basis, trajectory: Trajectory(points: points, provenance: trajectory.provenance))
    }
}
