import Testing

@testable import attune

@Suite struct FaultPlanTests {
    private static func faults(seed: UInt64, _ count: Int, kinds: [Fault.Kind] = Fault.Kind.allCases) -> [Fault] {
        var plan = FaultPlan(seed: seed, kinds: kinds)
        return (0..<count).map { _ in plan.next().fault }
    }

    @Test func aSeedDecidesTheFaults() {
        #expect(Self.faults(seed: 7, 100) == Self.faults(seed: 7, 100))
        #expect(Self.faults(seed: 7, 100) != Self.faults(seed: 8, 100))
    }

    @Test func everyRoundHasEveryKindOnce() {
        let count = Fault.Kind.allCases.count
        let faults = Self.faults(seed: 3, 2 * count)
        #expect(Set(faults.prefix(count).map(\.kind)) == Set(Fault.Kind.allCases))
        #expect(Set(faults.suffix(count).map(\.kind)) == Set(Fault.Kind.allCases))
    }

    @Test func onlyTheKindsAskedForCome() {
        #expect(Set(Self.faults(seed: 1, 20, kinds: [.kill, .diskFull]).map(\.kind)) == [.kill, .diskFull])
    }

    @Test func aSenderPostsTheSameFromTheSameSeedAndSharesNoIdWithAnother() {
        func ids(_ seed: UInt64, _ sender: Int) -> [String] {
            var clinic = ChaosClinic(site: .init(unchecked: "north"), seed: seed, sender: sender)
            return (0..<300).map { _ in clinic.next() }.filter { $0.kind == .rating || $0.kind == .opening }.map(\.id)
        }
        #expect(ids(1, 0) == ids(1, 0))
        #expect(Set(ids(1, 0)).isDisjoint(with: ids(1, 1)))
        #expect(Set(ids(1, 0)).isDisjoint(with: ids(2, 0)))
        #expect(Set(ids(1, 0)).count == ids(1, 0).count)
    }
}
