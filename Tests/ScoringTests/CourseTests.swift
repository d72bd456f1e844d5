import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune_scoring

@Suite struct CourseTests {
    @Test func `A batch gives stored courses, and one trajectory event per rating`() async throws {
        let fixture = try ScoringFixture()
        let (one, other) = (ExampleEpisode(), ExampleEpisode())
        let first = try fixture.append([one.opened, one.rating(180, session: 1), one.rating(260, session: 2)], to: one.id)
        let second = try fixture.append([other.opened, other.held, other.rating(200, session: 1)], to: other.id)
        try fixture.handle(zip(first, second).flatMap { [$0, $1] })

        let course = try #require(try fixture.courses(of: one.id).first)
        #expect(course.key == CourseKey(participant: one.participant, instrument: ScoringFixture.ors))
        #expect(course.scores == [180, 260])
        #expect(course.states == [.insufficientData, .recovered])
        #expect(course.points == 2)
        #expect(course.state == CourseState.recovered.number)
        #expect(try fixture.courses(of: other.id).map(\.scores) == [[200]])

        let published = try await fixture.topic.events()
        #expect(published.map(\.sequence) == [2, 3, 3])
        #expect(published.map(\.episode) == [one.id, one.id, other.id])
        #expect(published.allSatisfy { $0.type == .trajectoryUpdated && $0.source == "/attune/scoring" })
        #expect(published.allSatisfy { $0.site == ScoringFixture.site })
        let updates = try published.map { try TrajectoryCodec.decode($0.payload) }
        #expect(updates.map(\.cause) == [first[1].id, first[2].id, second[2].id])
        #expect(updates.map(\.state) == [.insufficientData, .recovered, .insufficientData])
        #expect(updates.map(\.pointCount) == [1, 2, 1])
        #expect(published[0].trace?.traceID == first[1].trace?.traceID)
        await fixture.topic.close()
    }

    @Test func `The version stored is that of the last event applied, that of a course of the last that changed it`() throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let events = try fixture.append([episode.opened, episode.rating(180, session: 1), episode.held], to: episode.id)
        for (event, versions) in zip(events, [(1, nil), (2, 2), (3, 2)] as [(Int64, Int64?)]) {
            try fixture.handle([event])
            #expect(try fixture.appliedVersion(of: episode.id) == versions.0)
            #expect(try fixture.courses(of: episode.id).first?.version == versions.1)
        }
    }

    @Test func `A course goes on where an earlier batch has left it`() async throws {
        let fixture = try ScoringFixture()
        let (slow, quick) = (ExampleEpisode(), ExampleEpisode())
        func history(_ episode: ExampleEpisode) -> [EpisodeEvent] {
            [episode.opened] + [180, 150, 240, 120].enumerated().map { episode.rating($1, session: $0 + 1) }
        }
        for event in try fixture.append(history(slow), to: slow.id) { try fixture.handle([event]) }
        try fixture.handle(try fixture.append(history(quick), to: quick.id))
        let (stepwise, atOnce) = (try fixture.courses(of: slow.id), try fixture.courses(of: quick.id))
        #expect(stepwise.map(\.scores) == [[180, 150, 240, 120]])
        #expect(stepwise.map(\.states) == atOnce.map(\.states))
        #expect(stepwise.map(\.version) == [5])
        #expect(atOnce.map(\.version) == [5])
        // 120 is worse than the first rating by more than the reliable change of 50.
        #expect(stepwise.first?.state == CourseState.deteriorating.number)
    }

    @Test func `A participant who joins later has courses of their own`() throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let caretaker = Participant(id: ParticipantID(rawValue: UUID()), role: .caretaker, ageBand: .child)
        try fixture.handle(
            try fixture.append([episode.opened, episode.rating(180, session: 1), .participantJoined(caretaker)], to: episode.id))
        try fixture.handle(
            try fixture.append([episode.rating(220, session: 1, by: caretaker.id)], to: episode.id))
        let courses = try fixture.courses(of: episode.id)
        #expect(Set(courses.map(\.key.participant)) == [episode.participant, caretaker.id])
        #expect(courses.first { $0.key.participant == caretaker.id }?.trajectory.provenance.normSet?.text == "ors-caretaker")
    }

    @Test func `Where figures differ by sex the rater's sex decides, and without it none hold`() throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let raters = [Sex.female, .male, nil].map {
            Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult, sex: $0)
        }
        let alcohol = InstrumentReference(id: InstrumentID("audit-c")!, version: "1998")
        let ratings = raters.map { rater in
            EpisodeEvent.ratingRecorded(
                Rating(
                    id: RatingID(rawValue: UUID()), participant: rater.id, instrument: alcohol, session: 1,
                    day: CalendarDay("2026-03-02")!, answers: .items([1, 1, 1])))
        }
        try fixture.handle(
            try fixture.append([episode.opened] + raters.map(EpisodeEvent.participantJoined) + ratings, to: episode.id))
        let courses = try fixture.courses(of: episode.id)
        let used = raters.map { rater in
            courses.first { $0.key.participant == rater.id }?.trajectory.provenance.normSet?.text
        }
        #expect(used == ["audit-c-women", "audit-c-men", nil])
        #expect(courses.count == 3)
    }

    @Test func `A correction scores the whole course again and is published as the newest word on it`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let first = RatingID(rawValue: UUID())
        try fixture.handle(
            try fixture.append(
                [episode.opened, episode.rating(180, session: 1, id: first), episode.rating(200, session: 2)], to: episode.id))
        #expect(try fixture.courses(of: episode.id).first?.trajectory.latest?.improvement == 20)

        let corrections = try fixture.append([episode.correction(of: first, to: 280, session: 1)], to: episode.id)
        try fixture.handle(corrections)
        let course = try #require(try fixture.courses(of: episode.id).first)
        #expect(course.scores == [280, 200])
        #expect(course.trajectory.latest?.improvement == -80)
        #expect(course.state == CourseState.deteriorating.number)
        #expect(course.version == 4)
        let news = try #require(try await fixture.topic.events().last)
        let update = try TrajectoryCodec.decode(news.payload)
        #expect(update.cause == corrections[0].id)
        #expect(update.rating == first)
        #expect(update.state == .deteriorating)
        #expect(update.signals.map(\.rule) == [.reliablyWorse])
        await fixture.topic.close()
    }

    @Test func `A withdrawal takes the rating out, and an emptied course is stored and published as empty`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let (first, second) = (RatingID(rawValue: UUID()), RatingID(rawValue: UUID()))
        try fixture.handle(
            try fixture.append(
                [
                    episode.opened, episode.rating(280, session: 1, id: first),
                    episode.rating(200, session: 2, id: second),
                ], to: episode.id))
        try fixture.handle(try fixture.append([episode.withdrawal(of: first)], to: episode.id))
        let course = try #require(try fixture.courses(of: episode.id).first)
        #expect(course.scores == [200])
        #expect(course.states == [.insufficientData])

        try fixture.handle(try fixture.append([episode.withdrawal(of: second)], to: episode.id))
        let emptied = try #require(try fixture.courses(of: episode.id).first)
        #expect(emptied.points == 0)
        #expect(emptied.state == 0)
        #expect(emptied.version == 5)
        let update = try TrajectoryCodec.decode(try #require(try await fixture.topic.events().last).payload)
        #expect(update.pointCount == 0)
        #expect(update.signals.isEmpty)
        await fixture.topic.close()
    }
}
