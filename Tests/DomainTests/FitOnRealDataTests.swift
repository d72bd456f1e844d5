import Domain
import Testing

/// Figures found on the same files by an independent maximisation: whole covariance matrices and the
/// simplex method of Nelder and Mead, in double precision (SciPy 1.17).
@Suite struct FitOnRealDataTests {
    private func small(_ persons: Int) -> ModelFitSettings {
        var settings = ModelFitSettings()
        (settings.minimumPersons, settings.minimumRatings, settings.minimumPersonsWithTwo) = (persons, 100, 30)
        settings.casesAtLastSession = 20
        return settings
    }

    private func scale(_ highest: Int) -> Instrument {
        Instrument(
            reference: InstrumentReference(id: InstrumentID(unchecked: "scale"), version: "1"), title: "scale",
            purpose: .outcome, items: nil, stepDenominator: 1, totalRange: 0...highest, direction: .lowerIsBetter,
            allowsTotalEntry: true, licence: Examples.licence)
    }

    private func expect(
        _ fit: FittedModel, logLikelihood: Double, _ beta: [Double], _ errors: [Double], _ variances: [Double]
    ) {
        let c = fit.coefficients
        #expect(abs(fit.logLikelihood - logLikelihood) < 1e-4)
        let found = [
            c.beta.a, c.beta.b, c.beta.c, c.beta.d, fit.standardErrors.a, fit.standardErrors.b, fit.standardErrors.c,
            fit.standardErrors.d, c.levelVariance, c.levelSlopeCovariance, c.slopeVariance, c.residualVariance,
        ]
        for (one, other) in zip(found, beta + errors + variances) {
            #expect(abs(one - other) <= 2e-3 * max(1, abs(other)))
        }
    }

    private static let depressionFile = "suddengains_bdi_rq_12sessions_wide.csv"

    @Test(.enabled(if: SharedData.rows(depressionFile) != nil, "no shared data beside the repository"))
    func depressionOfFortyThreeClientsOverTwelveSessions() throws {
        let rows = try #require(SharedData.rows(Self.depressionFile))
        let courses = rows.compactMap { row in
            ClosedCourse(
                (0...12).compactMap { session in
                    row["bdi_s\(session)"].flatMap(Double.init).map { (session + 1, Int($0)) }
                })
        }
        let fit = try FittedModel(
            courses, instrument: scale(63), population: Examples.adults, period: ModelFittingTests.period,
            settings: small(40))
        #expect(fit.persons == 43 && fit.ratings == 443)
        expect(
            fit, logLikelihood: -1305.0025387872,
            [-2.352262, 1.353968, 8.651827, -0.600812], [7.234430, 0.204179, 4.266336, 0.121024],
            [52.885582, -28.272721, 20.037601, 14.420294])
    }

    private static let monthsFile = "alda_depression_unemployment_cesd.csv"

    /// Irregular months in the place of sessions, counted from the first interview as 1: few ratings a
    /// person, many different "sessions".
    @Test(.enabled(if: SharedData.rows(monthsFile) != nil, "no shared data beside the repository"))
    func depressionOfTwoHundredPersonsAtIrregularMonths() throws {
        let rows = try #require(SharedData.rows(Self.monthsFile))
        var persons: [(id: String, ratings: [(session: Int, score: Int)])] = []
        for row in rows {
            guard let id = row["id"], let months = row["months"].flatMap(Double.init),
                let score = row["depression"].flatMap(Int.init)
            else { continue }
            if persons.last?.id != id { persons.append((id, [])) }
            persons[persons.count - 1].ratings.append((Int((months + 0.5).rounded(.down)), score))
        }
        let fit = try FittedModel(
            persons.compactMap { ClosedCourse($0.ratings) }, instrument: scale(80), population: Examples.adults,
            period: ModelFittingTests.period, settings: small(200))
        #expect(fit.persons == 227 && fit.ratings == 420)
        expect(
            fit, logLikelihood: -1560.6631819870,
            [8.052420, 0.585730, -0.285001, -0.108481], [3.448520, 0.165726, 1.633648, 0.078049],
            [285.314763, -116.474578, 58.602562, 42.623589])
        // Depression after losing work falls over the year, and more so for those who began high.
        #expect(fit.coefficients.beta.c + 25 * fit.coefficients.beta.d < 0)
    }
}
