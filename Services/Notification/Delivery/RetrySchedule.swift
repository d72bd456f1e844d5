import Contracts
import Domain

/// When a failed attempt is followed by the next, and when no more.
struct RetrySchedule: Sendable {
    /// No pause is longer, whatever the receiver asks for: an alert must not wait for a night.
    static let longestPause = Duration.seconds(3600)

    /// Pause after the first attempt; each further one is twice as long.
    let firstPause: Duration
    let maxAttempts: Int

    /// Shorter or longer by up to a quarter, so that what failed together does not come back together.
    /// The share follows from delivery and attempt: the same at every run.
    func pause(after attempt: Int, of delivery: DeliveryID, retryAfter: Duration?) -> Duration {
        let doubled = firstPause * (1 << min(max(0, attempt - 1), 20))
        let hash = DerivedIdentity.digest(of: [delivery.bytes, Array("\(attempt)".utf8)])
        let share = Double(UInt16(hash[0]) << 8 | UInt16(hash[1])) / Double(UInt16.max)
        let pause = min(doubled, Self.longestPause) * (0.75 + share / 2)
        return min(Self.longestPause, max(pause, retryAfter ?? .zero))
    }
}

/// The header `Retry-After` (RFC 9110 section 10.2.3).
enum RetryAfter {
    /// Whole seconds, or a date in the form `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
    static func pause(_ text: String, now: Timestamp) -> Duration? {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int64(text) ?? .max, RetrySchedule.longestPause.components.seconds))
        }
        guard let time = date(text) else { return nil }
        return max(.zero, .microseconds(time.microseconds - now.microseconds))
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func date(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
