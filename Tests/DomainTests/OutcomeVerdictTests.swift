import Domain
import Testing

@Suite struct OutcomeVerdictTests {
    /// OQ-45: 14 points, clinical from 64 (clinical-reference 1.2.3).
    static let oq45 = criteria(.lowerIsBetter, 14, CutOff(value: 64, isInclusive: true))
    /// ORS: 5.0 points, functional from 25.0.
    static let ors = criteria(.higherIsBetter, 50, CutOff(value: 250, isInclusive: false))
    /// CORE-10 at 90 % and at 95 %; clinical from 11.
    static let core90 = criteria(.lowerIsBetter, 6, CutOff(value: 11, isInclusive: true))
    static let core95 = criteria(.lowerIsBetter, 7, CutOff(value: 11, isInclusive: true))

    static func criteria(_ direction: ScoreDirection, _ change: Int, _ cutOff: CutOff?) -> ChangeCriteria {
        ChangeCriteria(direction: direction, reliableChange: change, cutOff: cutOff)!
    }

    @Test(arguments: [
        // The sign of the OQ: 80 to 66 is 14 better, 66 to 80 is 14 worse.
        (oq45, 80, 66, OutcomeClass.improved), (oq45, 66, 80, .deteriorated), (oq45, 80, 67, .unchanged),
        (oq45, 80, 63, .recovered), (oq45, 80, 64, .improved), (oq45, 50, 64, .deteriorated),
        (ors, 200, 250, .recovered), (ors, 200, 249, .unchanged), (ors, 150, 249, .improved),
        (ors, 249, 250, .unchanged), (ors, 260, 320, .improved), (ors, 300, 250, .deteriorated),
        (core90, 16, 10, .recovered), (core95, 16, 10, .unchanged),
    ])
    func everyPairOfScoresHasItsClass(criteria: ChangeCriteria, first: Int, last: Int, outcome: OutcomeClass) {
        #expect(criteria.verdict(first: first, last: last).outcome() == outcome)
    }

    @Test func harmIsAClassOfItsOwnOnlyWhereItIsAskedFor() {
        let harmed = Self.ors.verdict(first: 300, last: 240)
        #expect(harmed.outcome() == .deteriorated)
        #expect(harmed.outcome(namingHarm: true) == .harmed)
        #expect(Self.ors.verdict(first: 240, last: 180).outcome(namingHarm: true) == .deteriorated)
        #expect(Self.ors.verdict(first: 320, last: 260).outcome(namingHarm: true) == .deteriorated)
    }

    @Test func whoBeginsInTheFunctionalRangeCannotRecover() {
        let verdict = Self.ors.verdict(first: 260, last: 330)
        #expect(!verdict.recoveryIsPossible)
        #expect(verdict.outcome() == .improved)
        #expect(!verdict.isClinicallySignificant)
        #expect(Self.ors.verdict(first: 249, last: 330).recoveryIsPossible)
    }

    @Test func clinicallySignificantIsReliableAndAcrossTheLineTheSameWay() {
        #expect(Self.ors.verdict(first: 200, last: 260).isClinicallySignificant)
        #expect(Self.ors.verdict(first: 300, last: 240).isClinicallySignificant)
        #expect(!Self.ors.verdict(first: 240, last: 260).isClinicallySignificant)
        #expect(!Self.ors.verdict(first: 100, last: 200).isClinicallySignificant)
    }

    @Test func withoutACutOffNobodyRecoversAndNobodyIsHarmed() {
        let criteria = Self.criteria(.higherIsBetter, 50, nil)
        let verdict = criteria.verdict(first: 100, last: 400)
        #expect(verdict.baselineRange == nil)
        #expect(verdict.outcome() == .improved)
        #expect(!verdict.recoveryIsPossible)
        #expect(criteria.verdict(first: 400, last: 100).outcome(namingHarm: true) == .deteriorated)
    }

    @Test func criteriaNeedAReliableChangeAndNameTheirNormSet() {
        #expect(ChangeCriteria(direction: .lowerIsBetter, reliableChange: 0, cutOff: nil) == nil)
        let criteria = ChangeCriteria(Examples.adultNorms, direction: .higherIsBetter)
        #expect(criteria?.normSet == Examples.adultNorms.id)
        #expect(criteria?.reliableChange == 50)
        let without = NormSet(
            id: Examples.adultNorms.id, title: "t", population: Examples.adults,
            cutOff: Examples.adultNorms.cutOff, reliableChange: nil, source: "s", confidence: .uncertain)
        #expect(ChangeCriteria(without, direction: .higherIsBetter) == nil)
    }

    /// Every pair of a short scale: counting the scale from the other end changes no class, and the classes
    /// of a change and of its reverse belong together.
    @Test func turningTheScaleRoundChangesNoClass() {
        for inclusive in [false, true] {
            let down = Self.criteria(.lowerIsBetter, 6, CutOff(value: 10, isInclusive: inclusive))
            let up = Self.criteria(.higherIsBetter, 6, CutOff(value: 27 - 10, isInclusive: inclusive))
            for first in 0...27 {
                for last in 0...27 {
                    let verdict = down.verdict(first: first, last: last)
                    let mirror = up.verdict(first: 27 - first, last: 27 - last)
                    #expect(verdict.outcome(namingHarm: true) == mirror.outcome(namingHarm: true))
                    #expect(verdict.improvement == mirror.improvement)
                    let back = down.verdict(first: last, last: first)
                    #expect((verdict.outcome() == .recovered) == (back.outcome(namingHarm: true) == .harmed))
                }
            }
        }
    }
}
