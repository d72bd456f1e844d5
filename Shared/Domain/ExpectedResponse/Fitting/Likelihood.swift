/// The likelihood of the mixed model at one set of variances, with the fixed part at its best there.
///
/// Profiled over β: for given variances β is generalised least squares, and the slope of the likelihood
/// along the variances is then the partial one.
struct Likelihood {
    /// β at the centred intake.
    let beta: [Double]
    /// Cov(β), centred, row by row.
    let betaCovariance: [Double]
    let logLikelihood: Double
    /// Along level variance, covariance, slope variance, residual variance.
    let gradient: [Double]
    /// Expected information of the same four, row by row.
    let information: [Double]
    /// The variances after one step of expectation and maximisation.
    let maximised: VarianceParts

    /// Nil where the fixed part cannot be told: a singular design.
    init?(_ persons: [PersonSums], _ parts: VarianceParts) {
        guard let fixed = Self.fixedPart(persons, parts) else { return nil }
        beta = fixed.beta
        betaCovariance = fixed.covariance
        var sums = Sums()
        for person in persons { sums.add(person, fixed.beta, parts) }
        let ratings = sums.ratings
        let logTwoPi = 1.8378770664093455
        logLikelihood = -(ratings * logTwoPi + sums.logDeterminants + sums.quadratic) / 2
        gradient = (0..<4).map { sums.gradient[$0] }
        information = (0..<16).map { sums.information[$0] }
        let persons = Double(persons.count)
        maximised = VarianceParts(
            between: Symmetric2(sums.between.xx / persons, sums.between.xy / persons, sums.between.yy / persons),
            residual: sums.within / ratings)
    }

    private static func fixedPart(
        _ persons: [PersonSums], _ parts: VarianceParts
    ) -> (beta: [Double], covariance: [Double])? {
        var (level, mixed, slope) = (Symmetric2(0, 0, 0), Symmetric2(0, 0, 0), Symmetric2(0, 0, 0))
        var right = [0.0, 0, 0, 0]
        for person in persons {
            let weights = PersonWeights(person.design, parts)
            let ofScores = weights.applied(person.scores, person.scoresTimesElapsed)
            level.add(weights.weight.xx, person.intake)
            mixed.add(weights.weight.xy, person.intake)
            slope.add(weights.weight.yy, person.intake)
            right[0] += ofScores.x
            right[1] += ofScores.x * person.intake
            right[2] += ofScores.y
            right[3] += ofScores.y * person.intake
        }
        let normal = [
            level.xx, level.xy, mixed.xx, mixed.xy, level.xy, level.yy, mixed.xy, mixed.yy,
            mixed.xx, mixed.xy, slope.xx, slope.xy, mixed.xy, mixed.yy, slope.xy, slope.yy,
        ]
        guard let factor = CholeskyFactor(normal, size: 4) else { return nil }
        return (factor.solve(right), factor.inverse)
    }

    /// Running sums over persons.
    private struct Sums {
        var ratings = 0.0
        var logDeterminants = 0.0
        var quadratic = 0.0
        var gradient = SIMD4<Double>.zero
        var information = SIMD16<Double>.zero
        var between = Symmetric2(0, 0, 0)
        var within = 0.0

        mutating func add(_ person: PersonSums, _ beta: [Double], _ parts: VarianceParts) {
            let design = person.design
            let weights = PersonWeights(design, parts)
            let level = beta[0] + beta[1] * person.intake
            let slope = beta[2] + beta[3] * person.intake
            let fitted = design.times(level, slope)
            // Z'r and r'r of what the fixed part leaves.
            let rest = (x: person.scores - fitted.x, y: person.scoresTimesElapsed - fitted.y)
            let squares =
                person.scoreSquares - 2 * (level * person.scores + slope * person.scoresTimesElapsed)
                + level * fitted.x + slope * fitted.y
            let score = weights.applied(rest.x, rest.y)
            // The person's own deviation, as far as the ratings tell: u = G·Z'V⁻¹r.
            let own = parts.between.times(score.x, score.y)
            let ownSum = design.times(own.x, own.y)
            let ownTimesRest = own.x * rest.x + own.y * rest.y
            let variance = parts.residual
            let unexplained = squares - 2 * ownTimesRest + own.x * ownSum.x + own.y * ownSum.y

            ratings += person.count
            logDeterminants += (person.count - 2) * naturalLogarithm(variance) + weights.logDeterminant
            quadratic += (squares - ownTimesRest) / variance

            let w = weights.weight
            gradient += SIMD4(
                (score.x * score.x - w.xx) / 2, score.x * score.y - w.xy, (score.y * score.y - w.yy) / 2,
                (unexplained / (variance * variance) - (person.count - weights.shrinkage) / variance) / 2)
            addInformation(w, weights, person.count, variance)

            // E and M: mean and variance of the person's deviation, given the ratings.
            let g = parts.between
            let h = (w.times(g.xx, g.xy), w.times(g.xy, g.yy))
            let left = Symmetric2(
                g.xx - (g.xx * h.0.x + g.xy * h.0.y), g.xy - (g.xx * h.1.x + g.xy * h.1.y),
                g.yy - (g.xy * h.1.x + g.yy * h.1.y))
            between.xx += own.x * own.x + left.xx
            between.xy += own.x * own.y + left.xy
            between.yy += own.y * own.y + left.yy
            within += unexplained + left.xx * design.xx + 2 * left.xy * design.xy + left.yy * design.yy
        }

        private mutating func addInformation(
            _ w: Symmetric2, _ weights: PersonWeights, _ count: Double, _ variance: Double
        ) {
            let s = weights.squared
            let ofResidual =
                (count - 2 * weights.shrinkage + weights.shrinkageSquare) / (2 * variance * variance)
            information += SIMD16(
                w.xx * w.xx / 2, w.xx * w.xy, w.xy * w.xy / 2, s.xx / 2,
                w.xx * w.xy, w.xy * w.xy + w.xx * w.yy, w.xy * w.yy, s.xy,
                w.xy * w.xy / 2, w.xy * w.yy, w.yy * w.yy / 2, s.yy / 2,
                s.xx / 2, s.xy, s.yy / 2, ofResidual)
        }
    }
}

extension Symmetric2 {
    /// Adds w·[1, x]'·[1, x].
    fileprivate mutating func add(_ w: Double, _ x: Double) {
        xx += w
        xy += w * x
        yy += w * x * x
    }
}
