import Domain
import Testing

@Suite struct OutcomeSummaryTests {
    private let criteria = OutcomeVerdictTests.ors

    private var verdicts: [OutcomeVerdict] {
        [
            (200, 260), (180, 300),  // recovered
            (100, 160), (260, 320),  // improved; the second began functional
            (200, 210), (260, 255), (240, 255),  // unchanged
            (200, 140), (300, 240),  // deteriorated; the second harmed
        ].map { criteria.verdict(first: $0.0, last: $0.1) }
    }

    @Test func everybodyIsCountedOnceAndWithTheDenominator() {
        let summary = OutcomeSummary(verdicts)
        #expect(summary.cases == 9)
        #expect(OutcomeClass.allCases.map(summary.count) == [2, 2, 3, 2, 0])
        #expect(OutcomeClass.allCases.map(summary.count).reduce(0, +) == summary.cases)
        #expect(summary.startedClinical == 6)
        #expect(summary.startedFunctional == 3)
        #expect(summary.startedUnknown == 0)
        #expect(summary.share(of: .recovered).total == 9)
        #expect(summary.recoveredOfClinical.count == 2)
        #expect(summary.recoveredOfClinical.total == 6)
        #expect(summary.reliablyImproved.count == 4)
    }

    @Test func harmIsTakenOutOfDeteriorationButNotOutOfItsTotal() {
        let summary = OutcomeSummary(verdicts, namingHarm: true)
        #expect(summary.count(of: .deteriorated) == 1)
        #expect(summary.count(of: .harmed) == 1)
        #expect(summary.reliablyDeteriorated.count == 2)
    }

    @Test func withoutACutOffTheRangesAreUnknown() {
        let blind = OutcomeVerdictTests.criteria(.higherIsBetter, 50, nil)
        let summary = OutcomeSummary([blind.verdict(first: 1, last: 2)])
        #expect(summary.startedUnknown == 1)
        #expect(summary.recoveredOfClinical.proportion == nil)
        #expect(summary.recoveredOfClinical.interval() == nil)
    }

    /// Newcombe, Statistics in Medicine 1998; 17:857-872, table I, method 3: 81 of 263, 15 of 148, 0 of 20
    /// and 1 of 29.
    @Test(arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
    func theIntervalOfAShareComesOutAsPublished(count: Int, total: Int, lower: Double, upper: Double) throws {
        let blind = OutcomeVerdictTests.criteria(.higherIsBetter, 50, nil)
        let changes = (0..<total).map { blind.verdict(first: 0, last: $0 < count ? 60 : 0) }
        let interval = try #require(OutcomeSummary(changes).share(of: .improved).interval())
        #expect(abs(interval.lower - lower) < 0.00006)
        #expect(abs(interval.upper - upper) < 0.00006)
    }
}
