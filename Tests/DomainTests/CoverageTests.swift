@testable import Domain
import Testing

/// The bounds against courses of which everything is known.
@Suite struct CoverageTests {
    private static let network = ModelFittingTests.network(sessions: 7)

    private func model(_ coefficients: ExpectedResponseModel.Coefficients) -> ExpectedResponseModel {
        ExpectedResponseModel(
            reference: Examples.model.reference, label: "own", instrument: Examples.outcome.reference,
            population: Examples.adults, coefficients: coefficients, baselineSupport: 60...330, maxSession: 7)
    }

    private func expectNominal(_ calibration: Calibration, _ who: String) throws {
        for (bound, nominal) in [(ToleranceBound.sixtyEight, 0.6827), (.eighty, 0.80), (.ninety, 0.90)] {
            for cell in [calibration.overall] + calibration.bySession {
                let inside = try #require(cell.inside(bound).share)
                #expect(abs(inside - nominal) <= 0.02, "\(who), \(cell.group), \(bound.rawValue) %: \(inside)")
                let worse = try #require(cell.worse(than: bound).share)
                #expect(abs(worse - bound.tail) <= 0.015, "\(who), \(cell.group), worse than \(bound.rawValue) %: \(worse)")
            }
            for cell in calibration.byIntake {
                let inside = try #require(cell.inside(bound).share)
                #expect(abs(inside - nominal) <= 0.03, "\(who), \(cell.group), \(bound.rawValue) %: \(inside)")
            }
        }
    }

    /// The 80 % bound holds 80 ± 2 % on 20,000 simulated courses, with the figures that made them
    /// and with figures fitted on other courses.
    @Test func boundsHoldTheirNominalCoverage() throws {
        let courses = ModelFittingTests.courses(20_000, seed: 77, Self.network)
        #expect(courses.count == 20_000)
        let withTrue = try #require(
            Calibration(courses, model: model(Self.network.coefficients), instrument: Examples.outcome))
        #expect(withTrue.overall.ratings == 120_000)
        try expectNominal(withTrue, "true figures")
        let fit = try ModelFittingTests.fit(ModelFittingTests.courses(1000, seed: 78, Self.network))
        let withFitted = try #require(
            Calibration(courses, model: model(fit.coefficients), instrument: Examples.outcome))
        try expectNominal(withFitted, "fitted figures")
    }

    /// Had the first rating been fitted as a rating at session 1, it would have been predicted from itself
    /// (see `FittedModel`): bounds at session 2 would be too narrow.
    @Test func boundsWithoutTheVarianceBetweenPersonsDoNotHold() throws {
        let c = Self.network.coefficients
        let narrow = model(
            .init(
                beta: c.beta, betaCovariance: c.betaCovariance, levelVariance: 0, levelSlopeCovariance: 0,
                slopeVariance: 0, residualVariance: c.residualVariance))
        let courses = ModelFittingTests.courses(500, seed: 79, Self.network)
        let calibration = try #require(Calibration(courses, model: narrow, instrument: Examples.outcome))
        let share = try #require(calibration.overall.inside(.eighty).share)
        #expect(share < 0.75)
    }

    @Test func crossValidationCountsEveryCourseOnceAndOnlyInsideTheSupport() throws {
        let courses = ModelFittingTests.courses(300, seed: 80, Self.network)
        let fit = try ModelFittingTests.fit(courses)
        let inside = courses.filter { fit.baselineSupport.contains($0.intake) }
        #expect(inside.count < courses.count)
        let ratings = inside.reduce(0) { $0 + $1.later.count }
        #expect(fit.calibration.overall.ratings == ratings)
        #expect(fit.crossValidation?.overall.ratings == ratings)
        #expect(fit.calibration.bySession.reduce(0) { $0 + $1.ratings } == ratings)
        #expect(fit.calibration.byIntake.reduce(0) { $0 + $1.ratings } == ratings)
        #expect(fit.calibration.byIntake.count == 4)
        #expect(fit.crossValidation != fit.calibration)
    }

    @Test func aCellCountsBothSidesOfEveryBound() {
        var cell = CalibrationCell(.all)
        let expected = ExpectedResponse(
            mean: 20_000, lower68: 18_000, upper68: 22_000, lower80: 17_000, upper80: 23_000, lower90: 16_000,
            upper90: 24_000)
        for score in [159, 160, 169, 170, 179, 180, 220, 221, 240, 241] { cell.add(score, expected, .higherIsBetter) }
        #expect(cell.worse(than: .sixtyEight).count == 5 && cell.better(than: .sixtyEight).count == 3)
        #expect(cell.worse(than: .eighty).count == 3 && cell.better(than: .eighty).count == 2)
        #expect(cell.worse(than: .ninety).count == 1 && cell.better(than: .ninety).count == 1)
        #expect(cell.inside(.ninety) == Proportion(8, of: 10))
        var turned = CalibrationCell(.all)
        turned.add(241, expected, .lowerIsBetter)
        #expect(turned.worse(than: .ninety).count == 1)
    }
}

/// Laws that hold for every model and every course.
@Suite struct ExpectedResponseLawTests {
    private func some(_ range: ClosedRange<Double>, _ numbers: inout SeededNumbers) -> Double {
        Double.random(in: range, using: &numbers)
    }

    /// A covariance matrix A·A'.
    private func covariance(_ numbers: inout SeededNumbers) throws -> [Double] {
        let a = (0..<16).map { _ in some(-0.05...0.05, &numbers) }
        var product = [Double](repeating: 0, count: 16)
        for place in 0..<16 {
            let (row, column) = (place / 4 * 4, place % 4 * 4)
            for k in 0..<4 { product[place] += a[row + k] * a[column + k] }
        }
        return product
    }

    private func upper(_ m: [Double]) throws -> SymmetricMatrix4 {
        try #require(
            SymmetricMatrix4(upperTriangle: [m[0], m[1], m[2], m[3], m[5], m[6], m[7], m[10], m[11], m[15]]))
    }

    private func model(
        _ instrument: Instrument, _ c: ExpectedResponseModel.Coefficients, _ support: ClosedRange<Int>
    ) -> ExpectedResponseModel {
        ExpectedResponseModel(
            reference: Examples.model.reference, label: "any", instrument: instrument.reference,
            population: Examples.adults, coefficients: c, baselineSupport: support, maxSession: 12)
    }

    @Test(arguments: ScoreDirection.allCases)
    func theMeanNeverTurnsForTheWorseAndBoundsAreOrdered(direction: ScoreDirection) throws {
        let instrument = Examples.outcomeScale(direction)
        var numbers = SeededNumbers(state: 31)
        for _ in 1...150 {
            let c = ExpectedResponseModel.Coefficients(
                beta: Vector4(
                    some(-5...5, &numbers), some(0...1.2, &numbers), some(-12...12, &numbers),
                    some(-0.4...0.4, &numbers)),
                betaCovariance: try upper(covariance(&numbers)), levelVariance: some(0...20, &numbers),
                levelSlopeCovariance: 0, slopeVariance: some(0...9, &numbers), residualVariance: some(1...30, &numbers))
            let model = model(instrument, c, 0...400)
            let baseline = Int.random(in: 0...400, using: &numbers)
            var before: Int?
            for session in 1...12 {
                let e = try #require(model.expected(baseline: baseline, session: session, instrument: instrument))
                let ordered = [e.lower90, e.lower80, e.lower68, e.mean, e.upper68, e.upper80, e.upper90]
                #expect(ordered == ordered.sorted() && ordered[0] >= 0 && ordered[6] <= 40_000)
                if let before { #expect(direction.improvement(from: before, to: e.mean) >= 0) }
                before = e.mean
            }
        }
    }

    /// 40 − y for y, with a full covariance of the coefficients: every state is the same, and every figure
    /// mirrored but for the rounding of halves.
    @Test func aMirroredInstrumentTellsTheMirroredStory() throws {
        let mirrored = Examples.outcomeScale(.lowerIsBetter)
        let norms = NormSet(
            id: Examples.adultNorms.id, title: "adults", population: Examples.adults,
            cutOff: CutOff(value: 150, isInclusive: false), reliableChange: 50, source: "manual", confidence: .sourced)
        // β' = T·β + (40, 0, 0, 0)
        let turn: [Double] = [-1, -40, 0, 0, 0, 1, 0, 0, 0, 0, -1, -40, 0, 0, 0, 1]
        var numbers = SeededNumbers(state: 32)
        for _ in 1...60 {
            let b = [some(-2...4, &numbers), some(0.6...1, &numbers), some(4...9, &numbers), some(-0.2...0, &numbers)]
            let m = try covariance(&numbers)
            var turned = [Double](repeating: 0, count: 16)
            for place in 0..<16 {
                let (row, column) = (place / 4 * 4, place % 4 * 4)
                for k in 0..<4 {
                    for l in 0..<4 { turned[place] += turn[row + k] * m[k * 4 + l] * turn[column + l] }
                }
            }
            let variances = (some(1...9, &numbers), some(-1...1, &numbers), some(1...9, &numbers), some(4...25, &numbers))
            func coefficients(_ beta: Vector4, _ matrix: [Double]) throws -> ExpectedResponseModel.Coefficients {
                .init(
                    beta: beta, betaCovariance: try upper(matrix), levelVariance: variances.0,
                    levelSlopeCovariance: variances.1, slopeVariance: variances.2, residualVariance: variances.3)
            }
            let up = ScoringBasis(
                instrument: Examples.outcome, normSet: Examples.adultNorms,
                model: model(Examples.outcome, try coefficients(Vector4(b[0], b[1], b[2], b[3]), m), 20...390))
            let down = ScoringBasis(
                instrument: mirrored, normSet: norms,
                model: model(
                    mirrored,
                    try coefficients(Vector4(40 - b[0] - 40 * b[1], b[1], -b[2] - 40 * b[3], b[3]), turned), 10...380))
            for _ in 1...10 {
                let scores = (1...12).map { _ in Int.random(in: 0...400, using: &numbers) }
                let one = Trajectory.score(scores.enumerated().map { Examples.rating($0 + 1, score: $1) }, on: up)
                let other = Trajectory.score(scores.enumerated().map { Examples.rating($0 + 1, score: 400 - $1) }, on: down)
                #expect(one.points.map(\.state) == other.points.map(\.state))
                for (left, right) in zip(one.points, other.points) {
                    let (e, r) = (left.expected, right.expected)
                    #expect((e == nil) == (r == nil))
                    guard let e, let r else { continue }
                    for (a, z) in [
                        (e.mean, r.mean), (e.lower68, r.upper68), (e.upper80, r.lower80), (e.lower90, r.upper90),
                    ] { #expect(abs(a + z - 40_000) <= 1) }
                }
            }
        }
    }

    @Test func theOrderOfArrivalMakesNoDifferenceOnLinesEither() throws {
        let sessions = (2...9).map { TargetLines(success: 15_000 + 1000 * $0, failure: 12_000 + 900 * $0) }
        let lines = try PercentileLines([.init(intakes: 0...400, sessions: sessions)], on: Examples.outcome)
        let basis = ScoringBasis(
            instrument: Examples.outcome, normSet: Examples.adultNorms,
            model: ExpectedResponseModel(
                reference: Examples.model.reference, label: "lines", instrument: Examples.outcome.reference,
                population: Examples.adults, lines: lines))
        var numbers = SeededNumbers(state: 33)
        for _ in 1...60 {
            let ratings = (1...9).map { Examples.rating($0, score: Int.random(in: 100...300, using: &numbers)) }
            let course = Trajectory.score(ratings, on: basis)
            #expect(Trajectory.score(ratings.shuffled(using: &numbers), on: basis) == course)
        }
    }
}
