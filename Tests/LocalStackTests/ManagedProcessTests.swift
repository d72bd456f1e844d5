import Foundation
import Testing

@testable import LocalStack

@Suite struct ManagedProcessTests {
    @Test func `tells with which status a process ended, and leaves no zombie`() throws {
        let process = ManagedProcess(shell("exit 7"))
        try process.start()
        let pid = try #require(process.processID ?? process.exitStatus.map { _ in 0 })
        #expect(process.waitForEnd(within: .seconds(60)) == .exited(code: 7))
        #expect(!process.isRunning)
        #expect(process.processID == nil)
        #expect(pid == 0 || !processExists(pid))
    }

    @Test func `a process that ends when asked is not killed`() throws {
        try withFolder { folder in
            let log = folder.appendingPathComponent("log")
            let process = ManagedProcess(
                shell("trap 'exit 3' TERM; echo up; while :; do sleep 0.01; done", log: log))
            try process.start()
            try process.waitUntilReady(within: .seconds(60)) { process.logTail().contains("up") }
            let ending = try #require(process.terminate(within: .seconds(60)))
            #expect(ending.status == .exited(code: 3))
            #expect(!ending.wasKilled)
        }
    }

    @Test func `a process that ignores the request is killed`() throws {
        try withFolder { folder in
            let log = folder.appendingPathComponent("log")
            let process = ManagedProcess(
                shell("trap '' TERM; echo up; while :; do sleep 0.01; done", log: log))
            try process.start()
            try process.waitUntilReady(within: .seconds(60)) { process.logTail().contains("up") }
            let ending = try #require(process.terminate(within: .milliseconds(50)))
            #expect(ending.status == .signalled(SIGKILL))
            #expect(ending.wasKilled)
        }
    }

    @Test func `a killed process can be started again, with other arguments`() throws {
        let process = ManagedProcess(shell("exec sleep 600"))
        try process.start()
        let first = try #require(process.processID)
        #expect(throws: ProcessError.self) { try process.start() }
        #expect(process.kill9() == .signalled(SIGKILL))
        #expect(!processExists(first))
        try process.start(shell("exit 0"))
        #expect(process.waitForEnd(within: .seconds(60)) == .exited(code: 0))
    }

    @Test func `the end before readiness is an error that quotes the log`() throws {
        try withFolder { folder in
            let process = ManagedProcess(shell("echo no licence; exit 2", log: folder.appendingPathComponent("log")))
            try process.start()
            let error = #expect(throws: ProcessError.self) {
                try process.waitUntilReady(within: .seconds(60)) { false }
            }
            guard case .endedBeforeReady(_, let status, let log) = error else {
                Issue.record("unexpected error \(String(describing: error))")
                return
            }
            #expect(status == .exited(code: 2))
            #expect(log.contains("no licence"))
        }
    }

    @Test func `a program that does not exist is refused before anything starts`() {
        let process = ManagedProcess(Command(name: "nothing", executable: URL(fileURLWithPath: "/nonexistent/program")))
        #expect(throws: ProcessError.self) { try process.start() }
        #expect(process.exitStatus == nil)
    }

    @Test func `a child has default signals and only the standard descriptors, whatever its parent has`() throws {
        try withFolder { folder in
            let log = folder.appendingPathComponent("log")
            let kept = open("/dev/null", O_RDONLY)
            defer { close(kept) }
            let script = "grep -E 'SigIgn|SigBlk' /proc/self/status; ls -l /proc/self/fd | grep -c -- '->'"
            try ManagedProcess.run(shell(script, log: log), within: .seconds(60))
            let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
            // The C library keeps 32 and 33 to itself and hands them on as they are.
            let masks = lines.filter { $0.hasPrefix("Sig") }.compactMap { UInt64($0.dropFirst(8), radix: 16) }
            #expect(masks.map { $0 & 0x7fff_ffff } == [0, 0])
            // 0, 1, 2 and the folder that ls itself reads.
            #expect(lines.last == "4")
        }
    }

    @Test func `settings of the caller's shell do not reach the process`() {
        let command = Command(
            name: "x", executable: URL(fileURLWithPath: "/bin/true"), environment: ["ATTUNE_LOG_LEVEL": "debug"])
        let environment = command.environment(inherited: [
            "PATH": "/bin", "ATTUNE_KAFKA_BOOTSTRAP": "elsewhere:9092", "PGHOST": "elsewhere",
        ])
        #expect(environment == ["PATH": "/bin", "ATTUNE_LOG_LEVEL": "debug"])
    }

    /// The chain is test -> setpriv'd shell -> setpriv'd sleep. The shell stands for `attune demo`:
    /// when it is killed, nobody is left to stop its child but the kernel.
    @Test func `a child ends when its parent is killed`() throws {
        try withFolder { folder in
            let log = folder.appendingPathComponent("log")
            let parent = ManagedProcess(
                shell("/usr/bin/setpriv --pdeathsig TERM -- sleep 600 & echo child $!; wait", log: log))
            try parent.start()
            try parent.waitUntilReady(within: .seconds(60)) {
                guard let child = childID(parent.logTail()) else { return false }
                return (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8)) == "sleep\n"
            }
            let child = try #require(childID(parent.logTail()))
            parent.kill9()
            #expect(eventually { !isAlive(child) })
        }
    }

    @Test func `a child carries the signal that its parent's death sends`() throws {
        // What the kernel would send is not shown in /proc; a program asks prctl for it.
        try withFolder { folder in
            let log = folder.appendingPathComponent("log")
            try ManagedProcess.run(
                Command(
                    name: "setpriv", executable: URL(fileURLWithPath: "/usr/bin/setpriv"), arguments: ["--dump"],
                    output: .file(log), stopSignal: .interrupt),
                within: .seconds(60))
            let dump = try String(contentsOf: log, encoding: .utf8)
            #expect(dump.contains("Parent death signal: INT"))
        }
    }

    /// Were it started from a thread of a pool, the thread's end would end the child.
    @Test func `a process outlives the thread that asked for it`() throws {
        let process = ManagedProcess(shell("exec sleep 600"))
        let failed = ResultBox<Bool>()
        let asking = Thread { failed.fulfil((try? process.start()) == nil) }
        asking.start()
        #expect(failed.wait() == false)
        #expect(eventually { asking.isFinished })
        // The signal would be there by the time another child has come and gone.
        try ManagedProcess.run(shell("exit 0"), within: .seconds(60))
        #expect(process.isRunning)
        process.kill9()
    }

    private func childID(_ log: String) -> Int32? {
        log.split(separator: "\n").first { $0.hasPrefix("child ") }.flatMap { Int32($0.dropFirst(6)) }
    }

    /// A process whose parent is gone is reaped by init; where init does not, its state is Z.
    private func isAlive(_ pid: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return status.split(separator: ")").last?.split(separator: " ").first != "Z"
    }
}
