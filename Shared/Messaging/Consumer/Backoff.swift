/// Pauses that double from 50 ms up to a ceiling, each shortened by up to half at random so that
/// several consumers do not come back to a recovering database in step.
struct Backoff {
    let ceiling: Duration
    private(set) var attempts = 0

    init(ceiling: Duration) { self.ceiling = ceiling }

    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let full = min(ceiling, .milliseconds(50) * (1 << min(attempts, 20)))
        attempts += 1
        return full * Double.random(in: 0.5...1, using: &generator)
    }

    mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    mutating func reset() { attempts = 0 }
}
