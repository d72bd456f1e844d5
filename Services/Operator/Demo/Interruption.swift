import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, SIGTERM or the end of the terminal: the first asks for an end in good order, the second ends
/// this process at once (its children then hear of it from the kernel).
final class Interruption: Sendable {
    private let state: State

    private final class State: Sendable {
        let requested = Mutex(false)
        let semaphore = DispatchSemaphore(value: 0)
    }

    /// Not Sendable, and never touched after `init`: they are here to stay alive.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    init() {
        let state = State()
        self.state = state
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                let isFirst = state.requested.withLock { requested in
                    defer { requested = true }
                    return !requested
                }
                if !isFirst { _exit(128 + number) }
                state.semaphore.signal()
            }
            source.resume()
            return source
        }
    }

    var isRequested: Bool { state.requested.withLock { $0 } }

    /// Blocks the thread until it is requested.
    func wait() {
        if !isRequested { state.semaphore.wait() }
    }

    /// Blocks the thread until it is requested, at most so long.
    func wait(atMost seconds: Double) -> Bool {
        isRequested || state.semaphore.wait(timeout: .now() + seconds) == .success
    }
}
