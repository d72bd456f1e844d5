import Domain
import Testing

@Suite struct ExpectedResponseTests {
    private func expected(_ baseline: Int, _ session: Int) -> ExpectedResponse? {
        Examples.model.expected(baseline: baseline, session: session, instrument: Examples.outcome)
    }

    /// Worked out independently with fifty decimal digits.
    @Test(arguments: [
        (180, 1, [18000, 12894, 23106, 11456, 24544, 9601, 26399]),
        (180, 2, [20870, 15397, 26342, 13856, 27883, 11868, 29871]),
        (180, 5, [24663, 17809, 31517, 15879, 33447, 13389, 35937]),
        (50, 3, [13404, 7425, 19383, 5742, 21067, 3570, 23239]),
        (50, 1, [5000, 0, 10103, 0, 11540, 0, 13394]),
        (310, 4, [31873, 25410, 38337, 23591, 40000, 21242, 40000]),
        (320, 7, [32701, 25152, 40000, 23027, 40000, 20285, 40000]),
    ])
    func expectedScoreAndBoundsComeOutAsWorkedOutByHand(baseline: Int, session: Int, figures: [Int]) {
        #expect(
            expected(baseline, session)
                == ExpectedResponse(
                    mean: figures[0], lower68: figures[1], upper68: figures[2], lower80: figures[3],
                    upper80: figures[4], lower90: figures[5], upper90: figures[6]))
    }

    @Test func boundsAreOrderedAndInRangeAndTheMeanNeverTurnsForTheWorse() throws {
        for baseline in 0...320 {
            var before = Int.min
            for session in 1...16 {
                let now = try #require(expected(baseline, session))
                #expect(now.lower90 <= now.lower80)
                #expect(now.lower80 <= now.lower68)
                #expect(now.lower68 <= now.mean)
                #expect(now.mean <= now.upper68)
                #expect(now.upper68 <= now.upper80)
                #expect(now.upper80 <= now.upper90)
                #expect(now.lower90 >= 0)
                #expect(now.upper90 <= 40_000)
                #expect(now.mean >= before)
                before = now.mean
            }
        }
    }

    @Test func nothingIsExpectedOutsideTheSupport() {
        #expect(expected(320, 16) != nil)
        #expect(expected(321, 2) == nil)
        #expect(expected(-1, 2) == nil)
        #expect(expected(200, 17) == nil)
        #expect(expected(200, 0) == nil)
    }

    @Test func whereLowerIsBetterTheMeanNeverRises() throws {
        let depression = Examples.depression()
        let model = ExpectedResponseModel(
            reference: Examples.model.reference, label: "synthetic", instrument: depression.reference,
            population: Examples.adults,
            coefficients: .init(
                beta: Vector4(0, 1, 0.6, -0.22),
                betaCovariance: SymmetricMatrix4(diagonal: Vector4(0.04, 0.0001, 0.04, 0.0001)),
                levelVariance: 1, levelSlopeCovariance: 0, slopeVariance: 4, residualVariance: 7),
            baselineSupport: 0...27, maxSession: 20)
        #expect(
            model.expected(baseline: 15, session: 4, instrument: depression)
                == ExpectedResponse(
                    mean: 1126, lower68: 727, upper68: 1524, lower80: 615, upper80: 1636, lower90: 470, upper90: 1781))
        // At an intake of 2 the slope of the formula would point upwards.
        for session in 1...20 {
            #expect(model.expected(baseline: 2, session: session, instrument: depression)?.mean == 200)
        }
    }
}
