/// How fast imports go, so that what clients say today never waits behind what they said years ago.
///
/// Imports have lanes, threads and topics of their own, but share processors, disks and consumers with everything else. So
/// they are taken in and let out a step at a time, with a rest after each step as long as the rate says.
public struct BackfillPace: Sendable {
    /// Events a second, on the average of any longer time.
    public let eventsPerSecond: Int
    private var due: ContinuousClock.Instant

    /// - Parameter eventsPerSecond: 1 and up.
    public init(eventsPerSecond: Int) {
        precondition(eventsPerSecond > 0, "a pace of nothing would never end")
        self.eventsPerSecond = eventsPerSecond
        due = .now
    }

    /// Most events to be handled in one go: those of a fifth of a second. Smaller steps would cost more altogether, since
    /// each is a transaction, and a batch of records for every partition; larger ones would be felt by what is live.
    public var step: Int { max(1, eventsPerSecond / 5) }

    /// Until when to rest. Past once a step is due.
    public var restsUntil: ContinuousClock.Instant { due }

    /// Says that so many events have been handled. Being late by less than a step's time is made up for, or the way to the
    /// next step would be added to each rest; time in which nothing came is not.
    public mutating func took(_ count: Int, at now: ContinuousClock.Instant = .now) {
        due = max(due, now - time(of: step)) + time(of: count)
    }

    private func time(of count: Int) -> Duration { .nanoseconds(Int64(count) * 1_000_000_000 / Int64(eventsPerSecond)) }
}
