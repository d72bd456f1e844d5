@testable import Domain
import Testing

@Suite struct NaturalLogarithmTests {
    @Test func theLogarithmOfOneIsExactlyZero() {
        #expect(naturalLogarithm(1) == 0)
    }

    @Test(arguments: [
        (2, 0.69314718055994530941), (3, 1.09861228866810969139), (5, 1.60943791243410037460),
        (7, 1.94591014905531330510), (10, 2.30258509299404568401), (12, 2.48490664978800031022),
        (16, 2.77258872223978123766), (20, 2.99573227355399099343), (97, 4.57471097850338282211),
        (999, 6.90675477864855351855),
    ])
    func theLogarithmAgreesWithItsKnownDigits(number: Int, known: Double) {
        #expect(abs(naturalLogarithm(number) - known) <= 2 * known.ulp)
    }

    @Test func theLogarithmRisesWithItsNumber() {
        for number in 1...2000 {
            #expect(naturalLogarithm(number) < naturalLogarithm(number + 1))
        }
    }

    /// These bits are stored in results: should they ever change, old results could not be repeated.
    @Test func theBitsAreTheSameForEver() {
        #expect(naturalLogarithm(3).bitPattern == 0x3FF1_93EA_7AAD_030B)
    }
}
