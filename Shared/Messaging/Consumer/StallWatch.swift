import Dispatch
import Foundation
import Logging

/// Watches a polling thread from another one: polling the wrong queue can hide a stuck worker from
/// the group before librdkafka 2.1.0, and a process that only looks alive is worse than a dead one.
final class StallWatch: Sendable {
    private let control: LoopControl
    private let limit: Duration
    private let ended = DispatchSemaphore(value: 0)

    init(_ control: LoopControl, limit: Duration) {
        self.control = control
        self.limit = limit
    }

    func end() { ended.signal() }

    /// Runs until `end`, or calls `stalled` once and ends when the thread showed no life for the limit.
    func start(name: String, stalled: @escaping @Sendable () -> Void) {
        let thread = Thread { [self] in
            // A clock that stands still while the machine sleeps.
            let clock = SuspendingClock()
            var seen = (beats: control.beats, at: clock.now)
            while ended.wait(timeout: .now() + .milliseconds(Int(interval.milliseconds))) == .timedOut {
                if control.beats != seen.beats {
                    seen = (control.beats, clock.now)
                } else if clock.now - seen.at >= limit {
                    return stalled()
                }
            }
        }
        thread.name = name
        thread.start()
    }

    private var interval: Duration { min(.seconds(1), limit / 4) }
}
