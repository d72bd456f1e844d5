import Contracts
import Foundation
import Messaging
import Synchronization
import Testing

/// What a consuming service keeps in its database, in memory: positions with their epochs, and the
/// records whose effect is durable. Position and effect change together, under the fence.
final class MemoryStore: @unchecked Sendable {
    // Safe to share: `state` is only touched with `condition` locked.
    struct State {
        var next: [TopicPartition: Int64] = [:]
        var epoch: [TopicPartition: Int] = [:]
        var applied: [ConsumedRecord] = []
        /// Everything that happened, in order.
        var history: [Event] = []

        var values: [String] { applied.map { String(decoding: $0.value ?? [], as: UTF8.self) } }

        /// The partitions each member holds according to its last claims and revocations.
        func held(by member: String) -> Set<TopicPartition> {
            history.reduce(into: []) { held, event in
                switch event {
                case .claimed(member, let partitions): held.formUnion(partitions)
                case .revoked(member, let partitions): held.subtract(partitions)
                default: break
                }
            }
        }

        func count(_ isWanted: (Event) -> Bool) -> Int { history.count(where: isWanted) }
    }

    enum Event: Equatable {
        case claimed(String, [TopicPartition])
        case revoked(String, [TopicPartition])
        case attempted(String, records: Int)
        case applied(String, [TopicPartition])
        case refused(String, [TopicPartition])
        case idle(String)
        case failed(String)
        case mark(String)
    }

    private let condition = NSCondition()
    private var state = State()

    func change<Result>(_ body: (inout State) -> Result) -> Result {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return body(&state)
    }

    var now: State { change { $0 } }
    func note(_ event: Event) { change { $0.history.append(event) } }

    /// Waits until the state is as wanted, for at most a minute; false if it never was.
    func reaches(_ isWanted: @escaping @Sendable (State) -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            // On a thread of its own: a test must not block the pool the other tests run on.
            Thread.detachNewThread { [self] in
                let limit = Date(timeIntervalSinceNow: 60)
                condition.lock()
                var holds = isWanted(state)
                while !holds, condition.wait(until: limit) { holds = isWanted(state) }
                condition.unlock()
                continuation.resume(returning: holds)
            }
        }
    }

    /// Blocks the calling thread until the state is as wanted, for at most a minute.
    func block(until isWanted: (State) -> Bool) {
        let limit = Date(timeIntervalSinceNow: 60)
        condition.lock()
        while !isWanted(state), condition.wait(until: limit) {}
        condition.unlock()
    }

    func claim(_ partitions: [TopicPartition], for member: String) -> [TopicPartition: Int] {
        change { state in
            state.history.append(.claimed(member, partitions))
            for partition in partitions { state.epoch[partition, default: 0] += 1 }
            return state.epoch.filter { partitions.contains($0.key) }
        }
    }

    func apply(_ batch: [ConsumedRecord], epochs: [TopicPartition: Int], for member: String) -> BatchOutcome {
        change { state in
            let parts = Dictionary(grouping: batch, by: \.topicPartition)
            let lost = parts.filter { partition, records in
                state.epoch[partition] != epochs[partition] || (state.next[partition] ?? 0) > records[0].offset
            }
            guard lost.isEmpty else {
                state.history.append(.refused(member, lost.keys.sorted()))
                return .lostPartitions(lost.keys.sorted())
            }
            state.applied += batch
            for (partition, records) in parts { state.next[partition] = records[records.count - 1].offset + 1 }
            state.history.append(.applied(member, parts.keys.sorted()))
            return .done
        }
    }
}

/// Short, because a failed expectation prints it.
extension MemoryStore.State: CustomTestStringConvertible {
    var testDescription: String { "\(applied.count) records applied, positions \(next), failures \(failures)" }
}

/// A consumer that keeps its effects in a `MemoryStore` and can be made to misbehave.
final class MemoryConsumer: RecordConsumer {
    struct Behaviour: Sendable {
        var onClaim: @Sendable () throws -> Void = {}
        var beforeApply: @Sendable ([ConsumedRecord]) throws -> Void = { _ in }
        var afterApply: @Sendable ([ConsumedRecord]) throws -> Void = { _ in }
        var onIdle: @Sendable () throws -> Void = {}
    }

    private let store: MemoryStore
    private let name: String
    private let behaviour: Behaviour
    private var epochs: [TopicPartition: Int] = [:]

    init(_ store: MemoryStore, name: String, behaviour: Behaviour) {
        self.store = store
        self.name = name
        self.behaviour = behaviour
    }

    func assigned(_ partitions: [TopicPartition], clusterID: String) throws -> [StartPosition] {
        try behaviour.onClaim()
        epochs = store.claim(partitions, for: name)
        let next = store.now.next
        return partitions.map { StartPosition($0, next[$0].map { .offset($0) } ?? .beginning) }
    }

    func revoked(_ partitions: [TopicPartition]) {
        for partition in partitions { epochs[partition] = nil }
        store.note(.revoked(name, partitions))
    }

    func handle(_ batch: [ConsumedRecord]) throws -> BatchOutcome {
        store.note(.attempted(name, records: batch.count))
        try behaviour.beforeApply(batch)
        let outcome = store.apply(batch, epochs: epochs, for: name)
        try behaviour.afterApply(batch)
        return outcome
    }

    func idle() throws {
        store.note(.idle(name))
        try behaviour.onIdle()
    }
}

/// A failure that passes, or one that does not.
struct InjectedFailure: RetryableFailure {
    let isTransient: Bool
    static let passing = InjectedFailure(isTransient: true)
    static let lasting = InjectedFailure(isTransient: false)
}

/// True for the first so many calls.
final class Countdown: Sendable {
    private let left: Mutex<Int>
    init(_ count: Int) { left = Mutex(count) }

    func tick() -> Bool {
        left.withLock {
            guard $0 > 0 else { return false }
            $0 -= 1
            return true
        }
    }
}
