public import Domain

/// The header `Retry-After` (RFC 9110 section 10.2.3).
public enum RetryAfter {
    /// Whatever the receiver asks for: an alert must not wait for a night.
    public static let longest = Duration.seconds(3600)

    /// Whole seconds, or a date in the form `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else. Seconds beyond
    /// ``longest`` count as that.
    public static func pause(_ text: String, now: Timestamp) -> Duration? {
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int64(text) ?? .max, longest.components.seconds))
        }
        guard let time = date(text) else { return nil }
        return max(.zero, min(longest, .microseconds(time.microseconds - now.microseconds)))
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func date(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
