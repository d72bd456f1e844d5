import Synchronization

/// What the polling thread and the threads around it tell each other.
final class LoopControl: Sendable {
    private let status = Mutex(ConsumerStatus())
    private let leaveBy = Mutex<ContinuousClock.Instant?>(nil)
    private let stopping = Atomic(false)
    private let pulse = Atomic<UInt64>(0)

    var currentStatus: ConsumerStatus { status.withLock { $0 } }
    func update(_ change: (inout ConsumerStatus) -> Void) { status.withLock { change(&$0) } }

    /// A sign of life from the polling thread; cheap enough for every poll.
    func beat() { pulse.add(1, ordering: .relaxed) }
    var beats: UInt64 { pulse.load(ordering: .relaxed) }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// When the group should have been left; nil while nobody asked to stop.
    var leaveDeadline: ContinuousClock.Instant? { leaveBy.withLock { $0 } }

    func requestStop(leavingBy deadline: ContinuousClock.Instant) {
        leaveBy.withLock { $0 = $0 ?? deadline }
        stopping.store(true, ordering: .releasing)
        status.withLock {
            switch $0.state {
            case .starting, .running: $0.state = .stopping
            case .stopping, .stopped, .failed: break
            }
        }
    }

    /// Records a failure and stops the loop, should it still run. False if it had failed or ended before.
    func fail(_ failure: ConsumerFailure) -> Bool {
        stopping.store(true, ordering: .releasing)
        return status.withLock {
            switch $0.state {
            case .starting, .running, .stopping:
                $0.state = .failed(failure)
                return true
            case .stopped, .failed: return false
            }
        }
    }

    func finish() {
        status.withLock {
            if case .failed = $0.state { return }
            $0.state = .stopped
            $0.assigned = []
        }
    }
}
