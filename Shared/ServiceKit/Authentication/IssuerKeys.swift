public import Domain

/// The keys of an issuer, kept, and read again when they have grown old or a token names an unknown one, so that keys are
/// added and withdrawn without a restart.
///
/// When reading again fails the last good keys stay: an issuer that is away must not shut out those whom it has let in.
public actor IssuerKeys<Failure: Error> {
    /// When keys are read again.
    public struct Schedule: Sendable {
        /// After this keys are old.
        public let freshSeconds: Int64
        /// Old keys are good for this much longer while they are read again; then whoever asks waits.
        public let graceSeconds: Int64
        /// Anybody can make up a key's name: unknown ones cause at most one reading in this time, as do failures.
        public let pauseSeconds: Int64

        public init(freshSeconds: Int64, graceSeconds: Int64 = 0, pauseSeconds: Int64) {
            (self.freshSeconds, self.graceSeconds, self.pauseSeconds) = (freshSeconds, graceSeconds, pauseSeconds)
        }
    }

    private enum Last {
        case nothing
        case read(KeySet, at: Timestamp)
        case failed(Failure, at: Timestamp)
    }

    private let schedule: Schedule
    private let read: @Sendable () async throws(Failure) -> KeySet
    private let failed: @Sendable (Failure) -> Void
    private let now: @Sendable () -> Timestamp
    private var last = Last.nothing
    private var reading: Task<Void, Never>?

    /// - Parameters:
    ///   - now: the clock; a test gives its own.
    ///   - read: reads the keys.
    ///   - failed: told when keys that there are could not be read again.
    public init(
        _ schedule: Schedule, now: @escaping @Sendable () -> Timestamp,
        read: @escaping @Sendable () async throws(Failure) -> KeySet, failed: @escaping @Sendable (Failure) -> Void
    ) {
        (self.schedule, self.now, self.read, self.failed) = (schedule, now, read, failed)
    }

    /// The key that a token is to be verified with; nil when the issuer has none such.
    ///
    /// - Throws: why there are no keys at all.
    public func key(_ id: String?, for algorithm: KeySet.Algorithm) async throws(Failure) -> KeySet.Key? {
        switch last {
        case .nothing:
            await readAgain().value
        case .failed(_, let time):
            if age(time) >= schedule.pauseSeconds { await readAgain().value }
        case .read(let keys, let time):
            let known = keys.key(id, for: algorithm)
            let age = age(time)
            guard let known else {
                if age >= schedule.pauseSeconds { await readAgain().value }
                break
            }
            guard age >= schedule.freshSeconds else { return known }
            let task = readAgain()
            if age < schedule.freshSeconds + schedule.graceSeconds { return known }
            await task.value
        }
        switch last {
        case .read(let keys, _): return keys.key(id, for: algorithm)
        case .failed(let error, _): throw error
        case .nothing: return nil
        }
    }

    /// Reads the keys if there are none yet.
    ///
    /// - Throws: why there are none.
    public func prepare() async throws(Failure) {
        if case .read = last { return }
        _ = try await key(nil, for: .eddsa)
    }

    /// However many wait for them, one reads.
    private func readAgain() -> Task<Void, Never> {
        if let reading { return reading }
        let read = self.read
        let task = Task {
            let result: Result<KeySet, Failure>
            do throws(Failure) { result = .success(try await read()) } catch { result = .failure(error) }
            self.note(result)
        }
        reading = task
        return task
    }

    private func note(_ result: Result<KeySet, Failure>) {
        reading = nil
        switch (result, last) {
        case (.success(let keys), _): last = .read(keys, at: now())
        case (.failure(let error), .read(let keys, _)):
            last = .read(keys, at: now())
            failed(error)
        case (.failure(let error), _): last = .failed(error, at: now())
        }
    }

    private func age(_ time: Timestamp) -> Int64 { (now().microseconds - time.microseconds) / 1_000_000 }
}
