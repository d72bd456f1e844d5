import Contracts
import Foundation
import Persistence
import Synchronization

/// Looks every few milliseconds how far each partition is, and whose it is.
final class PartitionWatch: Sendable {
    struct Pauses {
        /// Seconds; of partitions that have got another owner meanwhile, and of all others. 0 where there are none.
        var moved = 0.0
        var stayed = 0.0
    }

    private struct Partition {
        var offset: Int64
        var owner: String
        var ownerAtBegin: String
        var movedAt = ContinuousClock.now
        var pause = 0.0
    }

    private struct State {
        var partitions: [Int32: Partition] = [:]
        var isStopped = false

        mutating func note(_ number: Int32, _ offset: Int64, _ owner: String, _ now: ContinuousClock.Instant) {
            guard var partition = partitions[number] else {
                partitions[number] = Partition(offset: offset, owner: owner, ownerAtBegin: owner)
                return
            }
            partition.owner = owner
            if offset > partition.offset {
                partition.pause = max(partition.pause, Bench.seconds(partition.movedAt.duration(to: now)))
                (partition.offset, partition.movedAt) = (offset, now)
            }
            partitions[number] = partition
        }
    }

    private let settings: DatabaseSettings
    private let state = Mutex(State())

    init(_ settings: DatabaseSettings) { self.settings = settings }

    var partitionsSeen: Int { state.withLock { $0.partitions.count } }
    var owners: Set<String> { state.withLock { Set($0.partitions.values.map(\.owner)) } }

    func allHaveMoved(since start: ContinuousClock.Instant) -> Bool {
        state.withLock { $0.partitions.values.allSatisfy { $0.movedAt > start } }
    }

    func start() {
        let thread = Thread { [self] in
            guard let connection = try? Connection(settings) else { return }
            while !state.withLock({ $0.isStopped }) {
                guard let rows = try? connection.run(Self.positions, [.text(Topic.episodeEvents.name)]) else { return }
                let now = ContinuousClock.now
                for row in rows {
                    guard let number = try? row.int32(0), let offset = try? row.int64(1), let owner = try? row.text(2) else { return }
                    state.withLock { $0.note(number, offset, owner, now) }
                }
                Pause.seconds(0.005)
            }
        }
        thread.start()
    }

    func stop() { state.withLock { $0.isStopped = true } }

    func begin() {
        state.withLock { state in
            state.partitions = state.partitions.mapValues { partition in
                var partition = partition
                (partition.pause, partition.ownerAtBegin) = (0, partition.owner)
                return partition
            }
        }
    }

    func end() -> Pauses {
        let now = ContinuousClock.now
        return state.withLock { state in
            state.partitions.values.reduce(into: Pauses()) { pauses, partition in
                let longest = max(partition.pause, Bench.seconds(partition.movedAt.duration(to: now)))
                if partition.owner == partition.ownerAtBegin {
                    pauses.stayed = max(pauses.stayed, longest)
                } else {
                    pauses.moved = max(pauses.moved, longest)
                }
            }
        }
    }

    private static let positions: Statement = """
        select partition, next_offset, owner from scoring.consumer_offset where topic = $1 and next_offset > 0
        """
}
