import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune_scoring

@Suite struct StreamVersionTests {
    /// Five events: an opening and four ratings.
    private func history(_ episode: ExampleEpisode) -> [EpisodeEvent] {
        [episode.opened] + [180, 190, 200, 210].enumerated().map { episode.rating($1, session: $0 + 1) }
    }

    @Test func `A gap between batches is healed from the ledger, and what it held is published in its order`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let events = try fixture.append(history(episode), to: episode.id)
        try fixture.handle([events[0]])
        try fixture.handle([events[4]])
        #expect(try fixture.appliedVersion(of: episode.id) == 5)
        #expect(try fixture.courses(of: episode.id).map(\.scores) == [[180, 190, 200, 210]])
        let published = try await fixture.topic.events()
        #expect(Set(published.map(\.id)).count == 4)
        #expect(unique(published).map(\.sequence) == [2, 3, 4, 5])
        #expect(try unique(published).map { try TrajectoryCodec.decode($0.payload).cause } == events.dropFirst().map(\.id))
        await fixture.topic.close()
    }

    @Test func `Talks, consents, reviews, declines and preferences move the version on and change no course`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let rated = RatingID(rawValue: UUID())
        let day = CalendarDay("2026-03-02")!
        let events = try fixture.append(
            [
                episode.opened, episode.rating(180, session: 1, id: rated),
                .ratingDiscussed(RatingDiscussed(id: DiscussionID(rawValue: UUID()), rating: rated, day: day, by: "c-01")),
                .consentChanged(
                    ConsentChange(
                        id: ConsentID(rawValue: UUID()), participant: episode.participant, jointView: true, day: day)),
                .reviewHeld(ReviewHeld(id: ReviewID(rawValue: UUID()), kind: .joint, day: day, by: "c-01")),
                .ratingDeclined(
                    RatingDeclined(
                        id: DeclineID(rawValue: UUID()), participant: episode.participant,
                        instrument: InstrumentReference(id: InstrumentID("srs")!, version: "2002"), purpose: .alliance,
                        session: 1, day: day)),
                .preferencesRecorded(
                    PreferencesRecorded(
                        id: PreferencesID(rawValue: UUID()), participant: episode.participant,
                        instrument: InstrumentReference(id: InstrumentID("c-nip")!, version: "1.1"), session: 1, day: day,
                        answers: Array(repeating: 2, count: 18))),
                .preferenceReviewed(
                    PreferenceReviewed(
                        id: PreferenceReviewID(rawValue: UUID()), participant: episode.participant,
                        accommodation: PreferenceAccommodation(
                            scale: .time, asked: .strongFirst, agreed: .tryOut, accommodated: .partly,
                            recordedBy: "c-01", day: day))),
            ], to: episode.id)
        try fixture.handle(events)
        #expect(try fixture.appliedVersion(of: episode.id) == 8)
        #expect(try fixture.courses(of: episode.id).map(\.version) == [2])
        #expect(try await fixture.topic.events().map(\.sequence) == [2])
        await fixture.topic.close()
    }

    @Test func `What came over the other topic is read from the ledger as well`() throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        try fixture.append(Array(history(episode).prefix(3)), to: episode.id, lane: .episodeBackfill)
        let live = try fixture.append([episode.rating(230, session: 4)], to: episode.id)
        try fixture.handle(live)
        #expect(try fixture.appliedVersion(of: episode.id) == 4)
        #expect(try fixture.courses(of: episode.id).map(\.scores) == [[180, 190, 230]])
    }

    @Test func `Events in any order give the course of the right order`() async throws {
        let fixture = try ScoringFixture()
        let (shuffled, straight) = (ExampleEpisode(), ExampleEpisode())
        let events = try fixture.append(history(shuffled), to: shuffled.id)
        try fixture.handle([events[3], events[0], events[4], events[2], events[1]])
        try fixture.handle(try fixture.append(history(straight), to: straight.id))
        let (one, other) = (try fixture.courses(of: shuffled.id), try fixture.courses(of: straight.id))
        #expect(try fixture.appliedVersion(of: shuffled.id) == 5)
        #expect(one.map(\.scores) == other.map(\.scores))
        #expect(one.map(\.states) == other.map(\.states))
        // However often each was published: the same id is always the same event.
        let published = try await fixture.topic.events().filter { $0.episode == shuffled.id }
        #expect(Set(published).count == 4)
        #expect(Set(published.map(\.id)).count == 4)
        await fixture.topic.close()
    }

    @Test func `An event applied before is published again, byte for byte, though the course has moved on`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let events = try fixture.append(history(episode), to: episode.id)
        try fixture.handle(events)
        let before = try fixture.courses(of: episode.id)
        let first = try await fixture.topic.events()
        #expect(first.map(\.sequence) == [2, 3, 4, 5])

        try fixture.handle([events[2], events[1]])
        #expect(try fixture.courses(of: episode.id) == before)
        #expect(try fixture.appliedVersion(of: episode.id) == 5)
        let again = try await fixture.topic.events().dropFirst(4)
        #expect(Set(again) == Set(first[0...1]))
        await fixture.topic.close()
    }

    @Test func `Another process derives the same bytes from the same ledger`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let events = try fixture.append(history(episode), to: episode.id)
        for event in events { try fixture.handle([event]) }
        let stepwise = try await fixture.topic.events()
        // As after the loss of scoring's tables: everything is applied anew, at once.
        try fixture.database.connect().script("truncate scoring.episode, scoring.trajectory")
        try fixture.handle(events)
        #expect(try await fixture.topic.events().dropFirst(4) == stepwise[...])
        await fixture.topic.close()
    }

    @Test func `A batch that failed after publishing gives the same courses and the same events when handled again`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let events = try fixture.append(history(episode), to: episode.id)
        try fixture.handle(Array(events[0...1]))
        #expect(throws: Interruption.self) {
            try fixture.handle(Array(events[2...4]), thenFailWith: Interruption())
        }
        #expect(try fixture.appliedVersion(of: episode.id) == 2)
        #expect(try fixture.courses(of: episode.id).map(\.scores) == [[180]])
        try fixture.handle(Array(events[2...4]))
        #expect(try fixture.appliedVersion(of: episode.id) == 5)
        #expect(try fixture.courses(of: episode.id).map(\.scores) == [[180, 190, 200, 210]])
        let published = try await fixture.topic.events()
        #expect(published.map(\.sequence) == [2, 3, 4, 5, 3, 4, 5])
        #expect(Array(published[1...3]) == Array(published[4...6]))
        await fixture.topic.close()
    }

    @Test func `What Kafka did not take is not stored, and is both after the next try`() async throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let events = try fixture.append(history(episode), to: episode.id)
        // TOPIC_AUTHORIZATION_FAILED: refused at once instead of tried until the deadline.
        fixture.topic.cluster.failNext(.produce, with: [29])
        #expect(throws: (any Error).self) { try fixture.handle(events) }
        #expect(try fixture.appliedVersion(of: episode.id) == nil)
        #expect(try fixture.courses(of: episode.id).isEmpty)
        try fixture.handle(events)
        #expect(try fixture.appliedVersion(of: episode.id) == 5)
        // Some may have reached the topic at the first try as well; the second one published all, in order.
        #expect(try await fixture.topic.events().suffix(4).map(\.sequence) == [2, 3, 4, 5])
        await fixture.topic.close()
    }

    /// Each event once, where it came first.
    private func unique(_ events: [EventEnvelope]) -> [EventEnvelope] {
        var seen: Set<EventID> = []
        return events.filter { seen.insert($0.id).inserted }
    }
}

private struct Interruption: Error {}
