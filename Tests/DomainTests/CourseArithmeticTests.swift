@testable import Domain
import Testing

/// The parts of the formula are worked out ahead, per model and per course; these tests hold that nobody
/// can tell from the results.
@Suite struct CourseArithmeticTests {
    /// The formula of clinical-reference 2.7 written out in one place, term by term.
    private func byTheBook(
        _ model: ExpectedResponseModel.Coefficients, _ baseline: Int, _ session: Int, _ instrument: Instrument
    ) -> [Int] {
        let y = Double(baseline) / Double(instrument.stepDenominator)
        let l = naturalLogarithm(session)
        let c = model.betaCovariance
        var slope = model.beta.c + model.beta.d * y
        switch instrument.direction {
        case .higherIsBetter: slope = max(slope, 0)
        case .lowerIsBetter: slope = min(slope, 0)
        }
        let mean = model.beta.a + model.beta.b * y + slope * l
        let yl = y * l
        let squares = c.aa + c.bb * y * y + c.cc * l * l + c.dd * yl * yl
        let withFirst = c.ab * y + c.ac * l + c.ad * yl
        let others = c.bc * y * l + c.bd * y * yl + c.cd * l * yl
        let between = model.levelVariance + 2 * model.levelSlopeCovariance * l + model.slopeVariance * l * l
        let spread = (squares + 2 * (withFirst + others) + between + model.residualVariance).squareRoot()
        let scale = Double(instrument.stepDenominator) * 100
        return [0, -1, 1, -1.2815515655446004, 1.2815515655446004, -1.6448536269514722, 1.6448536269514722].map {
            let nearest = ((mean + $0 * spread) * scale + 0.5).rounded(.down)
            return min(
                max(Int(nearest), instrument.totalRange.lowerBound * 100), instrument.totalRange.upperBound * 100)
        }
    }

    private func figures(_ expected: ExpectedResponse) -> [Int] {
        [
            expected.mean, expected.lower68, expected.upper68, expected.lower80, expected.upper80, expected.lower90,
            expected.upper90,
        ]
    }

    private func coefficients(_ numbers: inout SeededNumbers) throws -> ExpectedResponseModel.Coefficients {
        func some(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &numbers) }
        let off = (1...10).map { _ in some(-0.0005...0.0005) }
        let covariance = try #require(
            SymmetricMatrix4(upperTriangle: [
                some(0.01...0.1), off[0], off[1], off[2], some(0.001...0.002), off[3], off[4], some(0.01...0.1), off[5],
                some(0.001...0.002),
            ]))
        return .init(
            beta: Vector4(some(-1...6), some(0.5...1), some(-10...10), some(-0.3...0.3)), betaCovariance: covariance,
            levelVariance: some(1...20), levelSlopeCovariance: some(-1...1), slopeVariance: some(1...9),
            residualVariance: some(4...30))
    }

    @Test(arguments: ScoreDirection.allCases)
    func termsWorkedOutAheadGiveTheSameIntegersAsTheFormulaByTheBook(direction: ScoreDirection) throws {
        let instrument = Examples.outcomeScale(direction)
        var numbers = SeededNumbers(state: 11)
        for _ in 1...60 {
            let model = ExpectedResponseModel(
                reference: Examples.model.reference, label: "any", instrument: instrument.reference,
                population: Examples.adults, coefficients: try coefficients(&numbers), baselineSupport: 0...400,
                maxSession: 30)
            let basis = ScoringBasis(instrument: instrument, normSet: nil, model: model)
            for _ in 1...20 {
                let baseline = Int.random(in: 0...400, using: &numbers)
                let ratings = (1...30).map { Examples.rating($0, session: $0, score: baseline) }
                for point in Trajectory.score(ratings, on: basis).points {
                    let known = byTheBook(
                        try #require(model.coefficients), baseline, point.rating.session, instrument)
                    #expect(point.expected.map(figures) == known)
                    let alone = model.expected(
                        baseline: baseline, session: point.rating.session, instrument: instrument)
                    #expect(alone == point.expected)
                }
            }
        }
    }

    @Test func theBareLoopWorksOutWhatScoringDoes() throws {
        let floor = try #require(CourseScoringFloor(Examples.basis))
        var numbers = SeededNumbers(state: 12)
        var scores: [Int] = []
        var sum = 0
        for _ in 1...200 {
            let course = [Int.random(in: 0...320, using: &numbers)]
                + (1...11).map { _ in Int.random(in: 0...400, using: &numbers) }
            scores += course
            let ratings = course.enumerated().map { Examples.rating($0 + 1, score: $1) }
            sum &+= CourseScoringFloor.sum(of: Trajectory.score(ratings, on: Examples.basis))
        }
        #expect(floor.sum(scores: scores, length: 12) == sum)
        scores[1] += 1
        #expect(floor.sum(scores: scores, length: 12) != sum)
    }

    @Test func aRatingBetweenTwoModelSessionsOrBeyondThemIsScoredWhereItStands() {
        let ratings = [
            Examples.rating(1, session: 2, score: 180), Examples.rating(2, session: 2, day: 20_001, score: 170),
            Examples.rating(3, session: 17, score: 200), Examples.rating(4, session: 18, score: 200),
        ]
        let points = Trajectory.score(ratings, on: Examples.basis).points
        #expect(points.map { $0.expected?.mean } == [18_000, 18_000, 29_479, nil])
        #expect(points.last?.state == .noExpectedResponse)
    }
}
