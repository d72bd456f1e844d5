import Domain
import Testing

/// The drop-out attention list (clinical-reference 5.3), Attune's own: the tests hold what it adds up, not that it
/// predicts anything.
@Suite struct DropOutTests {
    /// One point for each part, attention from one on.
    private static func single(_ part: DropOutPart, change: Int = 3, gap: Int = 2) throws -> DropOutRule {
        try #require(
            DropOutRule(
                weights: [part: 1], attentionFrom: 1, changeBySession: change, gapFactor: gap,
                youngerAges: [.child, .adolescent], evidence: DropOutRule.standard.evidence))
    }

    private func holds(_ part: DropOutPart, _ episode: Episodes, on day: CalendarDay) throws -> Bool {
        let found = episode.view(day).dropOutAttention(try Self.single(part))
        #expect(found == nil || found?.reasons.map(\.part) == [part])
        return found != nil
    }

    @Test func aRedCourseCounts() throws {
        for (scores, expected) in [([180, 138], true), ([180, 100], true), ([180, 190], false), ([180], false)] {
            var episode = Episodes()
            episode.rate(1, Episodes.modelled, Episodes.bySession(scores))
            #expect(try holds(.notOnTrack, episode, on: Episodes.day(3)) == expected)
        }
    }

    /// Below 36.0, or fallen by 1.0.
    @Test(arguments: [([360], false), ([359], true), ([380, 370], true), ([380, 371], false)])
    func aLowAllianceCounts(scores: [Int], expected: Bool) throws {
        var episode = Episodes()
        episode.rate(1, Episodes.alliance, Episodes.bySession(scores))
        #expect(try holds(.lowAlliance, episode, on: Episodes.day(3)) == expected)
    }

    @Test(arguments: [
        (MissedReason.notAttended, true), (.cancelledByClient, true), (.cancelledByService, false),
    ])
    func theLastAppointmentMissedByTheClientCounts(reason: MissedReason, expected: Bool) throws {
        var episode = Episodes()
        episode.hold(1...2)
        episode.miss(reason, on: Episodes.day(3))
        #expect(try holds(.missedSession, episode, on: Episodes.day(3)) == expected)
        #expect(try !holds(.missedSession, episode, on: Episodes.day(2)))
        episode.hold(4...4)
        #expect(try !holds(.missedSession, episode, on: Episodes.day(4)))
    }

    @Test func anAppointmentMissedBeforeAnySessionCounts() throws {
        var episode = Episodes()
        episode.miss(.notAttended, on: Episodes.day(1))
        #expect(try holds(.missedSession, episode, on: Episodes.day(1)))
    }

    /// By the third session, 5.0 better.
    @Test(arguments: [([180, 200], false), ([180, 200, 229], true), ([180, 200, 230], false), ([180, 180, 120], true)])
    func noReliableChangeByTheSessionCounts(scores: [Int], expected: Bool) throws {
        var episode = Episodes()
        episode.rate(1, Episodes.outcome, Episodes.bySession(scores))
        #expect(try holds(.noReliableChange, episode, on: Episodes.day(9)) == expected)
    }

    @Test(arguments: [(AgeBand.child, true), (.adolescent, true), (.adult, false)])
    func youngerClientsCount(age: AgeBand, expected: Bool) throws {
        #expect(try holds(.younger, Episodes(ages: age), on: Episodes.day(1)) == expected)
    }

    /// Weekly sessions: more than fourteen days.
    @Test func aGapOfMoreThanTwiceTheUsualIntervalCounts() throws {
        var episode = Episodes()
        episode.hold(1...3)
        #expect(try !holds(.longGap, episode, on: Episodes.day(3, plus: 14)))
        #expect(try holds(.longGap, episode, on: Episodes.day(3, plus: 15)))
        let found = episode.view(Episodes.day(3, plus: 15)).dropOutAttention(try Self.single(.longGap))
        #expect(found?.reasons == [.longGap(days: 15, usual: 7)])
        var once = Episodes()
        once.hold(1...1)
        #expect(try !holds(.longGap, once, on: Episodes.day(30)))
    }

    @Test func thePartsAddUpWithTheirWeights() throws {
        var episode = Episodes()
        episode.hold(1...3)
        episode.rate(1, Episodes.modelled, 180, 170, 138)
        let quiet = episode.view(Episodes.day(3))
        #expect(quiet.dropOutAttention(.standard) == nil)  // not on track and no reliable change: two points of three
        episode.miss(.notAttended, on: Episodes.day(4))
        let found = try #require(episode.view(Episodes.day(4)).dropOutAttention(.standard))
        #expect(found.points == 4)
        #expect(found.highestPoints == 8)
        #expect(found.reasons.map(\.part) == [.notOnTrack, .missedSession, .noReliableChange])
        #expect(found.evidence.source.contains("no validity is claimed"))
        #expect(found.evidence.confidence == .uncertain)
    }

    @Test func attentionBeginsAtItsPointsAndNotBefore() throws {
        var episode = Episodes(ages: .adolescent)
        episode.rate(1, Episodes.alliance, 350)
        for (from, expected) in [(1, true), (2, true), (3, false)] {
            let rule = try #require(
                DropOutRule(
                    weights: [.younger: 1, .lowAlliance: 1, .longGap: 1], attentionFrom: from, changeBySession: 3,
                    gapFactor: 2, youngerAges: [.adolescent], evidence: DropOutRule.standard.evidence))
            #expect((episode.view(Episodes.day(2)).dropOutAttention(rule) != nil) == expected)
        }
    }

    @Test(arguments: [([:], 1), ([DropOutPart.younger: 2], 3), ([.younger: -1, .longGap: 3], 1), ([.younger: 1], 0)])
    func aRuleThatCouldNeverSpeakIsNone(weights: [DropOutPart: Int], from: Int) {
        #expect(
            DropOutRule(
                weights: weights, attentionFrom: from, changeBySession: 3, gapFactor: 2, youngerAges: [],
                evidence: DropOutRule.standard.evidence) == nil)
    }
}
