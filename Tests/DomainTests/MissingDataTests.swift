import Domain
import Testing

/// Missed measures, scores that nobody talks about, old courses (clinical-reference 5.5, 2.7).
@Suite struct MissingDataTests {
    private func missing(_ episode: Episodes, on day: CalendarDay, _ rule: MissedMeasureRule = .standard) -> [String] {
        episode.view(day).missedMeasures(rule).map { "\($0.rule) \($0.session.number)" }
    }

    @Test func aSessionWithoutARatingIsSpokenOfWhenItsDaysAreOver() {
        var episode = Episodes()
        episode.hold(1...2)
        episode.rate(1, Episodes.outcome, 180)
        #expect(missing(episode, on: Episodes.day(1)).isEmpty)
        #expect(missing(episode, on: Episodes.day(1, plus: 1)).isEmpty)
        #expect(missing(episode, on: Episodes.day(1, plus: 2)) == ["missing.alliance 1"])
        #expect(missing(episode, on: Episodes.day(2, plus: 2)) == ["missing.outcome 2", "missing.alliance 2"])
        episode.rate(1, Episodes.alliance, 380, from: 2)
        #expect(missing(episode, on: Episodes.day(2, plus: 2)) == ["missing.outcome 2"])
    }

    @Test func theSiteSaysWhatIsMeasuredAndHowFarBack() throws {
        var episode = Episodes()
        episode.hold(1...3)
        let rule = try #require(
            MissedMeasureRule(
                purposes: [.outcome], graceDays: 0, lastSessions: 2, evidence: MissedMeasureRule.standard.evidence))
        #expect(missing(episode, on: Episodes.day(3), rule) == ["missing.outcome 2"])
        #expect(missing(episode, on: Episodes.day(3, plus: 1), rule) == ["missing.outcome 2", "missing.outcome 3"])
        for (grace, last, purposes) in [(-1, 1, [MeasuredPurpose.outcome]), (0, 0, [.outcome]), (0, 1, [])] {
            #expect(
                MissedMeasureRule(
                    purposes: Set(purposes), graceDays: grace, lastSessions: last,
                    evidence: MissedMeasureRule.standard.evidence) == nil)
        }
    }

    @Test func aMeasureThatAClientDeclinedIsNotMissed() throws {
        var episode = Episodes()
        episode.hold(1...2)
        episode.rate(1, Episodes.outcome, 180)
        episode.decline(1, Episodes.alliance, session: 1)
        #expect(missing(episode, on: Episodes.day(1, plus: 2)).isEmpty)
        #expect(missing(episode, on: Episodes.day(2, plus: 2)) == ["missing.outcome 2", "missing.alliance 2"], "once is once")
        let view = episode.view(Episodes.day(2, plus: 2))
        let first = try #require(view.sessions.first)
        #expect(view.isDeclined(first, .alliance) && !view.isDeclined(first, .outcome))
        // Who rates after all has rated.
        episode.rate(1, Episodes.alliance, 380)
        #expect(!episode.view(Episodes.day(2)).isDeclined(first, .alliance))
    }

    /// A clinician's rating is not the client's.
    @Test func onlyClientsMeasure() {
        var episode = Episodes()
        episode.hold(1...1)
        episode.events.append(.participantJoined(Participant(id: Episodes.person(7), role: .clinician, ageBand: .adult)))
        episode.rate(7, Episodes.outcome, 180)
        episode.rate(1, Episodes.alliance, 380)
        #expect(missing(episode, on: Episodes.day(2)) == ["missing.outcome 1"])
    }

    private func undiscussed(_ episode: Episodes, on day: CalendarDay, days: Int = 10) throws -> [CalendarDay] {
        let rule = try #require(DiscussionRule(days: days, evidence: DiscussionRule.standard.evidence))
        return episode.view(day).undiscussedRatings(rule).map(\.dueOn)
    }

    @Test func aScoreIsToBeTalkedAboutInDaysOrByTheNextSession() throws {
        var episode = Episodes()
        episode.hold(1...1)
        episode.rate(1, Episodes.outcome, 180)
        #expect(try undiscussed(episode, on: Episodes.day(1, plus: 10)).isEmpty)
        #expect(try undiscussed(episode, on: Episodes.day(1, plus: 11)) == [Episodes.day(1, plus: 10)])
        episode.hold(2...2)
        #expect(try undiscussed(episode, on: Episodes.day(2)).isEmpty)
        #expect(try undiscussed(episode, on: Episodes.day(2, plus: 1)) == [Episodes.day(2)])
        episode.discuss(1, Episodes.outcome, session: 1, plus: 7)
        #expect(try undiscussed(episode, on: Episodes.day(2, plus: 1)).isEmpty)
        #expect(DiscussionRule(days: -1, evidence: DiscussionRule.standard.evidence) == nil)
    }

    @Test func aTalkAboutALaterScoreIsOneAboutTheCourse() throws {
        var episode = Episodes()
        episode.hold(1...3)
        episode.rate(1, Episodes.outcome, 180, 180, 180)
        episode.discuss(1, Episodes.outcome, session: 2)
        #expect(try undiscussed(episode, on: Episodes.day(3)).isEmpty)
        #expect(try undiscussed(episode, on: Episodes.day(3, plus: 11)) == [Episodes.day(3, plus: 10)])
        // Every course has its own.
        episode.rate(1, Episodes.alliance, 380)
        #expect(try undiscussed(episode, on: Episodes.day(3)) == [Episodes.day(2)])
    }

    @Test func aCourseWithoutARecentRatingIsStale() throws {
        let rule = try #require(StaleRule(days: 28, evidence: StaleRule.standard.evidence))
        var episode = Episodes()
        episode.rate(1, Episodes.outcome, 180, 180)
        episode.rate(1, Episodes.alliance, 380)
        #expect(episode.view(Episodes.day(2, plus: 28)).staleCourses(rule).isEmpty)
        let found = try #require(episode.view(Episodes.day(2, plus: 29)).staleCourses(rule).first)
        #expect(found.days == 29)
        #expect(found.course == Episodes.key(1, Episodes.outcome))
        #expect(StaleRule(days: 0, evidence: StaleRule.standard.evidence) == nil)
    }
}
