extension Trajectory {
    /// Scores a rater's ratings of one instrument in one episode, given in any order.
    ///
    /// The first rating in session order is the baseline of every later one and is never moved because
    /// a later score is lower (clinical-reference 1.2.1); it changes only when an earlier rating arrives
    /// or it is itself corrected or withdrawn, and then the whole course is scored again.
    ///
    /// The model counts sessions from the baseline: a rating's session number minus the baseline's, plus
    /// one. A course that begins at the clinic's session 3 has its own session 1 there, for the model
    /// knows courses from their first rating on.
    ///
    /// Same ratings, instrument, norm set and model: same result to the last bit, on every machine.
    public static func score(
        ratings: [ScoredRating], instrument: Instrument, normSet: NormSet?, model: ExpectedResponseModel?
    ) -> Trajectory {
        score(ratings, on: ScoringBasis(instrument: instrument, normSet: normSet, model: model))
    }

    /// Scores ratings, given in any order, on a shared basis.
    public static func score(_ ratings: [ScoredRating], on basis: ScoringBasis) -> Trajectory {
        let ordered = isOrdered(ratings) ? ratings : ratings.sorted(by: ScoredRating.inSessionOrder)
        guard let baseline = ordered.first else {
            return Trajectory(points: [], provenance: basis.provenance)
        }
        let course = CourseArithmetic(basis.arithmetic, baseline: baseline)
        return Trajectory(points: course.points(for: ordered), provenance: basis.provenance)
    }

    private static func isOrdered(_ ratings: [ScoredRating]) -> Bool {
        for index in ratings.indices.dropFirst() {
            let (left, right) = (ratings[index - 1].session, ratings[index].session)
            // The rest of the order is looked at only where the session does not decide.
            if left < right { continue }
            if left > right || ScoredRating.inSessionOrder(ratings[index], ratings[index - 1]) { return false }
        }
        return true
    }
}
