import Catalogue
import Domain
import FoundationEssentials

@testable import attune_portal

/// Courses on the instruments that Attune brings, a session a week.
struct Courses {
    /// Read once: it takes longer than all that is tested with it.
    private static let catalogue = Result { try Catalogue.load() }
    private let catalogue: Catalogue
    static let firstDay = CalendarDay("2026-01-07")!

    init() throws { catalogue = try Self.catalogue.get() }

    func basis(_ instrument: String, _ version: String) throws -> ScoringBasis {
        let reference = InstrumentReference(id: InstrumentID(unchecked: instrument), version: version)
        return catalogue.basis(for: reference, role: .`self`, ageBand: .adult)!
    }

    /// - Parameter scores: by session, in steps.
    static func course(_ scores: [(session: Int, score: Int)], on basis: ScoringBasis) -> Course {
        Course(scoring: scores.map { rating($0.session, $0.score) }, on: basis)
    }

    static func rating(_ session: Int, _ score: Int) -> ScoredRating {
        let id = RatingID("018f2c1e-7a00-7000-8000-\(String(100_000_000_000 + session))")!
        return ScoredRating(
            id: id, session: session, day: day(session), score: score, safetyItems: [], lowestItem: nil,
            version: UInt64(session))
    }

    static func day(_ session: Int) -> CalendarDay { firstDay.advanced(byDays: 7 * (session - 1)) }

    static func numbered(_ scores: [Int]) -> [(session: Int, score: Int)] {
        scores.enumerated().map { (session: $0.offset + 1, score: $0.element) }
    }

    func ors() throws -> ScoringBasis { try basis("ors", "2000") }
    func srs() throws -> ScoringBasis { try basis("srs", "2002") }
    func phq9() throws -> ScoringBasis { try basis("phq-9", "2001") }

    /// Goes off track at session 4; a session without a rating, marks and the alliance beside it.
    func offTrack() throws -> CourseMaterial {
        CourseMaterial(
            course: Self.course(
                [(1, 183), (2, 201), (3, 176), (4, 142), (6, 128), (7, 151), (8, 196), (9, 221), (10, 243)],
                on: try ors()),
            alliance: Self.course(
                [(1, 372), (2, 368), (3, 345), (4, 331), (6, 362), (7, 381), (8, 388), (9, 390), (10, 392)],
                on: try srs()),
            missed: [Self.day(5).advanced(byDays: 2)],
            marks: [
                CourseMark(.changedApproach, on: Self.day(6)), CourseMark(.review, on: Self.day(8).advanced(byDays: 3)),
            ])
    }

    func depression() throws -> CourseMaterial {
        CourseMaterial(course: Self.course(Self.numbered([18, 16, 17, 13, 11, 9, 8]), on: try phq9()))
    }

    func single() throws -> CourseMaterial {
        CourseMaterial(course: Self.course([(1, 183)], on: try ors()))
    }

    func long() throws -> CourseMaterial {
        CourseMaterial(
            course: Self.course(Self.numbered((0..<60).map { 150 + $0 * 2 + ($0 * 37) % 50 }), on: try ors()))
    }
}
