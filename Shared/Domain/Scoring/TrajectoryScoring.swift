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
        var points: [TrajectoryPoint] = []
        points.reserveCapacity(ordered.count)
        for index in ordered.indices {
            points.append(basis.point(for: ordered[index], isFirst: index == 0, baseline: baseline))
        }
        return Trajectory(points: points, provenance: basis.provenance)
    }

    private static func isOrdered(_ ratings: [ScoredRating]) -> Bool {
        zip(ratings, ratings.dropFirst()).allSatisfy { !ScoredRating.inSessionOrder($1, $0) }
    }
}

extension ScoringBasis {
    fileprivate func point(for rating: ScoredRating, isFirst: Bool, baseline: ScoredRating) -> TrajectoryPoint {
        let expected = model?.expected(
            baseline: baseline.score, session: rating.session - baseline.session + 1, instrument: instrument)
        let improvement = instrument.direction.improvement(from: baseline.score, to: rating.score)
        let state =
            isFirst
            ? CourseState.insufficientData
            : state(of: rating.score, baseline: baseline.score, improvement: improvement, expected: expected)
        return TrajectoryPoint(rating: rating, expected: expected, state: state, improvement: improvement)
    }

    /// The gravest rule that speaks gives the state: deterioration before recovery before the model.
    private func state(
        of score: Int, baseline: Int, improvement: Int, expected: ExpectedResponse?
    ) -> CourseState {
        if let reliableChange = normSet?.reliableChange {
            if improvement <= -reliableChange { return .deteriorating }
            if improvement >= reliableChange, let cutOff = normSet?.cutOff,
                cutOff.isClinical(baseline, instrument.direction), !cutOff.isClinical(score, instrument.direction)
            {
                return .recovered
            }
        }
        guard let expected else { return .noExpectedResponse }
        let hundredths = score * 100
        switch instrument.direction {
        case .higherIsBetter:
            if hundredths < expected.lower80 { return .notOnTrack }
            return hundredths < expected.lower68 ? .atRisk : .onTrack
        case .lowerIsBetter:
            if hundredths > expected.upper80 { return .notOnTrack }
            return hundredths > expected.upper68 ? .atRisk : .onTrack
        }
    }
}
