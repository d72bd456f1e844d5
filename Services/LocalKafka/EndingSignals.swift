import Glibc

/// SIGTERM and SIGINT, held back from every thread and waited for by one.
struct EndingSignals {
    private var set = sigset_t()

    init() {
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Blocks until one arrives, and says which.
    func wait() -> String {
        var signal: Int32 = 0
        var waited = set
        while sigwait(&waited, &signal) != 0 {}
        return signal == SIGTERM ? "SIGTERM" : "SIGINT"
    }
}
