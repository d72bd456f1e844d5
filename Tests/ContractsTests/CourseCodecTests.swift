import Domain
import SwiftProtobuf
import Testing

@testable import Contracts

@Suite struct CourseCodecTests {
    private static let expected = Domain.Expectation.bounds(
        ExpectedResponse(
            mean: -12, lower68: -900, upper68: 900, lower80: -1500, upper80: 2700, lower90: -2000, upper90: 3000))
    private static let lines = Domain.Expectation.lines(TargetLines(success: 2450, failure: -2000))
    private static let provenance = Provenance(
        normSet: NormSetID("adults"),
        model: ModelReference(id: ModelID("default")!, version: "1", hash: (0..<32).map { UInt8($0) }))

    private static func point(
        _ number: Int, expected: Domain.Expectation? = nil, lowest: Int? = nil, safety: ItemNumbers = []
    ) -> TrajectoryPoint {
        TrajectoryPoint(
            rating: ScoredRating(
                id: TimeOrderedIdentity.make(at: Timestamp(microseconds: 1_700_000_000_000_000)), session: number, day: CalendarDay(daysSinceEpoch: 20_000 + number),
                score: number * 10 - 25, safetyItems: safety, lowestItem: lowest, version: UInt64(number) << 40),
            expectation: expected, state: CourseState.allCases[number % CourseState.allCases.count],
            improvement: 3 - number)
    }

    static let courses: [Trajectory] = [
        Trajectory(points: [], provenance: Provenance(normSet: nil, model: nil)),
        Trajectory(points: [point(1)], provenance: provenance),
        Trajectory(
            points: [
                point(1, lowest: 0), point(2, expected: expected, safety: [9]), point(3),
                point(4, expected: expected, lowest: -3, safety: [1, 8, 9, 64, 65, 128]), point(999, safety: [128]),
            ], provenance: provenance),
        Trajectory(
            points: [point(1, expected: lines, lowest: 3), point(2), point(3, expected: lines), point(4, expected: expected)
            ], provenance: provenance),
    ]

    @Test(arguments: courses) func `A course comes back as it was stored`(course: Trajectory) throws {
        #expect(try CourseCodec.decode(try CourseCodec.encode(course)) == course)
    }

    static let damages: [(String, @Sendable (inout Attune_V1_Course) -> Void)] = [
        ("ids cut off", { $0.ratingIds.removeLast() }),
        ("a session too few", { $0.sessions.removeLast() }),
        ("a day too many", { $0.days.append(1) }),
        ("a score too few", { $0.scores.removeLast() }),
        ("a version too few", { $0.versions.removeLast() }),
        ("a state too few", { $0.states.removeLast() }),
        ("a state nobody knows", { $0.states[0] = .UNRECOGNIZED(99) }),
        ("an improvement too few", { $0.improvements.removeLast() }),
        ("an expected value too few", { $0.expected.removeLast() }),
        ("a line too many", { $0.lines.append(1) }),
        ("a lowest item too few", { $0.lowestItems.removeLast() }),
        ("safety items cut off", { $0.safetyItems.removeLast() }),
        ("a mark too many", { $0.marks.append(0) }),
    ]

    @Test(arguments: damages.indices) func `Columns that do not fit each other are refused`(index: Int) throws {
        var message = try Attune_V1_Course(serializedBytes: CourseCodec.encode(Self.courses[2]))
        Self.damages[index].1(&message)
        let bytes: [UInt8] = try message.serializedBytes()
        #expect(throws: MalformedEvent.self, "\(Self.damages[index].0)") { try CourseCodec.decode(bytes) }
    }

    @Test func `What is no message is refused`() {
        #expect(throws: MalformedEvent.self) { try CourseCodec.decode([0xFF, 0xFF, 0xFF]) }
    }
}
