import Domain
import Testing

/// NHS Talking Therapies over PHQ-9 and GAD-7 (clinical-reference 3.2; rows of 3.4).
@Suite struct PairedMeasuresTests {
    static func measure(_ caseness: Int, _ change: Int) -> CasenessMeasure {
        CasenessMeasure(
            OutcomeVerdictTests.criteria(.lowerIsBetter, change, CutOff(value: caseness, isInclusive: true)))!
    }

    static let depressionAndAnxiety = PairedMeasures(measure(10, 6), measure(8, 4))

    struct Row: Sendable {
        let depression: (Int, Int)
        let anxiety: (Int, Int)
        let isCase: Bool
        let isRecovered: Bool
        let change: PairedReliableChange
        let isReliablyRecovered: Bool

        init(
            _ depression: (Int, Int), _ anxiety: (Int, Int), case isCase: Bool, recovered: Bool,
            _ change: PairedReliableChange, reliably: Bool
        ) {
            self.depression = depression
            self.anxiety = anxiety
            self.isCase = isCase
            isRecovered = recovered
            self.change = change
            isReliablyRecovered = reliably
        }

        var outcome: PairedOutcome {
            PairedMeasuresTests.depressionAndAnxiety.outcome(
                FirstAndLast(first: depression.0, last: depression.1),
                FirstAndLast(first: anxiety.0, last: anxiety.1))
        }
    }

    static let rows = [
        // The table of clinical-reference 3.4.
        Row((15, 9), (10, 7), case: true, recovered: true, .improvement, reliably: true),
        Row((12, 8), (9, 6), case: true, recovered: true, .withinError, reliably: false),
        Row((14, 9), (9, 7), case: true, recovered: true, .withinError, reliably: false),
        Row((20, 14), (12, 8), case: true, recovered: false, .improvement, reliably: false),
        Row((10, 16), (8, 8), case: true, recovered: false, .deterioration, reliably: false),
        // Caseness begins at 10 on PHQ-9, not at 9 (S27 has it wrong), and one measure is enough.
        Row((9, 3), (7, 7), case: false, recovered: false, .improvement, reliably: false),
        Row((10, 4), (7, 7), case: true, recovered: true, .improvement, reliably: true),
        Row((9, 9), (8, 4), case: true, recovered: true, .improvement, reliably: true),
        // Recovered only when below on both, also on the measure that was never at caseness.
        Row((18, 9), (5, 8), case: true, recovered: false, .improvement, reliably: false),
        // Reliably better on one and reliably worse on the other is no reliable change.
        Row((20, 14), (4, 8), case: true, recovered: false, .mixed, reliably: false),
        Row((15, 9), (2, 6), case: true, recovered: true, .mixed, reliably: false),
        // A step below the threshold is none, in both directions.
        Row((15, 10), (10, 7), case: true, recovered: false, .withinError, reliably: false),
        Row((10, 15), (8, 11), case: true, recovered: false, .withinError, reliably: false),
        Row((10, 15), (8, 12), case: true, recovered: false, .deterioration, reliably: false),
    ]

    @Test(arguments: rows.indices)
    func theOutcomeOverTwoMeasuresFollowsTheDefinitions(index: Int) {
        let row = Self.rows[index]
        let outcome = row.outcome
        #expect(outcome.isCase == row.isCase)
        #expect(outcome.isRecovered == row.isRecovered)
        #expect(outcome.reliableChange == row.change)
        #expect(outcome.isReliablyImproved == (row.change == .improvement))
        #expect(outcome.isReliablyDeteriorated == (row.change == .deterioration))
        #expect(outcome.isReliablyRecovered == row.isReliablyRecovered)
    }

    @Test func ratesAreCountedAmongTheRightPeople() {
        let summary = PairedSummary(finishedCourses: Self.rows.map(\.outcome))
        #expect(summary.finished == 14)
        #expect(summary.cases == 13)
        #expect(summary.recovered.count == 6 && summary.recovered.total == 13)
        #expect(summary.reliablyRecovered.count == 3 && summary.reliablyRecovered.total == 13)
        #expect(summary.reliablyImproved.count == 6 && summary.reliablyImproved.total == 14)
        #expect(summary.reliablyDeteriorated.count == 2 && summary.reliablyDeteriorated.total == 14)
    }

    @Test func whichMeasureIsNamedFirstMakesNoDifferenceAndTheReverseIsTheMirrorImage() {
        let pair = Self.depressionAndAnxiety
        let swapped = PairedMeasures(pair.second, pair.first)
        var numbers = SeededNumbers(state: 11)
        for _ in 1...2000 {
            let depression = FirstAndLast(
                first: .random(in: 0...27, using: &numbers), last: .random(in: 0...27, using: &numbers))
            let anxiety = FirstAndLast(
                first: .random(in: 0...21, using: &numbers), last: .random(in: 0...21, using: &numbers))
            let one = pair.outcome(depression, anxiety)
            let other = swapped.outcome(anxiety, depression)
            #expect(one.reliableChange == other.reliableChange)
            #expect(one.isRecovered == other.isRecovered)
            let back = pair.outcome(
                FirstAndLast(first: depression.last, last: depression.first),
                FirstAndLast(first: anxiety.last, last: anxiety.first))
            #expect(one.isReliablyImproved == back.isReliablyDeteriorated)
            #expect((one.reliableChange == .mixed) == (back.reliableChange == .mixed))
        }
    }

    /// A measure may run the other way: a wellbeing scale beside a symptom scale.
    @Test func theMeasuresMayRunInOppositeDirections() throws {
        let wellbeing = try #require(CasenessMeasure(OutcomeVerdictTests.ors))
        let pair = PairedMeasures(wellbeing, Self.measure(10, 6))
        let outcome = pair.outcome(FirstAndLast(first: 180, last: 260), FirstAndLast(first: 16, last: 9))
        #expect(outcome.isReliablyRecovered)
        #expect(CasenessMeasure(OutcomeVerdictTests.criteria(.lowerIsBetter, 6, nil)) == nil)
    }
}
