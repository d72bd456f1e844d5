extension FittedModel {
    /// Fits the log-linear mixed model of clinical-reference 2.7 by maximum likelihood:
    ///
    ///     y_ij = β0 + β1·y0_i + (β2 + β3·y0_i)·ln j + u0_i + u1_i·ln j + e_ij      for sessions j ≥ 2
    ///     (u0, u1) ~ N(0, G)      e ~ N(0, σ²)
    ///
    /// The first rating takes part as y0 alone. As a rating at j = 1 it would be predicted from itself: the
    /// fit would find β0 = 0, β1 = 1 and no variance at the start, deny regression to the mean, and draw
    /// bounds that are too narrow at session 2, where most is decided.
    ///
    /// Courses that end early are no harm where what was measured tells why they ended: likelihood then
    /// fills in nothing wrongly. Where the reason was never measured, the curve leans towards those who
    /// stayed, as every such curve does.
    ///
    /// The same courses in the same order give the same figures, to the last bit, everywhere.
    /// - Parameters:
    ///   - courses: closed, of one instrument and one population, each person once.
    ///   - period: days between which they ran.
    /// - Throws: `ModelFitProblem` where no model should be made of the courses.
    public init(
        _ courses: [ClosedCourse], instrument: Instrument, population: Population,
        period: ClosedRange<CalendarDay>, settings: ModelFitSettings = ModelFitSettings()
    ) throws(ModelFitProblem) {
        let used = courses.filter { !$0.later.isEmpty }
        try Self.check(courses, instrument)
        let ratings = try Self.checkSize(used, settings)
        let fit = try ModelFit(used, instrument, from: nil, limit: settings.maximumIterations)
        let support = Self.support(used, settings.intakeShare)
        let maxSession = try Self.lastSession(used, settings.casesAtLastSession)

        var inFit = CalibrationRows()
        inFit.add(used, fit.coefficients, support, maxSession, instrument)
        let outside = Self.crossValidated(used, fit, support, maxSession, instrument, settings)

        self.instrument = instrument.reference
        self.population = population
        self.period = period
        coefficients = fit.coefficients
        standardErrors = fit.standardErrors
        varianceErrors = fit.varianceErrors
        logLikelihood = fit.maximum.likelihood.logLikelihood
        iterations = fit.maximum.iterations
        persons = used.count
        self.ratings = ratings
        coursesLeftOut = courses.count - used.count
        baselineSupport = support
        self.maxSession = maxSession
        calibration = inFit.calibration
        crossValidation = outside
        warnings = Self.warnings(used, fit, support, instrument, outside)
    }

    private static func check(_ courses: [ClosedCourse], _ instrument: Instrument) throws(ModelFitProblem) {
        let allowed = instrument.totalRange
        for (place, course) in courses.enumerated() {
            for score in [course.intake] + course.later.map(\.score) where !allowed.contains(score) {
                throw .scoreOutOfRange(course: place, score: score, allowed: allowed)
            }
        }
    }

    private static func checkSize(
        _ courses: [ClosedCourse], _ settings: ModelFitSettings
    ) throws(ModelFitProblem) -> Int {
        let ratings = courses.reduce(0) { $0 + $1.later.count }
        let sessions = courses.reduce(into: Set<Int>()) { $0.formUnion($1.later.map(\.session)) }
        let withTwo = courses.count { course in course.later.contains { $0.session != course.later[0].session } }
        guard courses.count >= max(1, settings.minimumPersons) else {
            throw .tooFewPersons(courses.count, needed: settings.minimumPersons)
        }
        guard ratings >= settings.minimumRatings else {
            throw .tooFewRatings(ratings, needed: settings.minimumRatings)
        }
        guard sessions.count >= settings.minimumSessions else {
            throw .tooFewSessions(sessions.count, needed: settings.minimumSessions)
        }
        guard withTwo >= settings.minimumPersonsWithTwo else {
            throw .tooFewPersonsWithTwoRatings(withTwo, needed: settings.minimumPersonsWithTwo)
        }
        return ratings
    }

    /// The central share of the intakes seen, by rank.
    private static func support(_ courses: [ClosedCourse], _ share: Double) -> ClosedRange<Int> {
        let intakes = courses.map(\.intake).sorted()
        let cut = Int(Double(intakes.count) * (1 - min(max(share, 0), 1)) / 2)
        return intakes[cut]...max(intakes[cut], intakes[intakes.count - 1 - cut])
    }

    /// The last session that enough courses reach, whether or not they were rated at that very session.
    private static func lastSession(_ courses: [ClosedCourse], _ cases: Int) throws(ModelFitProblem) -> Int {
        let ends = courses.compactMap(\.later.last?.session).sorted(by: >)
        guard cases >= 1, ends.count >= cases else { throw .noSupport(needed: cases) }
        return ends[cases - 1]
    }

    /// Course n is in part n mod k, so that courses given in the order of anything are spread evenly.
    private static func crossValidated(
        _ courses: [ClosedCourse], _ fit: ModelFit, _ support: ClosedRange<Int>, _ maxSession: Int,
        _ instrument: Instrument, _ settings: ModelFitSettings
    ) -> Calibration? {
        let folds = min(max(settings.folds, 2), 20)
        var rows = CalibrationRows()
        for fold in 0..<folds {
            let kept = courses.indices.filter { $0 % folds != fold }.map { courses[$0] }
            let leftOut = courses.indices.filter { $0 % folds == fold }.map { courses[$0] }
            guard
                let part = try? ModelFit(
                    kept, instrument, from: fit.maximum.parts, limit: settings.maximumIterations)
            else { return nil }
            rows.add(leftOut, part.coefficients, support, maxSession, instrument)
        }
        return rows.calibration
    }

    private static func warnings(
        _ courses: [ClosedCourse], _ fit: ModelFit, _ support: ClosedRange<Int>, _ instrument: Instrument,
        _ crossValidation: Calibration?
    ) -> [ModelFitWarning] {
        var warnings: [ModelFitWarning] = []
        let c = fit.coefficients
        let least = c.residualVariance * 1e-6
        if c.levelVariance < least { warnings.append(.noLevelVariance) }
        if c.slopeVariance < least { warnings.append(.noSlopeVariance) }
        let product = c.levelVariance * c.slopeVariance
        if product > least * least, product - c.levelSlopeCovariance * c.levelSlopeCovariance < product * 1e-6 {
            warnings.append(.levelAndSlopeAsOne)
        }
        let beta = fit.coefficients.beta
        let held = support.filter {
            let slope = beta.c + beta.d * Double($0) / Double(instrument.stepDenominator)
            return switch instrument.direction {
            case .higherIsBetter: slope < 0
            case .lowerIsBetter: slope > 0
            }
        }
        if let first = held.first, let last = held.last { warnings.append(.curveHeldLevel(intakes: first...last)) }
        let scores = courses.flatMap { $0.later.map(\.score) }
        let atEnds = scores.count { $0 == instrument.totalRange.lowerBound || $0 == instrument.totalRange.upperBound }
        if atEnds * 10 > scores.count { warnings.append(.atEndOfScale(ratings: atEnds, of: scores.count)) }
        guard let crossValidation else { return warnings + [.notCrossValidated] }
        let tail = crossValidation.overall.worse(than: .eighty)
        if let share = tail.share, abs(share - 0.1) > 0.02 { warnings.append(.tailOffNominal(tail)) }
        return warnings
    }
}
