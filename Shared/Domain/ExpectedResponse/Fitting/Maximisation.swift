/// Finds the variances of the highest likelihood.
///
/// Expectation and maximisation first, which climbs from anywhere but slowly near the top; then Newton
/// steps with the expected information in the place of the observed one, damped until they climb
/// (Levenberg and Marquardt). They work on L, with G = L·L', and on ln σ: every value gives a covariance
/// matrix and a positive variance. The diagonal of L is not put on a logarithmic scale, as is often done:
/// where the data show no variance, or levels and slopes that vary as one, the top lies on the edge of
/// all covariance matrices, and on that scale at minus infinity, while L is simply zero there.
struct Maximisation {
    let parts: VarianceParts
    let likelihood: Likelihood
    /// Steps of both kinds.
    let iterations: Int

    /// What another step may still promise to add to the log-likelihood, doubled: at this much every figure
    /// lies within a three-hundredth of its standard error from the top.
    private static let enough = 1e-5

    /// - Parameters:
    ///   - start: variances to begin at, e.g. those of a similar fit.
    ///   - leastResidual: a residual variance that no measured scores have.
    ///   - climbing: steps of expectation and maximisation.
    ///   - limit: steps of both kinds.
    init(
        _ persons: [PersonSums], from start: VarianceParts, leastResidual: Double, climbing: Int, limit: Int
    ) throws(ModelFitProblem) {
        var parts = start
        var iterations = 0
        while iterations < climbing {
            guard let likelihood = Likelihood(persons, parts) else { throw .singularDesign }
            guard likelihood.maximised.residual > leastResidual else { throw .noVariation }
            parts = likelihood.maximised
            iterations += 1
        }
        var point = Factors(parts)
        guard var current = Likelihood(persons, point.parts) else { throw .singularDesign }
        var damping = 0.0
        while true {
            guard point.parts.residual > leastResidual else { throw .noVariation }
            let slope = point.slope(current)
            // Undamped steps alone tell how far the top is; a saddle has none.
            let promised = slope.step(damping: 0)?.promised ?? .infinity
            if promised < Self.enough { break }
            guard iterations < limit else { throw .notConverged(iterations: iterations, promised: promised) }
            iterations += 1
            guard let next = Self.climb(persons, point, slope, current, &damping) else {
                // Rounding hides what little is left to gain.
                if promised < 1e-4 { break }
                throw .notConverged(iterations: iterations, promised: promised)
            }
            (point, current) = next
        }
        self.parts = point.parts
        self.likelihood = current
        self.iterations = iterations
    }

    /// The first of ever more damped steps that climbs; nil where none does.
    private static func climb(
        _ persons: [PersonSums], _ point: Factors, _ slope: Slope, _ current: Likelihood, _ damping: inout Double
    ) -> (Factors, Likelihood)? {
        for _ in 0..<40 {
            if let step = slope.step(damping: damping) {
                let next = point.moved(step.direction)
                if let likelihood = Likelihood(persons, next.parts), likelihood.logLikelihood > current.logLikelihood {
                    damping = damping < 1e-4 ? 0 : damping / 10
                    return (next, likelihood)
                }
            }
            damping = max(damping * 8, 1e-3)
        }
        return nil
    }
}

/// The variances on the scale of the search: l11, l21, l22, ln σ.
private struct Factors {
    private let level, mixed, slope, logDeviation: Double

    init(_ parts: VarianceParts) {
        // A start on the edge would stay there: the likelihood is level across it.
        let least = parts.residual.squareRoot() * 0.01
        level = max(parts.between.xx.squareRoot(), least)
        mixed = parts.between.xy / level
        slope = max(max(0, parts.between.yy - mixed * mixed).squareRoot(), least)
        logDeviation = naturalLogarithm(parts.residual) / 2
    }

    private init(level: Double, mixed: Double, slope: Double, logDeviation: Double) {
        (self.level, self.mixed, self.slope, self.logDeviation) = (level, mixed, slope, logDeviation)
    }

    var parts: VarianceParts {
        VarianceParts(
            between: Symmetric2(level * level, level * mixed, mixed * mixed + slope * slope),
            residual: exponential(2 * logDeviation))
    }

    /// ln σ moves by 1 at most.
    func moved(_ direction: [Double]) -> Factors {
        Factors(
            level: level + direction[0], mixed: mixed + direction[1], slope: slope + direction[2],
            logDeviation: logDeviation + min(max(direction[3], -1), 1))
    }

    /// How the likelihood runs along the four values.
    func slope(_ likelihood: Likelihood) -> Slope {
        let residual = exponential(2 * logDeviation)
        // Derivatives of level variance, covariance, slope variance and residual variance (rows) along
        // the four values (columns).
        let jacobian = [
            2 * level, 0, 0, 0,
            mixed, level, 0, 0,
            0, 2 * mixed, 2 * slope, 0,
            0, 0, 0, 2 * residual,
        ]
        var gradient = [0.0, 0, 0, 0]
        var curvature = [Double](repeating: 0, count: 16)
        for one in 0..<4 {
            for k in 0..<4 { gradient[one] += jacobian[k * 4 + one] * likelihood.gradient[k] }
            for other in 0..<4 {
                for k in 0..<4 {
                    for l in 0..<4 {
                        curvature[one * 4 + other] +=
                            jacobian[k * 4 + one] * likelihood.information[k * 4 + l] * jacobian[l * 4 + other]
                    }
                }
            }
        }
        // The variances are squares and products of the values: their own curvature is what holds the
        // search where a value is zero.
        let g = likelihood.gradient
        curvature[0] -= 2 * g[0]
        curvature[1] -= g[1]
        curvature[4] -= g[1]
        curvature[5] -= 2 * g[2]
        curvature[10] -= 2 * g[2]
        curvature[15] -= 4 * residual * g[3]
        return Slope(gradient: gradient, curvature: curvature)
    }
}

private struct Slope {
    let gradient: [Double]
    /// Downwards, row by row.
    let curvature: [Double]

    /// The step to where the curvature puts the top, and twice what it promises; nil where the damped
    /// curvature has no top.
    func step(damping: Double) -> (direction: [Double], promised: Double)? {
        var damped = curvature
        for place in 0..<4 { damped[place * 5] += damping * max(abs(curvature[place * 5]), 1e-6) }
        guard let factor = CholeskyFactor(damped, size: 4) else { return nil }
        let direction = factor.solve(gradient)
        return (direction, zip(direction, gradient).reduce(0) { $0 + $1.0 * $1.1 })
    }
}
