import Foundation
import LocalStack
import TestSupport
import Testing

/// Somebody who has never seen Attune follows docs/operations.md: every command of it, in order, in one shell.
@Suite(.serialized) struct OperationsPageTests {
    /// What is not run, and what there is instead.
    private static let left: [String: String] = [
        "deploy/local/install.sh nginx-light prometheus jq curl openssl python3-aiosmtpd\n":
            "needs root; deploy/local/test.sh installs the same packages",
        "make build CONFIG=release\nexport BUILT=$(swift build --configuration release --show-bin-path)\n":
            "the programs that were built with the tests are taken",
    ]

    @Test func `Every command of the page stands in a block that is run`() throws {
        let page = try OperationsPage()
        #expect(page.blocks.count > 30)
        #expect(page.languages.isSubset(of: ["sh", "text"]), "\(page.languages)")
        #expect(page.indented.isEmpty, "code that is not fenced would not be run: \(page.indented)")
        for commands in Self.left.keys {
            #expect(page.blocks.filter { $0.commands == commands }.count == 1, "not in the page: \(commands)")
        }
        let installer = try String(
            contentsOf: TestPrograms.checkout.appendingPathComponent("deploy/local/test.sh"), encoding: .utf8)
        for package in ["nginx-light", "prometheus", "jq", "curl", "openssl", "python3-aiosmtpd"] {
            #expect(installer.contains(" \(package)"), "deploy/local/test.sh does not install \(package)")
        }
    }

    @Test func `The page leads from nothing to a system of three sites, through its troubles, and to its end`() throws {
        let place = try Place()
        defer { place.clear() }
        let script = place.folder.appendingPathComponent("page.sh")
        try Data(try OperationsPage().script(without: Set(Self.left.keys)).utf8).write(to: script)
        let output = place.folder.appendingPathComponent("output")
        let shell = ManagedProcess(
            Command(
                name: "docs/operations.md", executable: URL(fileURLWithPath: "/bin/bash"),
                arguments: ["-euo", "pipefail", "-c", "cd '\(place.source.path)' && . '\(script.path)'"],
                environment: [
                    "HOME": place.home.path, "PATH": "/usr/local/bin:/usr/bin:/bin", "BUILT": place.programs.path,
                    "ATTUNE_PORTS": "\(try Place.freePorts())",
                    // A machine that is busy with other tests is waited for.
                    "PATIENCE": "10", "LIMIT": "600", "STOP_LIMIT": "120",
                ],
                output: .file(output), user: place.user))
        try shell.start()
        let status = shell.waitForEnd(within: .seconds(3600))
        let said = try String(contentsOf: output, encoding: .utf8)
        try #require(status?.isSuccess == true, "\(OperationsPage.lastBlock(of: said))\n\(place.logTails())")
        #expect(place.processes().isEmpty, "the page leaves processes behind")
    }
}

/// Where the page is followed: by an ordinary user, since no program of Attune needs more and PostgreSQL refuses to.
private struct Place {
    let folder: URL
    let home: URL
    let source: URL
    let programs: URL
    let user: String?

    private static let programNames = [
        "attune", "attune-ingestion", "attune-scoring", "attune-alerting", "attune-notification", "attune-audit",
        "attune-portal", "attune-local-kafka",
    ]

    init() throws {
        let files = FileManager.default
        // Short: the path of a socket has at most 107 bytes.
        folder = files.temporaryDirectory.appendingPathComponent("operations-\(UUID().uuidString.prefix(4))")
        home = folder.appendingPathComponent("home")
        user = geteuid() == 0 ? "postgres" : nil
        try files.createDirectory(at: home, withIntermediateDirectories: true)
        if let user { try files.setAttributes([.ownerAccountName: user], ofItemAtPath: home.path) }
        let program = TestPrograms.folder.appendingPathComponent("attune")
        let script = TestPrograms.checkout.appendingPathComponent("deploy/local/service.sh")
        if try Self.canRun(program, user), try Self.canRun(script, user) {
            (source, programs) = (TestPrograms.checkout, TestPrograms.folder)
            return
        }
        // A checkout under /root is closed to others.
        source = folder.appendingPathComponent("source")
        programs = folder.appendingPathComponent("programs")
        try files.createDirectory(at: source, withIntermediateDirectories: true)
        try files.createDirectory(at: programs, withIntermediateDirectories: true)
        try files.copyItem(
            at: TestPrograms.checkout.appendingPathComponent("deploy"), to: source.appendingPathComponent("deploy"))
        for name in Self.programNames {
            let (from, to) = (TestPrograms.folder.appendingPathComponent(name), programs.appendingPathComponent(name))
            do { try files.linkItem(at: from, to: to) } catch { try files.copyItem(at: from, to: to) }
        }
    }

    private static func canRun(_ file: URL, _ user: String?) throws -> Bool {
        let test = ManagedProcess(
            Command(
                name: "test", executable: URL(fileURLWithPath: "/usr/bin/test"), arguments: ["-x", file.path], user: user))
        try test.start()
        return test.waitForEnd(within: .seconds(60))?.isSuccess == true
    }

    /// A hundred ports, of which those that the page uses are free now.
    static func freePorts() throws -> Int {
        let used = Array(1...6) + Array(11...14) + [25, 32, 43, 80, 90]
        let base = (0..<200).map { _ in Int.random(in: 200..<320) * 100 }.first { base in
            used.allSatisfy { LoopbackPort.isFree(base + $0) }
        }
        return try #require(base, "no ports are free")
    }

    private var installation: URL { home.appendingPathComponent("attune") }

    /// Those that end their own processes when they get SIGQUIT.
    private static let parents = ["run/nginx.pid", "data/postmaster.pid"]

    /// Ids of what the page has started and not ended.
    func processes() -> [Int32] {
        let run = installation.appendingPathComponent("run")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: run.path)) ?? []
        return ids(in: Self.parents + names.filter { $0.hasSuffix(".pid") && $0 != "nginx.pid" }.map { "run/\($0)" })
    }

    private func ids(in files: [String]) -> [Int32] {
        files.map(installation.appendingPathComponent).compactMap { file in
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            return text.split(whereSeparator: \.isWhitespace).first.flatMap { Int32($0) }
        }.filter(Self.lives)
    }

    /// One that has ended may lie there until somebody reaps it.
    private static func lives(_ id: Int32) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
            let state = stat.split(separator: ")").last?.split(separator: " ").first
        else { return false }
        return state != "Z" && state != "X"
    }

    func logTails() -> String {
        let logs = installation.appendingPathComponent("log")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: logs.path)) ?? []
        return names.filter { $0.hasSuffix(".log") }.sorted().map { name in
            let text = (try? String(contentsOf: logs.appendingPathComponent(name), encoding: .utf8)) ?? ""
            return "--- \(name)\n" + text.split(separator: "\n").suffix(8).map { $0.prefix(400) }.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// Ends what is left, at once, and removes everything.
    func clear() {
        let parents = ids(in: Self.parents)
        parents.forEach { kill($0, SIGQUIT) }
        processes().filter { !parents.contains($0) }.forEach { kill($0, SIGKILL) }
        let deadline = ContinuousClock.now + .seconds(60)
        while !processes().isEmpty, ContinuousClock.now < deadline { usleep(100_000) }
        processes().forEach { kill($0, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }
}
