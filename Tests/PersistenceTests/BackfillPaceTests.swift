import Logging
@testable import Persistence
import TestSupport
import Testing

/// Imports go at their pace, and nothing else waits for them.
@Suite struct BackfillPaceTests {
    /// Later than what a pace begins with.
    private let start = ContinuousClock.now + .seconds(3600)

    @Test func `After each step it rests as long as the rate says, and only a moment is made up for`() {
        var pace = BackfillPace(eventsPerSecond: 1000)
        #expect(pace.step == 200)
        pace.took(250, at: start)
        #expect(pace.restsUntil == start + .milliseconds(50))
        pace.took(100, at: start + .milliseconds(60))
        #expect(pace.restsUntil == start + .milliseconds(150), "a hundredth of a second late, which is made up for")
        pace.took(1, at: start + .seconds(60))
        #expect(pace.restsUntil == start + .seconds(60) - .milliseconds(199))
        #expect(BackfillPace(eventsPerSecond: 1).step == 1)
    }

    @Test func `A relay rests only where nothing is left, and for an import until its next step`() {
        var pace = BackfillPace(eventsPerSecond: 1000)
        pace.took(210, at: start)
        func rest(_ counts: [Lane: Int], _ limits: [Lane: Int], after passed: Duration = .zero) -> Duration {
            RelayLoop.rest(of: [.episode, .episodeBackfill], after: counts, limits, pace, at: start + passed)
        }
        let limits = [Lane.episode: 500, .episodeBackfill: 50]
        #expect(rest([.episode: 3], limits) == RelayLoop.idleWait)
        #expect(rest([.episode: 500], limits) == .zero)
        #expect(rest([.episode: 500, .episodeBackfill: 50], limits) == .zero)
        #expect(rest([.episode: 3, .episodeBackfill: 50], limits) == .milliseconds(10))
        #expect(rest([.episode: 3, .episodeBackfill: 50], limits, after: .seconds(1)) == .zero, "it is late already")
        #expect(rest([.episode: 3], [.episode: 500]) == .milliseconds(10), "it has rested in this round")
        #expect(RelayLoop.rest(of: [.episodeBackfill], after: [.episodeBackfill: 50], limits, nil, at: start) == .zero)
    }

    @Test func `An event of today overtakes an import that waits to be published`() async throws {
        let database = try TestDatabase.make()
        let connection = try database.connect()
        func append(_ count: Int, to lane: Lane) throws -> [AppendedEvent] {
            try Ledger.append((0..<count).map { _ in .sample() }, to: lane, on: connection)
        }
        let old = try append(60, to: .episodeBackfill)
        let today = try append(3, to: .episode)
        let publisher = MemoryPublisher()
        let relay = Relay(
            database.settings(role: "attune_ingestion"), pace: BackfillPace(eventsPerSecond: 50), publisher: publisher,
            onNewCluster: .republish, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let began = ContinuousClock.now
        relay.start()
        let events = await publisher.published(63)
        // It may only be slower: the last of six steps of ten comes after five rests, one of which may be made up for.
        #expect(ContinuousClock.now - began >= .milliseconds(800))
        #expect(await relay.stop(within: .seconds(60)))
        #expect(events.filter(\.lane.backfill).map(\.position) == old.map(\.position))
        #expect(events.filter { !$0.lane.backfill }.map(\.position) == today.map(\.position))
        let last = try #require(events.lastIndex { !$0.lane.backfill })
        #expect(last < 13, "it was published behind \(last - 2) of the import")
    }
}
