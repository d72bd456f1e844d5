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

    private static func norms(_ id: String, sexes: Set<Sex>?, _ standing: Standing = .standard) -> NormSet {
        NormSet(
            id: NormSetID(unchecked: id), title: id,
            population: Population(raterRoles: [.`self`], ageBands: [.adult], sexes: sexes),
            cutOff: CutOff(value: 250, isInclusive: false), reliableChange: 50, source: "test", confidence: .computed,
            standing: standing)
    }

    private static func id(_ instrument: Instrument, _ sex: Sex?) -> String? {
        instrument.normSet(for: .`self`, ageBand: .adult, sex: sex)?.id.text
    }

    @Test func figuresThatNeedASexDoNotHoldWhereItIsUnknown() {
        let instrument = Examples.outcomeScale(
            .lowerIsBetter, norms: [Self.norms("women", sexes: [.female]), Self.norms("men", sexes: [.male])])
        #expect(Self.id(instrument, .female) == "women")
        #expect(Self.id(instrument, .male) == "men")
        #expect(Self.id(instrument, nil) == nil)
        #expect(instrument.normSet(for: .`self`, .adult) == nil)
        let both = Examples.outcomeScale(.lowerIsBetter, norms: [Self.norms("both", sexes: [.male, .female])])
        #expect(Self.id(both, nil) == nil)
    }

    @Test func populationsOverlapUnlessTheirSexesAreApart() {
        func people(_ sexes: Set<Sex>?) -> Population {
            Population(raterRoles: [.`self`], ageBands: [.adult], sexes: sexes)
        }
        #expect(!people([.female]).overlaps(people([.male])))
        #expect(people([.female]).overlaps(people(nil)))
        #expect(people(nil).overlaps(people([.male])))
        #expect(people([.female, .male]).overlaps(people([.male])))
    }

    @Test func anAlternativeHoldsOnlyWhereItIsChosenAndThenForItsRatersAlone() throws {
        let instrument = Examples.outcomeScale(
            .lowerIsBetter,
            norms: [Self.norms("usual", sexes: nil), Self.norms("other", sexes: [.female], .alternative)])
        #expect(Self.id(instrument, .female) == "usual")
        let chosen = try #require(instrument.choosing(normSet: NormSetID(unchecked: "other")))
        #expect(Self.id(chosen, .female) == "other")
        #expect(Self.id(chosen, .male) == "usual")
        #expect(Self.id(chosen, nil) == "usual")
        #expect(instrument.choosing(normSet: NormSetID(unchecked: "third")) == nil)
    }

    @Test func figuresWithoutASourceOfTheirOwnHaveThatOfTheSet() {
        let own = Evidence(source: "own", confidence: .uncertain)
        let set = NormSet(
            id: NormSetID(unchecked: "x"), title: "x", population: Examples.adults, cutOff: nil, reliableChange: 5,
            source: "set", confidence: .sourced, reliableChangeEvidence: own,
            derivation: ReliableChangeDerivation(deviation: 7.5, reliability: 0.8, level: .ninetyFive))
        #expect(set.cutOffEvidence == Evidence(source: "set", confidence: .sourced))
        #expect(set.reliableChangeEvidence == own)
        // Jacobson and Truax 1991: 9.30
        #expect(abs((set.derivation?.points ?? 0) - 9.30) < 0.005)
    }
}
