import Dispatch
import Foundation
import Synchronization

/// The one thread that starts child processes.
///
/// The kernel sends the parent-death signal when the *thread* that made the child ends, not when the
/// process does. Threads of a pool come and go; this one lives as long as the process.
final class SpawnThread: Sendable {
    static let shared = SpawnThread()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let pending = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                pending.wait()
                let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?()
            }
        }
        thread.name = "attune-spawn"
        thread.start()
    }

    /// Runs `work` on the thread and waits for its result.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) -> Value {
        let box = ResultBox<Value>()
        jobs.withLock { $0.append { box.fulfil(work()) } }
        pending.signal()
        return box.wait()
    }
}

/// A value that one thread waits for and another gives.
final class ResultBox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func fulfil(_ new: Value) {
        value.withLock { $0 = new }
        given.signal()
    }

    /// To be called once, by one thread.
    func wait() -> Value {
        while true {
            given.wait()
            if let value = value.withLock({ $0 }) { return value }
        }
    }
}
