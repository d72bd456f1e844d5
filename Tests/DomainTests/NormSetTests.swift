import Domain
import Testing

@Suite struct NormSetTests {
    private static func norms(_ id: String, _ ages: Set<AgeBand>) -> NormSet {
        NormSet(
            id: NormSetID(unchecked: id), title: id, population: Population(raterRoles: [.`self`], ageBands: ages),
            cutOff: CutOff(value: 250, isInclusive: false), reliableChange: 50, source: "test", confidence: .computed)
    }

    @Test func theOneNormSetOfTheRatersRoleAndAgeIsChosen() {
        let instrument = Examples.outcomeScale(
            .higherIsBetter, norms: [Self.norms("young", [.child, .adolescent]), Self.norms("grown", [.adult])])
        #expect(instrument.normSet(for: .`self`, .adolescent)?.id.text == "young")
        #expect(instrument.normSet(for: .`self`, .adult)?.id.text == "grown")
    }

    @Test func noNormSetIsChosenWhereNoneOrMoreThanOneFits() {
        let instrument = Examples.outcomeScale(
            .higherIsBetter, norms: [Self.norms("one", [.adult]), Self.norms("two", [.adult, .child])])
        #expect(instrument.normSet(for: .`self`, .adult) == nil)
        #expect(instrument.normSet(for: .`self`, .child)?.id.text == "two")
        #expect(instrument.normSet(for: .caretaker, .child) == nil)
    }

    @Test func theCutOffItselfIsClinicalOnlyWhereItIsInclusive() {
        let exclusive = CutOff(value: 250, isInclusive: false)
        #expect(exclusive.isClinical(249, .higherIsBetter))
        #expect(!exclusive.isClinical(250, .higherIsBetter))
        let inclusive = CutOff(value: 10, isInclusive: true)
        #expect(inclusive.isClinical(10, .lowerIsBetter))
        #expect(!inclusive.isClinical(9, .lowerIsBetter))
    }
}
