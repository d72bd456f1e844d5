@testable import Domain
import Testing

/// The likelihood is worked out from 2 by 2 figures per person; here it is held against the same thing
/// written out with whole covariance matrices, and its slopes against differences.
@Suite struct LikelihoodTests {
    private let instrument = Examples.outcome
    private let parts = VarianceParts(between: Symmetric2(5, -1.2, 3), residual: 7)

    private func courses() throws -> [ClosedCourse] {
        var numbers = SplitMix64(seed: 21)
        return try (0..<12).map { person in
            var ratings = [(session: 1, score: Int.random(in: 100...250, using: &numbers))]
            for session in 2...(2 + person % 6) where session % 5 != person % 4 {
                ratings.append((session, Int.random(in: 120...330, using: &numbers)))
            }
            return try #require(ClosedCourse(ratings))
        }.filter { !$0.later.isEmpty }
    }

    private func sums() throws -> [PersonSums] {
        try courses().map { PersonSums($0, centre: 17, denominator: 10) }
    }

    /// Log-likelihood with β given, from V = σ²·1 + Z·G·Z' of each person as a whole matrix.
    private func byTheBook(_ beta: [Double], _ parts: VarianceParts) throws -> Double {
        var sum = 0.0
        for course in try courses() {
            let times = course.later.map { naturalLogarithm($0.session) }
            let y0 = Double(course.intake) / 10 - 17
            let rest = zip(course.later, times).map { rating, time in
                Double(rating.score) / 10 - (beta[0] + beta[1] * y0 + (beta[2] + beta[3] * y0) * time)
            }
            let n = times.count
            var v = [Double](repeating: 0, count: n * n)
            for one in 0..<n {
                for other in 0..<n {
                    let g = parts.between
                    v[one * n + other] =
                        g.xx + g.xy * (times[one] + times[other]) + g.yy * times[one] * times[other]
                        + (one == other ? parts.residual : 0)
                }
            }
            let inverse = try #require(CholeskyFactor(v, size: n)).inverse
            var quadratic = 0.0
            for one in 0..<n { for other in 0..<n { quadratic += rest[one] * inverse[one * n + other] * rest[other] } }
            sum -= (Double(n) * 1.8378770664093455 + logDeterminant(v, n) + quadratic) / 2
        }
        return sum
    }

    /// By Gaussian elimination.
    private func logDeterminant(_ matrix: [Double], _ n: Int) -> Double {
        var m = matrix
        var sum = 0.0
        for pivot in 0..<n {
            sum += naturalLogarithm(m[pivot * n + pivot])
            for row in (pivot + 1)..<max(n, pivot + 1) {
                let factor = m[row * n + pivot] / m[pivot * n + pivot]
                for column in pivot..<n { m[row * n + column] -= factor * m[pivot * n + column] }
            }
        }
        return sum
    }

    @Test func theLikelihoodAgreesWithWholeMatrices() throws {
        for parts in [parts, VarianceParts(between: Symmetric2(0, 0, 0), residual: 9)] {
            let likelihood = try #require(Likelihood(try sums(), parts))
            let known = try byTheBook(likelihood.beta, parts)
            #expect(abs(likelihood.logLikelihood - known) < 1e-9)
            // β is the best there is: any other gives less.
            for place in 0..<4 {
                for step in [-0.01, 0.01] {
                    var other = likelihood.beta
                    other[place] += step
                    #expect(try byTheBook(other, parts) < known)
                }
            }
        }
    }

    @Test func theSlopesAgreeWithDifferences() throws {
        let persons = try sums()
        let likelihood = try #require(Likelihood(persons, parts))
        let step = 1e-4
        for place in 0..<4 {
            func moved(_ by: Double) throws -> Double {
                var other = parts
                switch place {
                case 0: other.between.xx += by
                case 1: other.between.xy += by
                case 2: other.between.yy += by
                case _: other.residual += by
                }
                return try #require(Likelihood(persons, other)).logLikelihood
            }
            let difference = (try moved(step) - moved(-step)) / (2 * step)
            #expect(abs(difference - likelihood.gradient[place]) < 1e-6, "along parameter \(place)")
        }
    }

    @Test func oneStepOfExpectationAndMaximisationNeverGoesDown() throws {
        let persons = try sums()
        var parts = VarianceParts(between: Symmetric2(40, 0, 1), residual: 1)
        var before = -Double.infinity
        for _ in 1...40 {
            let likelihood = try #require(Likelihood(persons, parts))
            #expect(likelihood.logLikelihood >= before - 1e-9)
            before = likelihood.logLikelihood
            parts = likelihood.maximised
        }
    }

    /// On average over many data sets the expected information is the spread of the slopes.
    @Test func theInformationIsTheSpreadOfTheSlopes() throws {
        var numbers = SplitMix64(seed: 22)
        var network = SimulatedNetwork.outcomeScale(instrument, Examples.adultNorms)
        network.coefficients = .init(
            beta: Vector4(0, 1, 3, -0.1), betaCovariance: SymmetricMatrix4(diagonal: Vector4(0, 0, 0, 0)),
            levelVariance: parts.between.xx, levelSlopeCovariance: parts.between.xy, slopeVariance: parts.between.yy,
            residualVariance: parts.residual)
        (network.deteriorating, network.intakeMean, network.intakeDeviation) = (0, 17, 2)
        network.attendance = .everyone(sessions: 6)
        let repeats = 200
        var squares = [0.0, 0, 0, 0]
        var information = [0.0, 0, 0, 0]
        for _ in 0..<repeats {
            let persons = network.courses(40, using: &numbers).compactMap(\.closed).map {
                PersonSums($0, centre: 17, denominator: 10)
            }
            let likelihood = try #require(Likelihood(persons, parts))
            for place in 0..<4 {
                squares[place] += likelihood.gradient[place] * likelihood.gradient[place] / Double(repeats)
                information[place] = likelihood.information[place * 4 + place]
            }
        }
        for place in 0..<4 { #expect((0.7...1.3).contains(squares[place] / information[place])) }
    }

    @Test func aSystemIsSolvedAndASingularOneRefused() throws {
        let matrix = [4.0, 2, 0.6, 2, 5, 1, 0.6, 1, 3]
        let factor = try #require(CholeskyFactor(matrix, size: 3))
        let x = factor.solve([1, 2, 3])
        for row in 0..<3 {
            let product = (0..<3).reduce(0) { $0 + matrix[row * 3 + $1] * x[$1] }
            #expect(abs(product - [1, 2, 3][row]) < 1e-12)
        }
        #expect(CholeskyFactor([1, 1, 1, 1], size: 2) == nil)
        #expect(CholeskyFactor([1, 2, 2, 1], size: 2) == nil)
    }
}
