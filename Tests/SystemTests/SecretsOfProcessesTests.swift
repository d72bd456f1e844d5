import Foundation
import LocalStack
import TestSupport
import Testing

/// What other users of the machine, readers of logs and whoever finds the remains of a crash get to see.
@Suite(.serialized) struct SecretsOfProcessesTests {
    @Test func `No secret stands in an argument list or in a log`() throws {
        let system = try SystemStack("secrets")
        // So that there is something to be logged.
        let token = try system.token(site: "north", role: "clinician")
        #expect(try system.call(.get, .alerting, "/v1/alerts", token: token).status == 200)
        #expect(try system.call(.get, .portal, "/check-in/forged.link", token: nil).status != 500)
        let password = try #require(URL(string: system.stack.endpoints.database)?.password)
        var secrets = [password, token]
        for file in try FileManager.default.contentsOfDirectory(
            at: system.stack.keys.folder, includingPropertiesForKeys: nil)
        where !["jwks.json", "audit.pub"].contains(file.lastPathComponent) {
            let text = try String(contentsOf: file, encoding: .utf8)
            // A key of tokens is JSON: its private part alone is secret.
            let parts = text.split(whereSeparator: { $0.isWhitespace || $0 == "\"" || $0 == "," }).map(String.init)
            secrets += parts.filter { $0.count >= 32 && !(try! publicText(system)).contains($0) }
        }
        #expect(secrets.count >= 6)
        let mark = system.folder.path
        var seen = 0
        for id in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int32(id) != nil {
            guard let arguments = try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8) else { continue }
            if arguments.contains(mark) || arguments.contains(TestPrograms.folder.path) { seen += 1 }
            for secret in secrets { #expect(!arguments.contains(secret), "of \(arguments.prefix(80))") }
        }
        #expect(seen >= 7)
        let logs = system.folder.appendingPathComponent("log")
        let names = try FileManager.default.contentsOfDirectory(atPath: logs.path)
        #expect(names.count >= 7)
        for name in names {
            let text = try String(contentsOf: logs.appendingPathComponent(name), encoding: .utf8)
            for secret in secrets { #expect(!text.contains(secret), "in \(name)") }
            #expect(!text.contains("forged.link"), "in \(name)")
        }
    }

    private func publicText(_ system: SystemStack) throws -> String {
        try ["jwks.json", "audit.pub"].map {
            try String(contentsOf: system.stack.keys.folder.appendingPathComponent($0), encoding: .utf8)
        }.joined()
    }

    /// A fault of the program, in a shell that would have a core file written.
    @Test func `A crash leaves no memory behind: no core file, no registers`() throws {
        let quiet = try crash(backtrace: nil)
        #expect(quiet.contains("segmentation fault") && !quiet.contains("core dumped"))
        #expect(!quiet.contains("backtracing") && !quiet.contains("rsp"))
        // Asked for, it names the frames; the memory that registers point to stays out.
        let asked = try crash(backtrace: "enable=yes,registers=none,color=no,symbolicate=off,threads=crashed")
        #expect(asked.contains("crashed:") && !asked.contains("core dumped") && !asked.contains("rsp"))
    }

    /// What a shell and a service say while the service, not able to reach anything, is made to crash.
    private func crash(backtrace: String?) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("crash-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        shell.currentDirectoryURL = folder
        shell.arguments = [
            "-c",
            """
            ulimit -c unlimited
            "$0" 2> said & service=$!
            until [ -s port ]; do kill -0 $service || exit 9; sleep 0.1; done
            kill -SEGV $service
            # A signal that was sent is over once its backtrace is there; a fault would come again.
            until ! kill -0 $service 2>/dev/null || grep -q "$1" said; do sleep 0.1; done
            kill -SEGV $service 2>/dev/null
            wait $service; echo "status $?"; cat said
            """,
            TestPrograms.folder.appendingPathComponent("attune-scoring").path,
            // Where there should be none its beginning is enough: the whole takes long.
            backtrace == nil ? "Backtracing" : "Backtrace took",
        ]
        var environment = [
            "ATTUNE_DATABASE_URL": "postgresql://u:correct-horse@127.0.0.1:1/x",
            "ATTUNE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
            "ATTUNE_HTTP_PORT": "0", "ATTUNE_PORT_FILE": folder.appendingPathComponent("port").path,
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin", "LC_ALL": "C",
        ]
        environment["SWIFT_BACKTRACE"] = backtrace
        shell.environment = environment
        let output = Pipe()
        (shell.standardOutput, shell.standardError) = (output, output)
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(text.contains("status 139"), "\(text.suffix(500))")
        #expect(!text.contains("correct-horse"))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.sorted() == ["port", "said"], "\(files)")
        return text.lowercased()
    }
}
