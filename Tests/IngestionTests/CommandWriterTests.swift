import Domain
import Foundation
import Persistence
import Testing

@testable import Intake
@testable import attune_ingestion

@Suite struct CommandWriterTests {
    typealias F = IngestionFixture

    @Test func aRecordedCommandStandsInTheLedgerWithItsVersion() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        let outcome = try await fixture.send(.rating(.sample(of: participant)), in: episode)
        let receipt = try #require(outcome.receipt)
        #expect(receipt.version == 2)
        let events = try await fixture.events(of: episode)
        #expect(events.map(\.version) == [1, 2])
        #expect(events[1].id == receipt.event)
        #expect(events[1].type == "attune.rating.recorded.v1")
        #expect(events[1].traceparent != nil)
        #expect(try await fixture.number("select count(*) from ledger.rating") == 1)
        #expect(try await fixture.number("select count(*) from ledger.command") == 2)
    }

    @Test func theSameCommandAgainGivesTheFirstResultAndAddsNothing() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        let rating = RatingDraft.sample(of: participant)
        let first = try await fixture.send(.rating(rating), in: episode, expectedVersion: 1)
        // By somebody else, and though the version it expected has passed: it is the same command.
        let second = try await fixture.send(.rating(rating), in: episode, expectedVersion: 1, actor: "bert")
        #expect(second == .repeated(try #require(first.receipt)))
        #expect(try await fixture.versions(of: episode) == [1, 2])
    }

    @Test func theSameIDWithOtherContentIsRefused() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        let id = RatingID(rawValue: UUID())
        _ = try await fixture.send(.rating(.sample(id, of: participant, total: 203)), in: episode)
        let other = try await fixture.send(.rating(.sample(id, of: participant, total: 204)), in: episode)
        #expect(other == .refused(.idReused))
        let (elsewhere, _) = try await fixture.openEpisode()
        let moved = try await fixture.send(.rating(.sample(id, of: participant, total: 203)), in: elsewhere)
        #expect(moved == .refused(.idReused))
        #expect(try await fixture.eventCount() == 3)
    }

    @Test func aRatingIDOfOneSiteIsFreeAtAnother() async throws {
        let fixture = try F()
        let south = SiteID("south")!
        let (here, anna) = try await fixture.openEpisode()
        let (there, bert) = try await fixture.openEpisode(site: south)
        let id = RatingID(rawValue: UUID())
        _ = try await fixture.send(.rating(.sample(id, of: anna)), in: here)
        let outcome = try await fixture.send(.rating(.sample(id, of: bert)), in: there, site: south)
        #expect(outcome.receipt?.version == 2)
    }

    @Test func manyTasksOnOneEpisodeGetContiguousVersions() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        let versions = try await withThrowingTaskGroup(of: UInt64?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await fixture.send(.rating(.sample(of: participant)), in: episode).receipt?.version
                }
            }
            var versions: [UInt64] = []
            for try await version in group { versions.append(try #require(version)) }
            return versions
        }
        #expect(versions.sorted() == Array(2...51))
        #expect(try await fixture.versions(of: episode) == Array(1...51))
    }

    @Test func bothLanesShareTheVersionsOfAnEpisode() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let draft = CommandDraft(
                        episode: episode, site: F.site, content: .rating(.sample(of: participant)), expectedVersion: nil
                    )
                    let writer = index.isMultiple(of: 2) ? fixture.intake.live : fixture.intake.backfill
                    let outcome = await writer.submit([try draft.submission(at: F.site, actor: "a", trace: .root())])
                    #expect(outcome[0].receipt != nil)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.versions(of: episode) == Array(1...41))
        #expect(try await fixture.number("select count(*) from ledger.event where backfill") == 20)
    }

    @Test func oneOfManyWhoExpectTheSameVersionWins() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await fixture.send(.rating(.sample(of: participant)), in: episode, expectedVersion: 1)
                }
            }
            return try await group.reduce(into: [Outcome]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0.receipt != nil } == 1)
        #expect(outcomes.count { $0.rule == .versionConflict(expected: 1, actual: 2) } == 19)
        #expect(try await fixture.versions(of: episode) == [1, 2])
    }

    @Test func ofTwoSitesThatOpenTheSameEpisodeOneIsRefusedWithoutLearningWhose() async throws {
        let fixture = try F()
        let (episode, _) = try await fixture.openEpisode()
        let opening = EpisodeOpening.sample([ParticipantID(rawValue: UUID())])
        let outcome = try await fixture.send(.opening(opening), in: episode, site: SiteID("south")!)
        #expect(outcome.rule == .otherSite)
        #expect(try await fixture.eventCount() == 1)
    }

    @Test func writersOfTwoProcessesThatOpenTheSameEpisodeAtOnceOpenItOnce() async throws {
        let fixture = try F()
        for _ in 0..<20 {
            let episode = EpisodeID(rawValue: UUID())
            let draft = CommandDraft(
                episode: episode, site: F.site, content: .opening(.sample([ParticipantID(rawValue: UUID())])),
                expectedVersion: nil)
            let submission = try draft.submission(at: F.site, actor: "a", trace: .root())
            async let live = fixture.intake.live.submit([submission])
            async let backfill = fixture.intake.backfill.submit([submission])
            let receipts = await [live[0].receipt, backfill[0].receipt]
            #expect(receipts[0] != nil && receipts[0] == receipts[1])
            #expect(try await fixture.versions(of: episode) == [1])
        }
    }

    @Test func commandsOfOneUnitSeeEachOther() async throws {
        let fixture = try F()
        let episode = EpisodeID(rawValue: UUID())
        let participant = ParticipantID(rawValue: UUID())
        let rating = RatingDraft.sample(of: participant)
        let withdrawal = RatingWithdrawal(rating: rating.rating(at: F.site).id, reason: .entryError)
        let contents: [DraftContent] = [
            .opening(.sample([participant])), .rating(rating), .rating(rating), .withdrawal(withdrawal),
            .closure(EpisodeClosure(day: F.today, reason: .agreedEnd)), .rating(.sample(of: participant)),
        ]
        let submissions = try contents.map {
            try CommandDraft(episode: episode, site: F.site, content: $0, expectedVersion: nil)
                .submission(at: F.site, actor: "a", trace: .root())
        }
        let outcomes = await fixture.intake.live.submit(submissions)
        #expect(outcomes.map(\.receipt?.version) == [1, 2, 2, 3, 4, nil])
        #expect(outcomes[5].rule == .episodeClosed(on: F.today))
        #expect(try await fixture.versions(of: episode) == [1, 2, 3, 4])
        #expect(try await fixture.number("select count(*) from ledger.rating where withdrawn") == 1)
        #expect(try await fixture.number("select count(*) from ledger.episode where closed_on is not null") == 1)
    }

    @Test func whatChangesAnEpisodeIsRememberedForLaterCommands() async throws {
        let fixture = try F()
        let (episode, _) = try await fixture.openEpisode()
        let second = ParticipantID(rawValue: UUID())
        let join = DraftContent.participant(Participant(id: second, role: .caretaker, ageBand: .adult))
        #expect(try await fixture.send(join, in: episode).receipt?.version == 2)
        #expect(try await fixture.send(.rating(.sample(of: second)), in: episode).receipt?.version == 3)
        let closure = DraftContent.closure(EpisodeClosure(day: F.today, reason: .agreedEnd))
        #expect(try await fixture.send(closure, in: episode).receipt?.version == 4)
        #expect(
            try await fixture.send(closure, in: episode)
                == .repeated(
                    try #require(try await fixture.send(closure, in: episode).receipt)))
        let otherDay = DraftContent.closure(EpisodeClosure(day: CalendarDay("2026-03-09")!, reason: .agreedEnd))
        #expect(try await fixture.send(otherDay, in: episode).rule == .episodeClosed(on: F.today))
        #expect(try await fixture.send(.rating(.sample(of: second)), in: episode).rule == .episodeClosed(on: F.today))
    }

    @Test func aCorrectionMustNameTheInstrumentOfItsRating() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        let id = RatingID(rawValue: UUID())
        _ = try await fixture.send(.rating(.sample(id, of: participant)), in: episode)
        let correction = RatingCorrection(
            rating: id, session: 1, day: F.today, answers: .total(210), reason: .entryError)
        let srs = InstrumentReference(id: InstrumentID("srs")!, version: "2002")
        let command = CommandID(rawValue: UUID())
        let wrong = try await fixture.send(.correction(command, correction, srs), in: episode)
        #expect(wrong == .refused(.otherInstrument(recorded: F.ors)))
        let right = try await fixture.send(.correction(command, correction, F.ors), in: episode)
        #expect(right.receipt?.version == 3)
    }

    @Test func whileTheDatabaseIsAwayCommandsAreUnavailableAndAfterwardsWrittenAgain() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        try await fixture.setReachable(false)
        let rating = DraftContent.rating(.sample(of: participant))
        #expect(try await fixture.send(rating, in: episode) == .unavailable)
        try await fixture.setReachable(true)
        #expect(try await fixture.send(rating, in: episode).receipt?.version == 2)
        #expect(try await fixture.versions(of: episode) == [1, 2])
    }

    @Test func aConnectionLostBetweenBatchesCostsNobodyAnAnswer() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        try await fixture.setReachable(false)
        try await fixture.setReachable(true)
        #expect(try await fixture.send(.rating(.sample(of: participant)), in: episode).receipt?.version == 2)
    }

    @Test func aWriterThatStopsWritesWhatWaitsAndRefusesTheRest() async throws {
        let fixture = try F()
        let (episode, participant) = try await fixture.openEpisode()
        fixture.intake.live.stop(within: .seconds(10))
        #expect(try await fixture.send(.rating(.sample(of: participant)), in: episode) == .unavailable)
        #expect(try await fixture.versions(of: episode) == [1])
    }

    @Test func aWriterWithAPaceTakesItsTime() async throws {
        let fixture = try F(options: .init(pace: BackfillPace(eventsPerSecond: 100)))
        let began = ContinuousClock.now
        let (episode, participant) = try await fixture.openEpisode()
        for _ in 0..<40 { _ = try await fixture.send(.rating(.sample(of: participant)), in: episode) }
        // One after the other: forty rests of a hundredth of a second, 20 of which may be made up for. It may only be slower.
        #expect(ContinuousClock.now - began >= .milliseconds(150))
        #expect(try await fixture.versions(of: episode).count == 41)
    }
}
