import Domain
import Foundation
import Synchronization
import Testing

@testable import Intake
@testable import attune_ingestion

@Suite struct CommandQueueTests {
    private func unit(_ count: Int) throws -> CommandQueue.Unit {
        let submissions = try (0..<count).map { _ in
            try CommandDraft(
                episode: EpisodeID(rawValue: UUID()), site: IngestionFixture.site,
                content: .closure(EpisodeClosure(day: IngestionFixture.today, reason: .other)), expectedVersion: nil
            ).submission(at: IngestionFixture.site, actor: "a", trace: .root())
        }
        return CommandQueue.Unit(submissions: submissions) { _ in }
    }

    private func sizes(_ units: [CommandQueue.Unit]) -> [Int] { units.map(\.submissions.count) }

    @Test func unitsAreTakenWholeAndInOrderUpToTheSizeOfABatch() throws {
        let queue = CommandQueue(limit: 100)
        for count in [3, 4, 5, 1] { #expect(queue.add(try unit(count))) }
        #expect(sizes(queue.take(upTo: 10, target: 1, linger: .zero, patience: .zero)) == [3, 4])
        #expect(sizes(queue.take(upTo: 4, target: 1, linger: .zero, patience: .zero)) == [5])
        #expect(sizes(queue.take(upTo: 4, target: 1, linger: .zero, patience: .zero)) == [1])
        #expect(queue.take(upTo: 4, target: 1, linger: .zero, patience: .zero).isEmpty)
    }

    @Test func aFullQueueRefusesAndTakesAgainWhenThereIsRoom() throws {
        let queue = CommandQueue(limit: 5)
        #expect(queue.add(try unit(3)))
        #expect(!queue.add(try unit(3)))
        #expect(queue.add(try unit(2)))
        _ = queue.takeAll()
        #expect(queue.add(try unit(9)), "a unit larger than the queue must be possible, alone")
    }

    @Test func aClosedQueueRefusesButGivesOutWhatWaits() throws {
        let queue = CommandQueue(limit: 5)
        #expect(queue.add(try unit(2)))
        queue.close()
        #expect(!queue.add(try unit(1)))
        #expect(sizes(queue.take(upTo: 10, target: 5, linger: .seconds(60), patience: .seconds(60))) == [2])
        #expect(queue.take(upTo: 10, target: 5, linger: .seconds(60), patience: .seconds(60)).isEmpty)
    }

    @Test func aRestEndsWhenTheQueueIsClosed() throws {
        let queue = CommandQueue(limit: 5)
        #expect(queue.add(try unit(2)))
        Thread.detachNewThread { queue.close() }
        queue.rest(until: .now + .seconds(3600))
        #expect(queue.isClosed)
        #expect(sizes(queue.takeAll()) == [2])
    }
}
