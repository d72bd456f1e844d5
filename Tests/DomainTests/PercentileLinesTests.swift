import Domain
import Testing

@Suite struct PercentileLinesTests {
    private func lines(_ pairs: (Int, Int)...) -> [TargetLines] {
        pairs.map { TargetLines(success: $0.0, failure: $0.1) }
    }

    /// Invented lines: success 20.0 then 24.5, failure 18.0 then 20.0.
    private func table() throws -> PercentileLines {
        try PercentileLines(
            [
                .init(intakes: 200...249, sessions: lines((26_000, 22_000))),
                .init(intakes: 150...189, sessions: lines((20_000, 18_000), (24_500, 20_000))),
            ], on: Examples.outcome)
    }

    private func basis(_ norms: NormSet? = Examples.adultNorms) throws -> ScoringBasis {
        ScoringBasis(
            instrument: Examples.outcome, normSet: norms,
            model: ExpectedResponseModel(
                reference: Examples.model.reference, label: "lines of a vendor", instrument: Examples.outcome.reference,
                population: Examples.adults, lines: try table()))
    }

    @Test func linesAreReadFromTheTableAndNowhereElse() throws {
        let table = try table()
        for intake in 150...189 {
            #expect(table.lines(intake: intake, session: 3) == TargetLines(success: 24_500, failure: 20_000))
        }
        #expect(table.lines(intake: 249, session: 2) == TargetLines(success: 26_000, failure: 22_000))
        for (intake, session) in [(149, 2), (190, 2), (199, 2), (250, 2), (170, 1), (170, 4), (170, 0), (220, 3)] {
            #expect(table.lines(intake: intake, session: session) == nil, "\(intake) at session \(session)")
        }
        #expect(table.intakes == 150...249)
        #expect(table.lastSession == 3)
    }

    @Test func aTableThatContradictsItselfIsRefused() {
        func problem(_ rows: PercentileLines.Row..., on instrument: Instrument = Examples.outcome)
            -> PercentileLinesProblem?
        {
            do {
                _ = try PercentileLines(rows, on: instrument)
                return nil
            } catch {
                return error
            }
        }
        #expect(problem() == .noRows)
        #expect(problem(.init(intakes: 0...9, sessions: [])) == .noSessions(0...9))
        #expect(
            problem(
                .init(intakes: 10...20, sessions: lines((2000, 1000))),
                .init(intakes: 0...10, sessions: lines((2000, 1000)))) == .overlappingIntakes(0...10, 10...20))
        #expect(
            problem(.init(intakes: 390...401, sessions: lines((40_000, 30_000))))
                == .intakeOutOfRange(390...401, allowed: 0...400))
        #expect(
            problem(.init(intakes: 0...9, sessions: lines((2000, 1000), (40_001, 1000))))
                == .lineOutOfRange(0...9, session: 3))
        #expect(
            problem(.init(intakes: 0...9, sessions: lines((2000, 2001)))) == .failureAboveSuccess(0...9, session: 2))
        #expect(
            problem(.init(intakes: 0...9, sessions: lines((2000, 2001))), on: Examples.outcomeScale(.lowerIsBetter))
                == nil)
        #expect(PercentileLinesProblem.failureAboveSuccess(0...9, session: 2).description.contains("session 2"))
    }

    // Success line 24.5 and failure line 20.0 at session 3 of an intake of 18.0.
    @Test(arguments: [
        (245, CourseState.onTrack), (246, .onTrack), (244, .atRisk), (200, .atRisk), (199, .notOnTrack),
        (131, .notOnTrack), (130, .deteriorating), (250, .recovered),
    ])
    func theLinesGiveTheStateUnlessAReliableChangeDoes(score: Int, state: CourseState) throws {
        #expect(Examples.states(180, 200, score, on: try basis()) == [.insufficientData, .onTrack, state])
    }

    @Test func whereTheTableSaysNothingThereIsNoExpectation() throws {
        #expect(Examples.states(195, 200, on: try basis()).last == .noExpectedResponse)
        #expect(Examples.states(180, 200, 200, 200, on: try basis()).last == .noExpectedResponse)
        let first = try #require(Trajectory.score(Examples.ratings(180, 210), on: try basis()).points.first)
        #expect(first.expectation == nil)
    }

    @Test func whereLowerIsBetterTheLinesAreReadTheOtherWayRound() throws {
        let instrument = Examples.outcomeScale(.lowerIsBetter, norms: [])
        let lines = try PercentileLines(
            [.init(intakes: 0...400, sessions: lines((15_500, 20_000)))], on: instrument)
        let model = ExpectedResponseModel(
            reference: Examples.model.reference, label: "mirror", instrument: instrument.reference,
            population: Examples.adults, lines: lines)
        let basis = ScoringBasis(instrument: instrument, normSet: nil, model: model)
        for (score, state) in [(155, CourseState.onTrack), (156, .atRisk), (200, .atRisk), (201, .notOnTrack)] {
            #expect(Examples.states(220, score, on: basis).last == state)
        }
    }

    @Test func theRuleAndTheExplanationNameTheLine() throws {
        let course = Course(scoring: Examples.ratings(180, 200, 199), on: try basis())
        #expect(course.standingSignals == [Signal(rule: .failureLine, rating: Examples.ratingID(3))])
        #expect(SignalRule(name: "etr.failure") == .failureLine)
        #expect(SignalRule.failureLine.kind == .notOnTrack)
        let text = course.explanation(of: try #require(course.trajectory.latest)).joined(separator: "\n")
        #expect(text.contains("Rule etr.failure, not on track: worse than the failure line."))
        #expect(text.contains("Success line 24.500, failure line 20.000."))
        #expect(text.contains("lines of a vendor"))
        let earlier = course.explanation(of: course.trajectory.points[1]).joined(separator: "\n")
        #expect(earlier.contains("On track: at the success line or better."))
    }

    @Test func aPercentileModelHasNoCurve() throws {
        let model = try #require(try basis().model)
        #expect(model.expected(baseline: 180, session: 3, instrument: Examples.outcome) == nil)
        #expect(model.variance(baseline: 180, session: 3, instrument: Examples.outcome) == nil)
        #expect(model.coefficients == nil)
        #expect(
            model.expectation(baseline: 180, session: 3, instrument: Examples.outcome)
                == .lines(TargetLines(success: 24_500, failure: 20_000)))
    }
}

@Suite struct StreamColourTests {
    private static let lines = TargetLines(success: 24_500, failure: 20_000)
    private static let cutOff = CutOff(value: 250, isInclusive: false)

    /// Vectors of clinical-reference 3.4, after the OpenFIT table: target 24.5, failure 20, cut-off 25.
    @Test(arguments: [
        (260, 1, OutcomeColour.grey), (260, 2, .greenFunctional), (246, 2, .greenClinical), (200, 2, .orange),
        (199, 2, .red), (245, 3, .greenClinical), (244, 3, .orange), (250, 3, .greenFunctional), (0, 0, .grey),
    ])
    func outcomeColoursAreThoseOfThePublicTable(score: Int, ratings: Int, colour: OutcomeColour) {
        #expect(
            OutcomeColour(
                score: score, ratings: ratings, lines: Self.lines, cutOff: Self.cutOff, direction: .higherIsBetter)
                == colour)
        let mirrored = OutcomeColour(
            score: 400 - score, ratings: ratings, lines: TargetLines(success: 15_500, failure: 20_000),
            cutOff: CutOff(value: 150, isInclusive: false), direction: .lowerIsBetter)
        #expect(mirrored == colour)
    }

    /// The same vectors for the alliance: cut-off 36, a fall of 1.0 or more.
    @Test(arguments: [
        (360, nil, AllianceColour.green), (370, 380, .red), (nil, nil, .grey), (359, nil, .red), (371, 380, .green),
        (360, 369, .green), (360, 370, .red), (nil, 380, .grey), (400, 380, .green),
    ] as [(Int?, Int?, AllianceColour)])
    func allianceColoursAreThoseOfThePublicTable(score: Int?, previous: Int?, colour: AllianceColour) throws {
        let rule = try #require(Examples.allianceScale().allianceRule)
        #expect(
            AllianceColour(score: score, previous: previous, rule: rule, direction: .higherIsBetter) == colour)
    }

    /// The state of a course and the colour of its newest point tell the same, where no reliable change
    /// goes before the lines.
    @Test func aPercentileStateIsTheColourInOtherWords() throws {
        let table = try PercentileLines(
            [.init(intakes: 0...400, sessions: [Self.lines])], on: Examples.outcome)
        let basis = ScoringBasis(
            instrument: Examples.outcome, normSet: nil,
            model: ExpectedResponseModel(
                reference: Examples.model.reference, label: "lines", instrument: Examples.outcome.reference,
                population: Examples.adults, lines: table))
        let states: [OutcomeColour: CourseState] = [
            .red: .notOnTrack, .orange: .atRisk, .greenClinical: .onTrack, .greenFunctional: .onTrack,
        ]
        var seen: Set<OutcomeColour> = []
        for score in 0...400 {
            let colour = OutcomeColour(
                score: score, ratings: 2, lines: Self.lines, cutOff: Self.cutOff, direction: .higherIsBetter)
            #expect(Examples.states(180, score, on: basis).last == states[colour])
            seen.insert(colour)
        }
        #expect(seen.count == 4)
    }
}
