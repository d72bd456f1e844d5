@testable import Domain
import Testing

@Suite struct ModelFittingTests {
    static let period = CalendarDay(daysSinceEpoch: 19_000)...CalendarDay(daysSinceEpoch: 19_700)

    /// Far from the ends of the scale and without deterioration by nature, so that the simulated courses
    /// follow the model and nothing else.
    static func network(_ direction: ScoreDirection = .higherIsBetter, sessions: Int = 8) -> SimulatedNetwork {
        let instrument = Examples.outcomeScale(direction)
        var network = SimulatedNetwork.outcomeScale(instrument, Examples.adultNorms)
        let turns = direction == .lowerIsBetter
        network.coefficients = .init(
            beta: turns ? Vector4(6, 0.8, -1, -0.1) : Vector4(2, 0.8, 5, -0.1),
            betaCovariance: SymmetricMatrix4(diagonal: Vector4(0, 0, 0, 0)), levelVariance: 6,
            levelSlopeCovariance: -1, slopeVariance: 3, residualVariance: 9)
        network.deteriorating = 0
        (network.intakeMean, network.intakeDeviation, network.intakeRange) = (turns ? 22 : 17, 3, 60...330)
        network.attendance = .everyone(sessions: sessions)
        return network
    }

    /// Cross-validation in two parts, unless a test is about it: it is most of the work.
    static let quick = {
        var settings = ModelFitSettings()
        settings.folds = 2
        return settings
    }()

    static func fit(
        _ courses: [ClosedCourse], on instrument: Instrument = Examples.outcome,
        settings: ModelFitSettings = quick
    ) throws(ModelFitProblem) -> FittedModel {
        try FittedModel(
            courses, instrument: instrument, population: Examples.adults, period: period, settings: settings)
    }

    static func courses(_ count: Int, seed: UInt64, _ network: SimulatedNetwork = network()) -> [ClosedCourse] {
        var numbers = SplitMix64(seed: seed)
        return network.courses(count, using: &numbers).compactMap(\.closed)
    }

    /// Every figure within 4 standard errors in each of eight samples, and their squared distances, in standard
    /// errors, as large on average as they should be: 64 of them, so 1 ± 0.45.
    @Test func theFitFindsTheFiguresThatMadeTheCourses() throws {
        let true8 = [2, 0.8, 5, -0.1, 6, -1, 3, 9]
        var squares = 0.0
        for seed in 1...8 {
            let fit = try Self.fit(Self.courses(400, seed: UInt64(seed)))
            let c = fit.coefficients
            let found = [
                c.beta.a, c.beta.b, c.beta.c, c.beta.d, c.levelVariance, c.levelSlopeCovariance, c.slopeVariance,
                c.residualVariance,
            ]
            let (e, v) = (fit.standardErrors, fit.varianceErrors)
            let errors = [e.a, e.b, e.c, e.d, v.a, v.b, v.c, v.d]
            for place in 0..<8 {
                let distance = (found[place] - true8[place]) / errors[place]
                #expect(abs(distance) < 4, "seed \(seed), figure \(place): \(found[place]) ± \(errors[place])")
                squares += distance * distance
            }
            #expect(fit.persons == 400 && fit.ratings == 2800 && fit.coursesLeftOut == 0)
            #expect(fit.maxSession == 8)
            #expect(fit.crossValidation != nil && !fit.warnings.contains(.noSlopeVariance))
        }
        #expect((0.55...1.45).contains(squares / 64))
    }

    @Test func oneMoreRatingPerPersonMakesErrorsSmallerAndNothingElseDoes() throws {
        let few = try Self.fit(Self.courses(250, seed: 3))
        let many = try Self.fit(Self.courses(1000, seed: 3))
        #expect((0.4...0.6).contains(many.standardErrors.c / few.standardErrors.c))
    }

    @Test func theSameCoursesGiveTheSameBits() throws {
        let courses = Self.courses(300, seed: 4)
        #expect(try Self.fit(courses) == Self.fit(courses))
    }

    /// A scale turned round: 40 − y for y.
    @Test func theMirroredScaleGivesTheMirroredModel() throws {
        let courses = Self.courses(300, seed: 5)
        let mirrored = courses.compactMap { course in
            ClosedCourse([(1, 400 - course.intake)] + course.later.map { ($0.session, 400 - $0.score) })
        }
        let one = try Self.fit(courses)
        let other = try Self.fit(mirrored, on: Examples.outcomeScale(.lowerIsBetter))
        let (b, m) = (one.coefficients.beta, other.coefficients.beta)
        #expect(abs(m.a - (40 - b.a - 40 * b.b)) < 1e-4)
        #expect(abs(m.b - b.b) < 1e-6)
        #expect(abs(m.c - (-b.c - 40 * b.d)) < 1e-4)
        #expect(abs(m.d - b.d) < 1e-6)
        #expect(abs(one.logLikelihood - other.logLikelihood) < 1e-6)
        #expect(abs(one.coefficients.slopeVariance - other.coefficients.slopeVariance) < 1e-4)
        #expect(other.baselineSupport == 400 - one.baselineSupport.upperBound...400 - one.baselineSupport.lowerBound)
        for bound in ToleranceBound.allCases {
            let (left, right) = (
                one.calibration.overall.worse(than: bound), other.calibration.overall.worse(than: bound)
            )
            #expect(abs(left.count - right.count) <= 2, "but for rounding")
        }
    }

    @Test func noDifferenceInSlopesIsSaidAndDoesNoHarm() throws {
        var network = Self.network()
        network.coefficients = .init(
            beta: Vector4(2, 0.8, 5, -0.1), betaCovariance: network.coefficients.betaCovariance, levelVariance: 0,
            levelSlopeCovariance: 0, slopeVariance: 0, residualVariance: 9)
        let fits = try (1...5).map { try Self.fit(Self.courses(250, seed: UInt64($0), network)) }
        for fit in fits {
            let (c, errors) = (fit.coefficients, fit.varianceErrors)
            #expect(c.levelVariance < 4 * errors.a && c.slopeVariance < 4 * errors.c)
            #expect(c.levelVariance * c.slopeVariance >= c.levelSlopeCovariance * c.levelSlopeCovariance * (1 - 1e-9))
        }
        let onTheEdge: Set<ModelFitWarning> = [.noLevelVariance, .noSlopeVariance, .levelAndSlopeAsOne]
        #expect(fits.contains { !onTheEdge.isDisjoint(with: $0.warnings) })
    }

    /// Where courses differ little, or level and slope as one, the top lies on the edge of all covariance
    /// matrices. Patient expectation and maximisation, which cannot leave that edge's inside, never finds
    /// anything higher.
    @Test func theTopIsFoundOnTheEdgeToo() throws {
        for (seed, (level, slope, correlation)) in [(0.0, 0.5, 0.0), (6, 0.05, -1), (0.02, 4, 1), (0, 0, 0)].enumerated() {
            var network = Self.network(sessions: 5)
            network.coefficients = .init(
                beta: Vector4(2, 0.8, 5, -0.1), betaCovariance: network.coefficients.betaCovariance,
                levelVariance: level, levelSlopeCovariance: correlation * (level * slope).squareRoot(),
                slopeVariance: slope, residualVariance: 9)
            let courses = Self.courses(80, seed: 40 + UInt64(seed), network)
            let fit = try ModelFit(courses, Examples.outcome, from: nil, limit: 500)
            let persons = courses.map { PersonSums($0, centre: 17, denominator: 10) }
            var parts = VarianceParts(between: Symmetric2(10, 0, 5), residual: 10)
            var patient = -Double.infinity
            for _ in 1...300 {
                let likelihood = try #require(Likelihood(persons, parts))
                (parts, patient) = (likelihood.maximised, likelihood.logLikelihood)
            }
            #expect(fit.maximum.likelihood.logLikelihood > patient - 1e-6)
        }
    }

    @Test func whatTheModelSaysAboutItselfIsInTheModel() throws {
        let fit = try Self.fit(Self.courses(300, seed: 6))
        let model = fit.model(reference: Examples.model.reference, label: "own")
        #expect(model.coefficients == fit.coefficients)
        #expect(model.baselineSupport == fit.baselineSupport && model.maxSession == fit.maxSession)
        #expect(model.expected(baseline: 170, session: 3, instrument: Examples.outcome) != nil)
        let below = fit.baselineSupport.lowerBound - 1
        #expect(model.expected(baseline: below, session: 3, instrument: Examples.outcome) == nil)
        #expect(fit.period == Self.period && fit.population == Examples.adults)
    }

    @Test func theSupportLeavesOutRareIntakesAndSessionsThatFewReach() throws {
        var courses = (0..<400).map { n in
            ClosedCourse([(1, 100 + n / 4)] + (2...5).map { ($0, 150 + (n * 37 + $0 * 61) % 80) })
        }.compactMap { $0 }
        courses += (0..<29).compactMap { n in
            ClosedCourse((1...9).map { ($0, 150 + (n * 53 + $0 * 29) % 90) })
        }
        var settings = Self.quick
        settings.intakeShare = 0.9
        let fit = try Self.fit(courses, settings: settings)
        #expect(fit.maxSession == 5)
        #expect(fit.baselineSupport.lowerBound > 100 && fit.baselineSupport.upperBound >= 190)
        settings.casesAtLastSession = 29
        #expect(try Self.fit(courses, settings: settings).maxSession == 9)
    }

    @Test func tooLittleIsRefusedInWords() throws {
        let plenty = Self.courses(300, seed: 7)
        func problem(_ courses: [ClosedCourse], _ change: (inout ModelFitSettings) -> Void = { _ in })
            -> ModelFitProblem?
        {
            var settings = Self.quick
            change(&settings)
            do {
                _ = try Self.fit(courses, settings: settings)
                return nil
            } catch {
                return error
            }
        }
        #expect(problem(plenty) == nil)
        #expect(problem([]) == .tooFewPersons(0, needed: 200))
        #expect(problem(Array(plenty.prefix(199))) == .tooFewPersons(199, needed: 200))
        #expect(problem(plenty) { $0.minimumRatings = 2101 } == .tooFewRatings(2100, needed: 2101))
        let once = plenty.compactMap { course in
            ClosedCourse([(1, course.intake)] + course.later.prefix(1).map { (course.intake % 3 + 2, $0.score) })
        }
        #expect(problem(once) { $0.minimumRatings = 1 } == .tooFewPersonsWithTwoRatings(0, needed: 100))
        let twice = plenty.compactMap { course in
            ClosedCourse([(1, course.intake)] + course.later.prefix(2).map { ($0.session, $0.score) })
        }
        #expect(problem(twice) { $0.minimumRatings = 1 } == .tooFewSessions(2, needed: 3))
        let alike = plenty.compactMap { course in
            ClosedCourse([(1, 170)] + course.later.map { ($0.session, $0.score) })
        }
        #expect(problem(alike) == .singularDesign)
        let made = plenty.compactMap { course in
            ClosedCourse((1...8).map { ($0, course.intake) })
        }
        #expect(problem(made) == .noVariation)
        let foreign = plenty + [try #require(ClosedCourse([(1, 100), (2, 401)]))]
        #expect(problem(foreign) == .scoreOutOfRange(course: 300, score: 401, allowed: 0...400))
        #expect(problem(plenty) { $0.casesAtLastSession = 301 } == .noSupport(needed: 301))
        #expect({ if case .notConverged = problem(plenty, { $0.maximumIterations = 11 }) { true } else { false } }())
        for problem in [ModelFitProblem.tooFewPersons(3, needed: 9), .singularDesign, .noVariation] {
            #expect(!problem.description.isEmpty)
        }
    }

    @Test func aCourseCountsSessionsFromItsFirstRating() throws {
        let course = try #require(ClosedCourse([(5, 200), (3, 150), (3, 170), (4, 180)]))
        #expect(course.intake == 150)
        #expect(course.later == [.init(session: 2, score: 180), .init(session: 3, score: 200)])
        #expect(ClosedCourse([]) == nil)
        let scored = Trajectory.score(
            [Examples.rating(1, session: 3, score: 150), Examples.rating(2, session: 5, score: 200)], on: Examples.basis)
        #expect(ClosedCourse(scored)?.later == [.init(session: 3, score: 200)])
    }

    @Test func courseThatEndedAtOnceAreCountedAndLeftOut() throws {
        let courses = Self.courses(300, seed: 8)
        let alone = try (0..<20).map { try #require(ClosedCourse([(1, 100 + $0)])) }
        let (with, without) = (try Self.fit(courses + alone), try Self.fit(courses))
        #expect(with.coefficients == without.coefficients)
        #expect(with.coursesLeftOut == 20 && with.persons == 300)
    }

    @Test func warningsSayWhatAReaderShouldKnow() throws {
        var network = Self.network()
        network.intakeMean = 30
        network.intakeRange = 200...400
        network.coefficients = .init(
            beta: Vector4(0, 1, 12, -0.4), betaCovariance: network.coefficients.betaCovariance, levelVariance: 6,
            levelSlopeCovariance: 0, slopeVariance: 6, residualVariance: 16)
        let fit = try Self.fit(Self.courses(400, seed: 9, network))
        #expect(fit.warnings.contains { if case .curveHeldLevel = $0 { true } else { false } })
        #expect(fit.warnings.allSatisfy { !$0.description.isEmpty })
        network.intakeMean = 36
        let high = try Self.fit(Self.courses(400, seed: 9, network))
        #expect(high.warnings.contains { if case .atEndOfScale = $0 { true } else { false } })
    }
}
