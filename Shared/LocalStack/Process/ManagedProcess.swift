import Dispatch
import Foundation
import Synchronization

/// A child process that is started, watched and ended by us, and dies with us.
///
/// All calls may come from any thread; those that wait block their thread.
public final class ManagedProcess: Sendable {
    private enum State {
        case idle
        /// `ended` is left when the process has been reaped.
        case running(pid: pid_t, ended: DispatchGroup)
        case ended(ExitStatus)
    }

    /// Apart from the process object, because the reaping thread may outlive that.
    private final class StateBox: Sendable {
        let value = Mutex(State.idle)
    }

    /// What became of a process that was asked to end.
    public struct Ending: Sendable {
        public let status: ExitStatus
        /// It did not end when asked and had to be killed.
        public let wasKilled: Bool
    }

    private let box = StateBox()
    private let current: Mutex<Command>

    public init(_ command: Command) {
        current = Mutex(command)
    }

    deinit {
        _ = kill9()
    }

    public var command: Command { current.withLock { $0 } }
    public var name: String { command.name }

    /// The process id while it runs.
    public var processID: Int32? {
        box.value.withLock { if case .running(let pid, _) = $0 { pid } else { nil } }
    }

    public var isRunning: Bool { processID != nil }

    /// How the last run ended; nil while it runs or before the first.
    public var exitStatus: ExitStatus? {
        box.value.withLock { if case .ended(let status) = $0 { status } else { nil } }
    }

    /// Starts it; after an end, starts it again.
    /// - Parameter replacement: what to run from now on, where that has changed.
    public func start(_ replacement: Command? = nil) throws(ProcessError) {
        if let replacement { current.withLock { $0 = replacement } }
        let command = self.command
        guard access(command.executable.path, X_OK) == 0 else {
            throw .notExecutable(command.executable)
        }
        let output = try openOutput(of: command)
        defer { if let output { close(output) } }

        let outcome: Result<Void, ProcessError> = box.value.withLock { state in
            if case .running = state { return .failure(.alreadyRunning(name: command.name)) }
            let words = command.words
            let environment = command.environment(inherited: ProcessInfo.processInfo.environment)
            switch SpawnThread.shared.run({ Spawn.child(words: words, environment: environment, output: output) }) {
            case .failed(let number):
                return .failure(.spawnFailed(name: command.name, reason: String(cString: strerror(number))))
            case .started(let pid):
                let ended = DispatchGroup()
                ended.enter()
                state = .running(pid: pid, ended: ended)
                reap(pid, ended)
                return .success(())
            }
        }
        try outcome.get()
    }

    private func openOutput(of command: Command) throws(ProcessError) -> Int32? {
        guard case .file(let url) = command.output else { return nil }
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .logNotWritable(url, reason: String(cString: strerror(errno)))
        }
        return descriptor
    }

    /// Waits for the end on a thread of its own. The process is reaped under the lock that signals are
    /// sent under: a signal can never reach another process that was given the same id afterwards.
    private func reap(_ pid: pid_t, _ ended: DispatchGroup) {
        let thread = Thread { [box] in
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            box.value.withLock { state in
                var word: Int32 = 0
                waitpid(pid, &word, 0)
                state = .ended(ExitStatus(waitWord: word))
            }
            ended.leave()
        }
        thread.name = "attune-reap"
        thread.start()
    }

    /// Sends a signal; false when the process is not running.
    @discardableResult
    public func send(_ signal: Int32) -> Bool {
        box.value.withLock {
            guard case .running(let pid, _) = $0 else { return false }
            return kill(pid, signal) == 0
        }
    }

    /// Waits for the end, at most so long; nil when it is still running then, or never ran.
    public func waitForEnd(within limit: Duration) -> ExitStatus? {
        let ended: DispatchGroup? = box.value.withLock {
            if case .running(_, let ended) = $0 { ended } else { nil }
        }
        if let ended, ended.wait(timeout: .now() + limit.seconds) == .timedOut { return nil }
        return exitStatus
    }

    /// Asks it to end and, after the limit, kills it. Nil when it never ran.
    @discardableResult
    public func terminate(within limit: Duration) -> Ending? {
        send(command.stopSignal.number)
        return finish(within: limit)
    }

    /// Waits for the end of a process that has been asked to end and, after the limit, kills it.
    @discardableResult
    public func finish(within limit: Duration) -> Ending? {
        if let status = waitForEnd(within: limit) { return Ending(status: status, wasKilled: false) }
        return kill9().map { Ending(status: $0, wasKilled: true) }
    }

    /// Kills it at once and waits until it is gone. Nil when it never ran.
    @discardableResult
    public func kill9() -> ExitStatus? {
        send(SIGKILL)
        // A killed process ends; only one stuck in the kernel (a dead disk) would not.
        return waitForEnd(within: .seconds(60))
    }

    /// Looks again and again until `ready` says yes, at most `limit`.
    /// - Throws: ``ProcessError`` when it ends before or stays unready, and what `ready` throws.
    public func waitUntilReady(
        within limit: Duration, every pause: Duration = .milliseconds(20), _ ready: () throws -> Bool
    ) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            if try ready() { return }
            if let status = exitStatus {
                throw ProcessError.endedBeforeReady(name: name, status: status, log: logTail())
            }
            if clock.now >= deadline {
                throw ProcessError.notReady(name: name, limit: limit, log: logTail())
            }
            Thread.sleep(forTimeInterval: pause.seconds)
        }
    }

    /// The last lines of the log file.
    public func logTail(bytes: UInt64 = 2000) -> String {
        guard case .file(let url) = command.output, let file = try? FileHandle(forReadingFrom: url),
            let size = try? file.seekToEnd(), (try? file.seek(toOffset: size > bytes ? size - bytes : 0)) != nil,
            let data = try? file.readToEnd()
        else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Waits for the end of a program that is to run to its end.
    /// - Parameter checkpoint: called again and again; what it throws ends the wait, not the program.
    /// - Throws: ``ProcessError`` when it fails or is still running after `limit`.
    public func waitForSuccess(within limit: Duration, checkpoint: () throws -> Void) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            if let status = waitForEnd(within: .milliseconds(50)) {
                guard status.isSuccess else { throw ProcessError.failed(name: name, status: status, log: logTail()) }
                return
            }
            try checkpoint()
            if clock.now >= deadline { throw ProcessError.tookTooLong(name: name, limit: limit, log: logTail()) }
        }
    }

    /// Runs a program to its end.
    /// - Throws: ``ProcessError`` when it fails or takes longer than `limit`; it is killed then.
    public static func run(_ command: Command, within limit: Duration) throws {
        let process = ManagedProcess(command)
        try process.start()
        defer { process.kill9() }
        try process.waitForSuccess(within: limit) {}
    }
}

extension Duration {
    /// As the older interfaces want it.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
