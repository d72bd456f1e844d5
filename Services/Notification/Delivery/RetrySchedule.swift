import Channels
import Contracts
import Domain

/// When a failed attempt is followed by the next, and when no more.
struct RetrySchedule: Sendable {
    /// No pause is longer.
    static let longestPause = RetryAfter.longest

    private static let leastShare = 1.0 / 32

    /// Pause after the first attempt at most; each further one is twice as long.
    let firstPause: Duration
    let maxAttempts: Int

    /// Anything up to the full pause, so that what failed together does not come back together ("full jitter"), but not
    /// at once. The share follows from delivery and attempt: the same at every run.
    func pause(after attempt: Int, of delivery: DeliveryID, retryAfter: Duration?) -> Duration {
        let doubled = firstPause * (1 << min(max(0, attempt - 1), 20))
        let hash = DerivedIdentity.digest(of: [delivery.bytes, Array("\(attempt)".utf8)])
        let share = Double(UInt16(hash[0]) << 8 | UInt16(hash[1])) / Double(UInt16.max)
        let pause = min(doubled, Self.longestPause) * max(Self.leastShare, share)
        return min(Self.longestPause, max(pause, retryAfter ?? .zero))
    }
}
