import Glibc

/// What a crash leaves behind: nothing of the process's memory, which holds keys, passwords and clients' words.
public enum CrashRules {
    /// Signals by which a faulty program ends, for which Swift's runtime prints a backtrace.
    private static let signals = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP]

    /// For the beginning of every program. No core file is written. Swift's backtrace shows the memory that registers point
    /// to, so there is one only where `SWIFT_BACKTRACE` asks for it; `registers=none` leaves memory out.
    public static func apply() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        guard getenv("SWIFT_BACKTRACE") == nil else { return }
        for number in signals { signal(number, SIG_DFL) }
    }
}
