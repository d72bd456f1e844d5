import Domain
import Testing

@Suite struct SupportFollowUpTests {
    private func day(_ number: Int) -> CalendarDay { CalendarDay(daysSinceEpoch: number) }

    /// Ratings a week apart from day 100 on.
    private func course(_ scores: Int..., on basis: ScoringBasis = Examples.basis) -> Course {
        Course(
            scoring: scores.enumerated().map {
                Examples.rating($0.offset + 1, day: 100 + 7 * $0.offset, score: $0.element)
            }, on: basis)
    }

    private func effect(
        _ course: Course, of rating: Int = 2, _ kind: AlertKind = .notOnTrack, reviewedOn day: Int = 108
    ) throws -> SupportEffect {
        try course.followUp(of: Examples.ratingID(rating), kind: kind, reviewedOn: self.day(day)).effect
    }

    /// Intake 18.0, then 13.8: worse than the 80 % bound. Reliable change 5.0.
    @Test(arguments: [
        (188, SupportEffect.reliablyBetter),  // exactly 5.0 better
        (187, .backWithinBounds),  // 4.9 better, and within the bounds again
        (140, .unchanged), (89, .unchanged), (88, .reliablyWorse),
    ])
    func theNextRatingTellsWhatBecameOfIt(next: Int, expected: SupportEffect) throws {
        let course = course(180, 138, next)
        #expect(course.trajectory.points[1].state == .notOnTrack)
        #expect(try effect(course) == expected)
        let followUp = try course.followUp(of: Examples.ratingID(2), kind: .notOnTrack, reviewedOn: day(108))
        #expect(followUp.rating == Examples.ratingID(3))
        #expect(followUp.improvement == next - 138)
    }

    @Test func onlyARatingOfALaterDayCounts() throws {
        let course = course(180, 138, 200, 90)
        #expect(try effect(course, reviewedOn: 113) == .reliablyBetter)
        // Day 114 is that of the third rating: it may have been given before the review.
        #expect(try effect(course, reviewedOn: 114) == .unchanged)
        #expect(try effect(course, reviewedOn: 121) == .noRatingYet)
        #expect(try effect(self.course(180, 138)) == .noRatingYet)
    }

    @Test func aRatingThatIsNoLongerThereIsNotCompared() throws {
        let course = course(180, 138, 200).withdrawing(Examples.ratingID(2))
        #expect(throws: SupportRatingMissing.self) { try effect(course) }
    }

    /// From deteriorating to not on track is not back within bounds.
    @Test func aCourseThatOnlyLeavesDeteriorationIsNotBackWithinBounds() throws {
        let course = course(180, 125, 140)
        #expect(course.trajectory.points.map(\.state) == [.insufficientData, .deteriorating, .notOnTrack])
        #expect(try effect(course, .deteriorating) == .unchanged)
    }

    /// Alliance measures have no reliable change: what is left is whether a rule still speaks.
    @Test(arguments: [(370, SupportEffect.backWithinBounds), (350, .unchanged), (300, .unchanged)])
    func anAllianceIsJudgedByItsRules(next: Int, expected: SupportEffect) throws {
        let basis = ScoringBasis(instrument: Examples.allianceScale(), normSet: nil, model: nil)
        #expect(try effect(course(380, 350, next, on: basis), .alliance) == expected)
    }

    /// The alert's rules are asked at the follow-up rating, not at the newest.
    @Test func laterRatingsDoNotChangeTheFollowUp() throws {
        let basis = ScoringBasis(instrument: Examples.allianceScale(), normSet: nil, model: nil)
        #expect(try effect(course(380, 350, 370, 300, on: basis), .alliance) == .backWithinBounds)
    }

    /// A lower total does not outweigh an answer that still speaks of danger.
    @Test func safetyIsBackOnlyWhenTheItemSpeaksNoMore() throws {
        let depression = Examples.depression()
        let basis = ScoringBasis(instrument: depression, normSet: depression.normSets.first, model: nil)
        func course(_ safety: ItemNumbers, _ score: Int) -> Course {
            Course(
                scoring: [
                    Examples.rating(1, day: 100, score: 12, safety: [9]),
                    Examples.rating(2, day: 107, score: score, safety: safety),
                ], on: basis)
        }
        #expect(try effect(course([], 11), of: 1, .safety, reviewedOn: 101) == .backWithinBounds)
        #expect(try effect(course([9], 11), of: 1, .safety, reviewedOn: 101) == .unchanged)
        #expect(try effect(course([9], 6), of: 1, .safety, reviewedOn: 101) == .unchanged)
        #expect(try effect(course([], 6), of: 1, .safety, reviewedOn: 101) == .reliablyBetter)
        #expect(try effect(course([9], 18), of: 1, .safety, reviewedOn: 101) == .reliablyWorse)
        let followUp = try course([9], 6).followUp(of: Examples.ratingID(1), kind: .notOnTrack, reviewedOn: day(101))
        #expect(followUp.safetyItems == [9])
    }
}
