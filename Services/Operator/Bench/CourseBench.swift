import Catalogue
import Contracts
import Domain

/// Whole courses of twelve sessions scored on one core, beside the bare arithmetic of the same scores as one loop.
struct CourseBench {
    private static let sessions = 12
    private static let courses = 2000
    private static let time = Duration.seconds(2)

    private let basis: ScoringBasis
    private let floor: CourseScoringFloor
    private let scores: [Int]
    private let ratings: [[ScoredRating]]

    init() throws {
        let catalogue = try Catalogue.load()
        let reference = InstrumentReference(id: InstrumentID(unchecked: "ors"), version: "2000")
        guard let basis = catalogue.basis(for: reference, role: .self, ageBand: .adult), let model = basis.model,
            let floor = CourseScoringFloor(basis)
        else { throw BenchFailure("the built-in ORS has no norm set or no model") }
        self.basis = basis
        self.floor = floor
        var numbers = SystemRandomNumberGenerator()
        var scores: [Int] = []
        for _ in 0..<Self.courses {
            scores.append(Int.random(in: model.baselineSupport, using: &numbers))
            for _ in 1..<Self.sessions { scores.append(Int.random(in: basis.instrument.totalRange, using: &numbers)) }
        }
        self.scores = scores
        ratings = stride(from: 0, to: scores.count, by: Self.sessions).map { first in
            (0..<Self.sessions).map { offset in
                ScoredRating(
                    id: TimeOrderedIdentity.make(at: Timestamp(microseconds: 1_700_000_000_000_000)), session: offset + 1,
                    day: CalendarDay(daysSinceEpoch: 20_000 + 7 * offset), score: scores[first + offset], safetyItems: [],
                    lowestItem: nil, version: UInt64(offset + 1))
            }
        }
    }

    func figures() throws -> [Figure] {
        let expected = floor.sum(scores: scores, length: Self.sessions)
        guard ratings.reduce(0, { $0 &+ CourseScoringFloor.sum(of: Trajectory.score($1, on: basis)) }) == expected else {
            throw BenchFailure("the loop and the scoring of the same courses differ")
        }
        var points = 0
        let scored = rate { for course in ratings { points &+= Trajectory.score(course, on: basis).points.count } }
        var sum = 0
        let bare = rate { sum &+= floor.sum(scores: scores, length: Self.sessions) }
        guard points > 0, sum != 0 else { throw BenchFailure("nothing was scored") }
        return [Figure(name: "scoring a course of 12 sessions, one core", value: scored, unit: "courses/s", floor: bare)]
    }

    /// Courses a second, from as many rounds as fit into the time.
    private func rate(_ round: () -> Void) -> Double {
        round()
        let start = ContinuousClock.now
        var rounds = 0
        while start.duration(to: .now) < Self.time {
            round()
            rounds += 1
        }
        return Double(rounds * Self.courses) / Bench.seconds(start.duration(to: .now))
    }
}
