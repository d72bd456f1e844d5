import Domain
import Testing

@Suite struct TrajectoryTests {
    @Test func oneRatingIsInsufficientData() {
        #expect(Examples.states(180) == [.insufficientData])
        #expect(Trajectory.score([], on: Examples.basis).state == .insufficientData)
    }

    // Bounds at session 2 of an intake of 18.0: 68 % from 15.397, 80 % from 13.856.
    @Test(arguments: [
        (154, CourseState.onTrack), (153, .atRisk), (139, .atRisk), (138, .notOnTrack), (131, .notOnTrack),
    ])
    func theBoundsDivideOnTrackFromAtRiskFromNotOnTrack(score: Int, state: CourseState) {
        #expect(Examples.states(180, score) == [.insufficientData, state])
    }

    @Test func aFallByExactlyTheReliableChangeIsDeteriorationWhateverTheModelSays() {
        #expect(Examples.states(180, 131).last == .notOnTrack)
        #expect(Examples.states(180, 130).last == .deteriorating)
    }

    @Test func aReliableRiseAcrossTheCutOffIsRecovery() {
        #expect(Examples.states(200, 250).last == .recovered)
        #expect(Examples.states(200, 249).last == .onTrack)
        #expect(Examples.states(201, 250).last == .onTrack)
        #expect(Examples.states(250, 310).last == .onTrack, "a functional intake has nothing to recover from")
    }

    @Test func anInclusiveCutOffIsCrossedOnlyBeyondIt() {
        let depression = Examples.depression()
        let basis = ScoringBasis(instrument: depression, normSet: depression.normSets.first, model: nil)
        #expect(Examples.states(16, 10, on: basis).last == .noExpectedResponse)
        #expect(Examples.states(16, 9, on: basis).last == .recovered)
        #expect(Examples.states(10, 4, on: basis).last == .recovered)
        #expect(Examples.states(9, 3, on: basis).last == .noExpectedResponse)
        #expect(Examples.states(9, 15, on: basis).last == .deteriorating)
    }

    @Test func withoutAModelOnlyTheRulesOfChangeSpeak() {
        let basis = ScoringBasis(instrument: Examples.outcome, normSet: Examples.adultNorms, model: nil)
        #expect(Examples.states(180, 131, 130, 250, on: basis)
            == [.insufficientData, .noExpectedResponse, .deteriorating, .recovered])
    }

    @Test func withoutNormsOnlyTheModelSpeaks() {
        let basis = ScoringBasis(instrument: Examples.outcome, normSet: nil, model: Examples.model)
        #expect(Examples.states(180, 100, 300, on: basis) == [.insufficientData, .notOnTrack, .onTrack])
    }

    @Test func anIntakeOutsideTheSupportHasNoExpectedResponse() {
        #expect(Examples.states(321, 300).last == .noExpectedResponse)
        let points = Trajectory.score(Examples.ratings(321, 300), on: Examples.basis).points
        #expect(points.allSatisfy { $0.expected == nil })
    }

    @Test func sessionsOfTheModelCountFromTheFirstRating() {
        let late = Trajectory.score(
            [Examples.rating(1, session: 3, score: 180), Examples.rating(2, session: 4, score: 160)],
            on: Examples.basis)
        #expect(late.points.map(\.expected?.mean) == [18_000, 20_870])
    }

    @Test func theOrderOfArrivalMakesNoDifference() {
        let ratings = [
            Examples.rating(1, session: 1, score: 180), Examples.rating(5, session: 2, day: 20_007, score: 150),
            Examples.rating(3, session: 2, day: 20_008, score: 160),
            Examples.rating(2, session: 2, day: 20_008, score: 155),
            Examples.rating(4, session: 4, score: 240),
        ]
        let expected = Trajectory.score(ratings, on: Examples.basis)
        #expect(expected.points.map(\.rating.id) == [1, 5, 2, 3, 4].map(Examples.ratingID))
        var numbers = SeededNumbers(state: 1)
        for _ in 1...120 {
            let shuffled = ratings.shuffled(using: &numbers)
            #expect(Trajectory.score(shuffled, on: Examples.basis) == expected)
            let grown = shuffled.reduce(Course(on: Examples.basis)) { $0.recording($1) }
            #expect(grown.trajectory == expected)
        }
    }

    /// A scale and its mirror image tell the same story.
    @Test func turningTheScaleRoundChangesNoState() {
        let mirrored = Examples.outcomeScale(.lowerIsBetter)
        let norms = NormSet(
            id: Examples.adultNorms.id, title: "adults", population: Examples.adults,
            cutOff: CutOff(value: 150, isInclusive: false), reliableChange: 50, source: "manual",
            confidence: .sourced)
        let model = ExpectedResponseModel(
            reference: Examples.model.reference, label: "mirror", instrument: mirrored.reference,
            population: Examples.adults,
            coefficients: .init(
                // 40 − ŷ(40 − y0): the slope 9 − 0.27·(40 − y0) changes its sign.
                beta: Vector4(0, 1, 1.8, -0.27), betaCovariance: SymmetricMatrix4(diagonal: Vector4(0, 0, 0, 0)),
                levelVariance: 4, levelSlopeCovariance: 0, slopeVariance: 8, residualVariance: 22),
            baselineSupport: 80...400, maxSession: 16)
        let straight = ExpectedResponseModel(
            reference: Examples.model.reference, label: "straight", instrument: Examples.outcome.reference,
            population: Examples.adults,
            coefficients: .init(
                beta: Vector4(0, 1, 9, -0.27), betaCovariance: SymmetricMatrix4(diagonal: Vector4(0, 0, 0, 0)),
                levelVariance: 4, levelSlopeCovariance: 0, slopeVariance: 8, residualVariance: 22),
            baselineSupport: 0...320, maxSession: 16)
        let up = ScoringBasis(instrument: Examples.outcome, normSet: Examples.adultNorms, model: straight)
        let down = ScoringBasis(instrument: mirrored, normSet: norms, model: model)
        var numbers = SeededNumbers(state: 2)
        var seen: Set<CourseState> = []
        for _ in 1...500 {
            let scores = (1...8).map { _ in Int.random(in: 0...400, using: &numbers) }
            let one = Trajectory.score(scores.enumerated().map { Examples.rating($0 + 1, score: $1) }, on: up)
            let other = Trajectory.score(
                scores.enumerated().map { Examples.rating($0 + 1, score: 400 - $1) }, on: down)
            #expect(one.points.map(\.state) == other.points.map(\.state))
            #expect(one.points.map(\.improvement) == other.points.map(\.improvement))
            seen.formUnion(one.points.map(\.state))
        }
        #expect(seen == Set(CourseState.allCases), "the courses reached every state")
    }

    @Test func aReaderCanTakeEveryDecisionAgainFromTheStoredIntegers() {
        var numbers = SeededNumbers(state: 3)
        for _ in 1...300 {
            let scores = (1...10).map { _ in Int.random(in: 60...320, using: &numbers) }
            let ratings = scores.enumerated().map { Examples.rating($0 + 1, score: $1) }
            for point in Trajectory.score(ratings, on: Examples.basis).points.dropFirst() {
                guard let expected = point.expected else { continue }
                let score = point.rating.score * 100
                switch point.state {
                case .notOnTrack: #expect(score < expected.lower80)
                case .atRisk: #expect(score >= expected.lower80 && score < expected.lower68)
                case .onTrack: #expect(score >= expected.lower68)
                case .deteriorating: #expect(point.improvement <= -50)
                case .recovered: #expect(point.improvement >= 50 && score >= 25_000)
                case .insufficientData, .noExpectedResponse: Issue.record("cannot be")
                }
            }
        }
    }

    /// The whole result of one course, integer by integer: what was published once must come out again.
    @Test func oneCourseComesOutTheSameForEver() {
        let points = Trajectory.score(Examples.ratings(180, 172, 160, 150, 210, 262), on: Examples.basis).points
        let flat = points.map { point in
            [point.rating.session, point.rating.score, point.improvement]
                + (point.expected.map { [$0.mean, $0.lower68, $0.upper68, $0.lower80, $0.upper80] } ?? [])
        }
        #expect(
            flat == [
                [1, 180, 0, 18000, 12894, 23106, 11456, 24544],
                [2, 172, -8, 20870, 15397, 26342, 13856, 27883],
                [3, 160, -20, 22548, 16564, 28533, 14879, 30218],
                [4, 150, -30, 23739, 17291, 30188, 15475, 32004],
                [5, 210, 30, 24663, 17809, 31517, 15879, 33447],
                [6, 262, 82, 25418, 18208, 32628, 16178, 34658],
            ])
        #expect(points.map(\.state) == [.insufficientData, .onTrack, .atRisk, .notOnTrack, .onTrack, .recovered])
    }
}
