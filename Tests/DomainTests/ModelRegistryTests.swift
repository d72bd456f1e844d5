import Domain
import Testing

@Suite struct ModelRegistryTests {
    private static let site = SiteID(unchecked: "north")
    private static let somebody = OperatorName(unchecked: "op-17")
    private static let adolescents = Population(raterRoles: [.`self`], ageBands: [.adolescent])

    private static func reference(_ version: String, hash: UInt8 = 1) -> ModelReference {
        ModelReference(id: ModelID(unchecked: "ors-own"), version: version, hash: [UInt8](repeating: hash, count: 32))
    }

    private static func time(_ second: Int64) -> Timestamp { Timestamp(microseconds: second * 1_000_000) }

    private static func version(
        _ reference: ModelReference, _ status: ModelVersion.Status = .approved, for population: Population = Examples.adults,
        instrument: InstrumentReference = Examples.outcome.reference, persons: Int = 900
    ) -> ModelVersion {
        ModelVersion(
            reference: reference, instrument: instrument, population: population,
            origin: .fitted(
                .init(
                    fittedAt: time(5), by: somebody, persons: persons, ratings: 5000,
                    period: CalendarDay(daysSinceEpoch: 19_000)...CalendarDay(daysSinceEpoch: 20_000))),
            status: status)
    }

    private static func activation(
        _ champion: ModelReference?, against challenger: ModelReference? = nil, at second: Int64 = 10,
        site: SiteID = site
    ) -> ModelActivation {
        ModelActivation(
            site: site, instrument: Examples.outcome.reference, champion: champion, challenger: challenger,
            activatedAt: time(second), by: somebody)
    }

    private static func registry(_ versions: ModelVersion...) throws -> ModelRegistry {
        var registry = ModelRegistry()
        for version in versions { try registry.register(version) }
        return registry
    }

    private func holds(_ registry: ModelRegistry, at second: Int64, _ ageBand: AgeBand = .adult) -> ModelActivation? {
        registry.activation(Self.site, Examples.outcome.reference, .`self`, ageBand, at: Self.time(second))
    }

    @Test func aDecisionHoldsFromItsTimeUntilTheNext() throws {
        let (one, two) = (Self.reference("1"), Self.reference("2"))
        var registry = try Self.registry(Self.version(one), Self.version(two))
        try registry.activate(Self.activation(one, at: 10))
        try registry.activate(Self.activation(two, at: 20))
        try registry.activate(Self.activation(nil, at: 30))
        #expect(holds(registry, at: 9) == nil)
        #expect(holds(registry, at: 10)?.champion == one)
        #expect(holds(registry, at: 19)?.champion == one)
        #expect(holds(registry, at: 20)?.champion == two)
        #expect(try #require(holds(registry, at: 30)).champion == nil)
        #expect(registry.activations.count == 3)
        #expect(registry.activations.allSatisfy { $0.by == Self.somebody })
        #expect(
            registry.activation(SiteID(unchecked: "south"), Examples.outcome.reference, .`self`, .adult, at: Self.time(50))
                == nil)
    }

    @Test func modelsOfDifferentPopulationsStandSideBySide() throws {
        let young = ModelReference(id: ModelID(unchecked: "ors-young"), version: "1", hash: [UInt8](repeating: 2, count: 32))
        var registry = try Self.registry(
            Self.version(Self.reference("1")), Self.version(young, for: Self.adolescents))
        try registry.activate(Self.activation(Self.reference("1"), at: 10))
        try registry.activate(Self.activation(young, at: 20))
        #expect(holds(registry, at: 30)?.champion == Self.reference("1"))
        #expect(holds(registry, at: 30, .adolescent)?.champion == young)
        #expect(holds(registry, at: 30, .child) == nil)
    }

    @Test func whatCannotBeIsRefused() throws {
        let (one, two, old) = (Self.reference("1"), Self.reference("2"), Self.reference("0"))
        let other = ModelReference(id: ModelID(unchecked: "phq-own"), version: "1", hash: [UInt8](repeating: 3, count: 32))
        let young = ModelReference(id: ModelID(unchecked: "young"), version: "1", hash: [UInt8](repeating: 4, count: 32))
        var registry = try Self.registry(
            Self.version(one), Self.version(two, .candidate), Self.version(old, .retired),
            Self.version(other, instrument: Examples.depression().reference),
            Self.version(young, for: Self.adolescents))
        try registry.activate(Self.activation(one, at: 10))
        let before = registry
        let cases: [(ModelActivation, ModelRegistryProblem)] = [
            (Self.activation(Self.reference("9"), at: 20), .unknownModel(Self.reference("9"))),
            (Self.activation(Self.reference("1", hash: 9), at: 20), .otherContent(Self.reference("1", hash: 9))),
            (Self.activation(two, at: 20), .notApproved(two)),
            (Self.activation(old, at: 20), .retired(old)),
            (Self.activation(one, against: old, at: 20), .retired(old)),
            (Self.activation(other, at: 20), .otherInstrument(other, Examples.depression().reference)),
            (Self.activation(one, against: one, at: 20), .challengesItself(one)),
            (Self.activation(one, against: young, at: 20), .otherPopulation(young)),
            (Self.activation(one, at: 9), .outOfOrder(latest: Self.time(10))),
        ]
        for (activation, problem) in cases {
            #expect(throws: problem) { try registry.activate(activation) }
            #expect(!problem.description.isEmpty)
            #expect(registry == before)
        }
        try registry.activate(Self.activation(one, against: two, at: 20))
        #expect(holds(registry, at: 20)?.challenger == two)
    }

    @Test func aChallengerMaySpeakAboutSomeOfTheChampionsRaters() throws {
        let (wide, narrow) = (Self.reference("1"), Self.reference("2"))
        let both = Population(raterRoles: [.`self`], ageBands: [.adolescent, .adult])
        var registry = try Self.registry(Self.version(wide, for: both), Self.version(narrow, .candidate))
        try registry.activate(Self.activation(wide, against: narrow, at: 10))
        #expect(holds(registry, at: 10, .adolescent)?.challenger == narrow)
    }

    @Test func aDecisionIsInForceWhileItSpeaksToAnybody() throws {
        let young = ModelReference(id: ModelID(unchecked: "young"), version: "1", hash: [UInt8](repeating: 4, count: 32))
        var registry = try Self.registry(
            Self.version(Self.reference("1")), Self.version(Self.reference("2")), Self.version(young, for: Self.adolescents))
        let decisions = [
            Self.activation(nil, at: 10), Self.activation(Self.reference("1"), at: 20), Self.activation(young, at: 30),
            Self.activation(Self.reference("2"), at: 40),
            Self.activation(Self.reference("1"), at: 40, site: SiteID(unchecked: "south")),
        ]
        for decision in decisions { try registry.activate(decision) }
        // The first still speaks to caretakers; the second to nobody any more.
        #expect(registry.inForce == [decisions[0], decisions[2], decisions[3], decisions[4]])
        try registry.activate(Self.activation(nil, at: 50))
        #expect(registry.inForce.map(\.activatedAt) == [Self.time(40), Self.time(50)])
    }

    @Test func aVersionNeverChangesButForItsStatus() throws {
        let one = Self.reference("1")
        var registry = try Self.registry(Self.version(one, .candidate))
        try registry.register(Self.version(one, .approved))
        #expect(try registry.version(one).status == .approved)
        for changed in [
            Self.version(Self.reference("1", hash: 8)), Self.version(one, persons: 901),
            Self.version(one, for: Self.adolescents),
        ] {
            #expect(throws: ModelRegistryProblem.otherContent(changed.reference)) { try registry.register(changed) }
        }
        try registry.register(Self.version(one, .retired))
        #expect(throws: ModelRegistryProblem.retired(one)) { try registry.register(Self.version(one, .approved)) }
        #expect(registry.versions.map(\.status) == [.retired])
    }
}

@Suite struct ModelComparisonTests {
    private func basis(_ slope: Double, _ residual: Double) -> ScoringBasis {
        let c = Examples.model.coefficients
        return ScoringBasis(
            instrument: Examples.outcome, normSet: Examples.adultNorms,
            model: ExpectedResponseModel(
                reference: ModelReference(
                    id: ModelID(unchecked: "other"), version: "1", hash: [UInt8](repeating: 9, count: 32)),
                label: "other", instrument: Examples.outcome.reference, population: Examples.adults,
                coefficients: .init(
                    beta: Vector4(0, 1, slope, -0.27),
                    betaCovariance: c?.betaCovariance ?? SymmetricMatrix4(diagonal: Vector4(0, 0, 0, 0)),
                    levelVariance: 4, levelSlopeCovariance: 0, slopeVariance: 8, residualVariance: residual),
                baselineSupport: 0...320, maxSession: 16))
    }

    @Test func aModelAgreesWithItself() {
        let courses = [Examples.ratings(180, 160, 138), Examples.ratings(200, 210, 260, 90)]
        let same = ModelComparison(courses, champion: Examples.basis, challenger: Examples.basis)
        #expect(same.courses == 2 && same.points == 5)
        #expect(same.agreement == Proportion(5, of: 5))
        #expect(same.differingFlags.isEmpty)
        #expect(same.champion == same.challenger)
    }

    // Session 2 of an intake of 18.0: the champion's 80 % bound is 13.856; with residual variance 4 the
    // spread is √(4 + 8·ln²2 + 4 + ...) and the bound far nearer to the mean.
    @Test func statesAndFlagsThatDifferAreCounted() throws {
        let courses = [Examples.ratings(180, 160, 300), Examples.ratings(180, 120), [], Examples.ratings(180)]
        let comparison = ModelComparison(courses, champion: Examples.basis, challenger: basis(9, 4))
        #expect(comparison.courses == 3 && comparison.points == 3)
        #expect(comparison.states[.init(champion: .onTrack, challenger: .notOnTrack)] == 1)
        #expect(comparison.states[.init(champion: .recovered, challenger: .recovered)] == 1)
        #expect(comparison.states[.init(champion: .deteriorating, challenger: .deteriorating)] == 1)
        #expect(comparison.differingFlags.count == 1)
        let difference = try #require(comparison.differingFlags.first)
        #expect(difference.rating == Examples.ratingID(2))
        #expect(difference.champion == .onTrack && difference.challenger == .notOnTrack)
        #expect(comparison.agreement == Proportion(2, of: 3))
        #expect(comparison.championFlags == Proportion(1, of: 3) && comparison.challengerFlags == Proportion(2, of: 3))
        guard case .bounds(let calibration) = comparison.champion else {
            Issue.record("a log-linear model is calibrated by its bounds")
            return
        }
        #expect(calibration.overall.worse(than: .eighty) == Proportion(1, of: 3))
    }

    @Test func theTableGivesEveryCountWithWhatItIsACountOf() {
        let courses = [Examples.ratings(180, 160, 300), Examples.ratings(180, 120)]
        let table = ModelComparison(courses, champion: Examples.basis, challenger: basis(9, 4)).table
        for line in [
            "Courses: 2, of which closed: 2; ratings after the first: 3", "Same state: 2 of 3, 0.667 [0.208, 0.939]",
            "Flagged by the champion: 1 of 3, 0.333 [0.061, 0.792]; by it alone: 0",
            "Flagged by the challenger: 2 of 3, 0.667 [0.208, 0.939]; by it alone: 1",
            "                           not_on_track  deteriorating      recovered",
            "  on_track                            1              0              0",
            "  80 % bound, expected 0.100: 1 of 3, 0.333 [0.061, 0.792]",
        ] { #expect(table.split(separator: "\n").contains(Substring(line)), "\(line) in\n\(table)") }
    }

    @Test func linesAreMeasuredByWhoReachesThem() throws {
        let lines = try PercentileLines(
            [.init(intakes: 0...400, sessions: [TargetLines(success: 20_000, failure: 15_000)])], on: Examples.outcome)
        let basis = ScoringBasis(
            instrument: Examples.outcome, normSet: Examples.adultNorms,
            model: ExpectedResponseModel(
                reference: Examples.model.reference, label: "lines", instrument: Examples.outcome.reference,
                population: Examples.adults, lines: lines))
        let none = ScoringBasis(instrument: Examples.outcome, normSet: Examples.adultNorms, model: nil)
        let courses = [
            Examples.ratings(180, 210), Examples.ratings(180, 160), Examples.ratings(180, 140),
            Examples.ratings(180, 199, 250),
        ]
        var running = RunningComparison(champion: none, challenger: basis)
        for course in courses { running.add(course, isClosed: true) }
        // A course that goes on has no end to be measured.
        running.add(Examples.ratings(180, 205), isClosed: false)
        let comparison = running.comparison
        #expect(comparison.courses == 5 && comparison.closedCourses == 4)
        #expect(comparison.champion == .none)
        #expect(
            comparison.challenger
                == .lines(
                    LineAttainment(reachedSuccess: Proportion(1, of: 3), endedBelowFailure: Proportion(1, of: 3))))
    }
}
