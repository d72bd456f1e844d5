/// The clocks of a time zone: how far they are ahead of UTC, and when that changes. Whoever knows the world's time zones
/// gives it the changes; from there on it is arithmetic.
public struct ZoneOffsets: Hashable, Sendable {
    public struct Change: Hashable, Sendable {
        /// Seconds since 1970-01-01T00:00:00Z.
        public let at: Int64
        /// Seconds ahead of UTC from then on.
        public let offset: Int64

        public init(at: Int64, offset: Int64) {
            self.at = at
            self.offset = offset
        }
    }

    /// As in the IANA database, e.g. `Europe/Berlin`.
    public let name: String
    /// Seconds ahead of UTC before the first change.
    public let firstOffset: Int64
    /// In order.
    public let changes: [Change]

    /// Nil where the changes are not in order.
    public init?(name: String, firstOffset: Int64, changes: [Change]) {
        guard zip(changes, changes.dropFirst()).allSatisfy({ $0.at < $1.at }) else { return nil }
        self.init(checked: name, firstOffset, changes)
    }

    private init(checked name: String, _ firstOffset: Int64, _ changes: [Change]) {
        self.name = name
        self.firstOffset = firstOffset
        self.changes = changes
    }

    public static let utc = ZoneOffsets(checked: "UTC", 0, [])

    /// Seconds ahead of UTC at an instant, given in seconds since 1970-01-01T00:00:00Z.
    public func offset(at seconds: Int64) -> Int64 {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : changes[low - 1].offset
    }

    /// The local day at an instant.
    public func day(at time: Timestamp) -> CalendarDay {
        let seconds = time.microseconds.floored(by: 1_000_000)
        return CalendarDay(daysSinceEpoch: Int((seconds + offset(at: seconds)).floored(by: 86_400)))
    }

    /// The instant at which local clocks show a minute of a day, 0 to 1440; the first where they show it twice, and
    /// where they skip it, as much later as they skip.
    public func instant(of day: CalendarDay, minute: Int) -> Timestamp {
        let local = Int64(day.daysSinceEpoch) * 86_400 + Int64(minute) * 60
        // No clock is more than a day from UTC, so these are the offsets before and after any change nearby.
        let before = offset(at: local - 86_400)
        let after = offset(at: local + 86_400)
        let candidates = [local - before, local - after].filter { $0 + offset(at: $0) == local }
        return Timestamp(microseconds: (candidates.min() ?? local - before) * 1_000_000)
    }
}

extension Int64 {
    /// Divided, rounded down.
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
