/// One maximum of the likelihood, in points and with the intake no longer centred.
struct ModelFit {
    let maximum: Maximisation
    let coefficients: ExpectedResponseModel.Coefficients
    let standardErrors: Vector4
    let varianceErrors: Vector4

    /// - Parameter start: variances to begin at; nil to begin from the scatter of the scores.
    init(
        _ courses: [ClosedCourse], _ instrument: Instrument, from start: VarianceParts?, limit: Int
    ) throws(ModelFitProblem) {
        let denominator = Double(instrument.stepDenominator)
        let centre = courses.reduce(0) { $0 + Double($1.intake) } / (Double(courses.count) * denominator)
        let persons = courses.map { PersonSums($0, centre: centre, denominator: denominator) }
        let rough = Self.roughly(persons)
        maximum = try Maximisation(
            persons, from: start ?? rough, leastResidual: rough.residual * 1e-8, climbing: start == nil ? 10 : 3,
            limit: limit)
        let likelihood = maximum.likelihood
        let (beta, covariance) = Self.uncentred(likelihood.beta, likelihood.betaCovariance, centre)
        let parts = maximum.parts
        coefficients = .init(
            beta: beta, betaCovariance: covariance, levelVariance: parts.between.xx,
            levelSlopeCovariance: parts.between.xy, slopeVariance: parts.between.yy,
            residualVariance: parts.residual)
        standardErrors = Vector4(
            covariance.aa.squareRoot(), covariance.bb.squareRoot(), covariance.cc.squareRoot(),
            covariance.dd.squareRoot())
        guard let inverse = CholeskyFactor(likelihood.information, size: 4)?.inverse else { throw .singularDesign }
        varianceErrors = Vector4(
            inverse[0].squareRoot(), inverse[5].squareRoot(), inverse[10].squareRoot(), inverse[15].squareRoot())
    }

    /// The scatter of all scores, shared out: enough to begin with.
    private static func roughly(_ persons: [PersonSums]) -> VarianceParts {
        let count = persons.reduce(0) { $0 + $1.count }
        let mean = persons.reduce(0) { $0 + $1.scores } / count
        let scatter = max(persons.reduce(0) { $0 + $1.scoreSquares } / count - mean * mean, 1e-3)
        return VarianceParts(between: Symmetric2(scatter / 3, 0, scatter / 9), residual: scatter / 2)
    }

    /// β0 = b0 − b1·c and β2 = b2 − b3·c, and the covariances to match.
    private static func uncentred(
        _ beta: [Double], _ covariance: [Double], _ centre: Double
    ) -> (Vector4, SymmetricMatrix4) {
        func moved(_ row: Int, _ column: Int) -> Double {
            func combined(_ row: Int, _ column: Int) -> Double {
                let own = covariance[row * 4 + column]
                return column % 2 == 0 ? own - centre * covariance[row * 4 + column + 1] : own
            }
            let own = combined(row, column)
            return row % 2 == 0 ? own - centre * combined(row + 1, column) : own
        }
        return (
            Vector4(beta[0] - centre * beta[1], beta[1], beta[2] - centre * beta[3], beta[3]),
            SymmetricMatrix4(
                aa: moved(0, 0), ab: moved(0, 1), ac: moved(0, 2), ad: moved(0, 3), bb: moved(1, 1), bc: moved(1, 2),
                bd: moved(1, 3), cc: moved(2, 2), cd: moved(2, 3), dd: moved(3, 3))
        )
    }
}
