import Domain
import Testing

/// The example data of the R package suddengains against the figures of its own tests
/// (test-define_crit1_cutoff.R, test-describe_sg.R).
@Suite struct SuddenGainsDataTests {
    private static let data = SharedData.rows("suddengains_bdi_rq_12sessions_wide.csv")

    private func clients(_ columns: [String]) throws -> [[Int?]] {
        try #require(Self.data).map { row in
            try columns.map { column in
                guard let cell = row[column] else { return nil }
                return try DecimalSteps.steps(cell, denominator: 1)
            }
        }
    }

    @Test(.enabled(if: data != nil, "../shared/data is not there"))
    func theThresholdOfTheIntakeScoresComesOutAsPublished() throws {
        let intake = try clients(["bdi_s0"]).compactMap { $0[0] }
        #expect(intake.count == 41)
        let deviation = try #require(Moments(intake)?.deviation)
        let precision = try #require(JacobsonTruax.Precision(deviation: deviation, reliability: 0.931))
        #expect(abs(deviation - 6.396073) < 0.000001)
        #expect(abs(precision.standardError - 1.680111) < 0.000001)
        #expect(abs(precision.errorOfDifference - 2.376036) < 0.000001)
        #expect(abs(precision.reliableChange(at: .ninetyFive) - 4.65703) < 0.00001)
        #expect(precision.reliableSteps(at: .ninetyFive, denominator: 1) == 5)
    }

    /// 24 gains of 7 or more points in 15 of 43 clients, 8 of them with several; mean 11, deviation 3.43; of
    /// the first gains mean 11.4, deviation 3.98; 4 gains are lost again, 3 of the first ones.
    @Test(.enabled(if: data != nil, "../shared/data is not there"))
    func theSuddenGainsAreThoseThatThePackageCounts() throws {
        let courses = try clients((1...12).map { "bdi_s\($0)" })
        let gains = courses.map { SuddenChangeTests.bdi.changes(in: $0).filter { $0.kind == .gain } }
        let all = gains.flatMap { $0 }
        let first = gains.compactMap(\.first)
        #expect(courses.count == 43)
        #expect(all.count == 24)
        #expect(first.count == 15)
        #expect(gains.filter { $0.count > 1 }.count == 8)
        #expect(all.filter(\.isReversed).count == 4)
        #expect(first.filter(\.isReversed).count == 3)
        let ofAll = try #require(Moments(all.map(\.magnitude)))
        #expect(ofAll.mean == 11)
        #expect(abs(ofAll.deviation - 3.43) < 0.005)
        let ofFirst = try #require(Moments(first.map(\.magnitude)))
        #expect(abs(ofFirst.mean - 11.4) < 1e-9)
        #expect(abs(ofFirst.deviation - 3.98) < 0.005)
    }

    /// test-create_byperson.R: the first gain of client 5 leads from session 3 to 4, the largest from 8 to 9.
    @Test func aClientMayGainTwice() {
        let scores = [39, 37, 36, 26, 26, 23, 21, 19, 6, 7, 8, 8]
        let gains = SuddenChangeTests.bdi.changes(in: scores)
        #expect(gains.map(\.place) == [2, 7])
        #expect(gains.map(\.magnitude) == [10, 13])
    }
}
