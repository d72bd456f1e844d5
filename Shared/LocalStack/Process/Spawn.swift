import Foundation

/// Starts a child process by posix_spawn.
enum Spawn {
    /// The new process id, or the error number.
    enum Outcome: Sendable {
        case started(pid_t)
        case failed(errno: Int32)
    }

    /// The child leads a process group of its own, so that Ctrl-C at the terminal reaches only us and
    /// we can end everything in order. It inherits no descriptor but the three standard ones, no
    /// ignored signal and no blocked one: a server run from a program that ignores SIGTERM would
    /// otherwise ignore it as well.
    static func child(words: [String], environment: [String: String], output: Int32?) -> Outcome {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        }
        for descriptor in openDescriptors() where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var every = sigset_t()
        sigfillset(&every)
        posix_spawnattr_setsigdefault(&attributes, &every)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var pid: pid_t = 0
        let failure = withCStrings(words) { argv in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&pid, words[0], &actions, &attributes, argv, envp)
            }
        }
        return failure == 0 ? .started(pid) : .failed(errno: failure)
    }

    /// The Swift libraries open theirs with close-on-exec; this is for what else is linked in. (The
    /// call that closes everything from 3 on is not visible to Swift.)
    private static func openDescriptors() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}
