public import Directory
public import Domain
public import Foundation

/// A time of day to the minute, on whatever clock hangs there.
public struct ClockTime: Hashable, Sendable {
    /// From midnight, below 1440.
    public let minutes: Int

    /// - Parameter text: `HH:MM`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        minutes = hour * 60 + minute
    }
}

/// When a recipient wants to hear of what is not urgent. Safety knows none of this.
public struct MessageTimes: Hashable, Sendable {
    /// No messages from one time of day until another, which may be that of the next day.
    public struct Quiet: Hashable, Sendable {
        public let from: ClockTime
        public let to: ClockTime

        public init(from: ClockTime, to: ClockTime) {
            self.from = from
            self.to = to
        }

        func contains(_ minutes: Int) -> Bool {
            from.minutes <= to.minutes
                ? (from.minutes..<to.minutes).contains(minutes) : minutes >= from.minutes || minutes < to.minutes
        }
    }

    /// At most so many messages within so long.
    public struct Limit: Hashable, Sendable {
        public let messages: Int
        public let within: Duration

        public init(messages: Int, within: Duration) {
            self.messages = messages
            self.within = within
        }
    }

    /// By its name in the time zone database, such as `Europe/Berlin`.
    public let timeZone: TimeZone
    public let quiet: Quiet?
    /// Outside of these it is quiet; in place of `quiet`.
    public let hours: WeeklyHours?
    /// When the message comes that gathers what can wait; nil: each alert has its own message.
    public let digest: ClockTime?
    public let limit: Limit?

    public init(
        timeZone: TimeZone, quiet: Quiet? = nil, hours: WeeklyHours? = nil, digest: ClockTime? = nil, limit: Limit? = nil
    ) {
        self.timeZone = timeZone
        self.hours = hours
        self.quiet = quiet
        self.digest = digest
        self.limit = limit
    }

    /// Those of somebody of the directory: what their site says, by their own clock and hours. Nil where nothing is known.
    /// - Parameter hours: as ``WeeklyHours`` are written.
    public init?(of site: MessageTimes?, timeZone: String?, hours: String?) {
        guard let zone = timeZone.flatMap(TimeZone.init(identifier:)) ?? site?.timeZone else { return nil }
        let hours = hours.flatMap { try? WeeklyHours($0) }
        self.init(timeZone: zone, quiet: site?.quiet, hours: hours, digest: site?.digest, limit: site?.limit)
    }

    /// The end of the quiet hours that hold now; nil where none do.
    public func quietUntil(_ now: Timestamp) -> Timestamp? {
        if let hours { return beginning(of: hours, from: now) }
        guard let quiet, quiet.contains(local(now).minutes) else { return nil }
        return next(quiet.to, after: now)
    }

    /// The next time that the clock shows this, later than `now`. A time that a change of the clock leaves out is an
    /// hour later on that day; one that comes twice counts once.
    public func next(_ time: ClockTime, after now: Timestamp) -> Timestamp {
        let today = local(now).day
        for day in today...(today + 2) {
            let instant = self.instant(day, time.minutes)
            if instant > now { return instant }
        }
        return now.advanced(bySeconds: 86_400)
    }

    /// When somebody works again; nil while they work. A digest whose time lies outside of their hours comes then.
    private func beginning(of hours: WeeklyHours, from now: Timestamp) -> Timestamp? {
        let (today, minutes) = local(now)
        guard !spans(of: hours, on: today).contains(where: { $0.contains(minutes) }) else { return nil }
        for day in today...(today + 8) {
            for span in spans(of: hours, on: day) {
                let instant = self.instant(day, span.lowerBound)
                if instant > now { return instant }
            }
        }
        return nil
    }

    /// 1970-01-01 was a Thursday.
    private func spans(of hours: WeeklyHours, on day: Int) -> [WeeklyHours.Span] { hours.days[((day + 3) % 7 + 7) % 7] }

    /// `2026-03-02 10:30 Europe/Berlin`: whole minutes, never later than the true time.
    public func text(_ time: Timestamp) -> String {
        let shifted = time.advanced(bySeconds: offset(time)).description
        return "\(shifted.prefix(10)) \(shifted.dropFirst(11).prefix(5)) \(timeZone.identifier)"
    }

    private func offset(_ time: Timestamp) -> Int64 {
        Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000)))
    }

    /// Days since 1970-01-01 and minutes of that day, as calendar and clock show them there.
    private func local(_ time: Timestamp) -> (day: Int, minutes: Int) {
        let shifted = time.advanced(bySeconds: offset(time))
        let day = shifted.day.daysSinceEpoch
        return (day, Int((shifted.microseconds - Int64(day) * 86_400_000_000) / 60_000_000))
    }

    private func instant(_ day: Int, _ minutes: Int) -> Timestamp {
        let shown = Timestamp(microseconds: 0).advanced(bySeconds: Int64(day) * 86_400 + Int64(minutes) * 60)
        // The offset that holds then is known only once the instant is: guessed once, then read.
        let guess = shown.advanced(bySeconds: -offset(shown))
        return shown.advanced(bySeconds: -offset(guess))
    }
}
