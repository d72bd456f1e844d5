/// Keeps codes from being guessed: so many wrong ones from an address, and so many in all, within a stretch of time.
///
/// It remembers in the memory of one process. Several processes let through as many times more, and a restart forgets;
/// with eight digits, codes that live for minutes and this limit in all, guessing stays hopeless either way.
actor CodeAttempts {
    static let window: Duration = .seconds(600)
    static let fromAddress = 10
    static let inAll = 100

    private struct Count {
        var attempts = 0
        let since: ContinuousClock.Instant
    }

    private var byAddress: [String: Count] = [:]
    private var all: Count
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
        self.now = now
        all = Count(since: now())
    }

    /// Counts an attempt before it is known whether it is right, so that many at once are no way around.
    ///
    /// - Returns: false where it must not be looked at.
    func begin(from address: String) -> Bool {
        forgetWhatIsOver()
        var own = byAddress[address] ?? Count(since: now())
        guard own.attempts < Self.fromAddress, all.attempts < Self.inAll else { return false }
        own.attempts += 1
        all.attempts += 1
        byAddress[address] = own
        return true
    }

    /// The attempt was right, and does not count.
    func wasRight(from address: String) {
        all.attempts = max(0, all.attempts - 1)
        byAddress[address].map { byAddress[address] = Count(attempts: max(0, $0.attempts - 1), since: $0.since) }
    }

    /// There are never more addresses than attempts in all, so that this stays short.
    private func forgetWhatIsOver() {
        let start = now() - Self.window
        if all.since <= start { all = Count(since: now()) }
        byAddress = byAddress.filter { $0.value.since > start && $0.value.attempts > 0 }
    }
}
