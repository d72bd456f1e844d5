public import Foundation
import Synchronization

/// A PostgreSQL cluster of our own: made where it is missing, started on a free port of 127.0.0.1,
/// ended with us. The superuser "postgres" signs in with a password that lies beside the data.
public final class PostgresCluster: Sendable {
    public enum Durability: Sendable {
        /// Commits survive a crash of the machine.
        case durable
        /// For tests: commits survive a killed server, not a crash of the machine.
        case throwaway
    }

    private struct Running {
        let process: ManagedProcess
        let port: Int
        let password: String
    }

    /// The folder that was asked for; the files may be behind a link, see ``PostgresHome``.
    public let folder: URL
    public let durability: Durability
    public let maxConnections: Int
    /// How long a server that is about to end may take before a start is refused.
    public let patience: Duration
    /// Where finished segments of the log are copied to, for restoring to a point in time; nil for nowhere.
    public let archive: URL?
    /// Further settings of the server, NAME=VALUE.
    private let serverSettings: [String]
    /// The server's time of day; nil for the real one.
    private let clock: SimulatedClock?
    private let running = Mutex<Running?>(nil)

    public init(
        folder: URL, durability: Durability = .durable, maxConnections: Int = 200,
        patience: Duration = .seconds(10), archive: URL? = nil, serverSettings: [String] = [], clock: SimulatedClock? = nil
    ) {
        self.folder = folder
        self.durability = durability
        self.maxConnections = maxConnections
        self.patience = patience
        self.archive = archive
        self.serverSettings = serverSettings
        self.clock = clock
    }

    /// The superuser's libpq URL of a database of the cluster; nil while it is not running.
    public func url(database: String = "postgres") -> String? {
        running.withLock { $0.map { "postgresql://postgres:\($0.password)@127.0.0.1:\($0.port)/\(database)" } }
    }

    var password: String? { running.withLock { $0?.password } }

    public var port: Int? { running.withLock { $0?.port } }
    public var processID: Int32? { running.withLock { $0?.process.processID } }

    /// Starts the server on the data that is there, or on new data.
    /// - Parameter wanted: the port to listen on; nil for a free one.
    /// - Throws: ``PostgresError``, or ``ProcessError`` with the end of the server's log.
    public func start(within limit: Duration = .seconds(60), port wanted: Int? = nil) throws {
        let home = try PostgresHome.prepare(folder)
        try refuseSecondStart(home)
        let binaries = try binaries(for: home)
        let password = try initialise(home, binaries)
        // A free port may be taken by somebody else before the server has it.
        for attempt in 1... {
            guard let port = wanted ?? LoopbackPort.free() else { continue }
            let process = ManagedProcess(try server(home, binaries, port: port))
            try process.start()
            do {
                try process.waitUntilReady(within: limit) { isReady(home, process) }
            } catch ProcessError.endedBeforeReady where attempt < 3 {
                continue
            } catch {
                process.terminate(within: .seconds(10))
                throw error
            }
            running.withLock { $0 = Running(process: process, port: port, password: password) }
            return
        }
    }

    /// Ends the server in good order (PostgreSQL's "fast" shutdown: sessions are cut, nothing is lost).
    @discardableResult
    public func stop(within limit: Duration = .seconds(30)) -> ManagedProcess.Ending? {
        let stopped = running.withLock { running in
            defer { running = nil }
            return running
        }
        let id = stopped?.process.processID
        defer { if clock != nil, let id { SimulatedClock.clear(after: id) } }
        return stopped?.process.terminate(within: limit)
    }

    /// Kills the server as a crash would; its own children end by themselves.
    public func kill9() {
        let killed = running.withLock { running in
            defer { running = nil }
            return running
        }
        killed?.process.kill9()
    }

    /// Makes a database unless it is there. The name comes from the program, never from outside.
    public func createDatabase(_ name: String) throws {
        let home = try PostgresHome.prepare(folder)
        let exists = try query("select 1 from pg_database where datname = '\(name)'", home)
        if exists.isEmpty { _ = try query("create database \"\(name)\"", home) }
    }

    /// Removes the data of a server that does not run; the password stays, as it would in an operator's safe.
    public func removeData() throws {
        let home = try PostgresHome.prepare(folder)
        try refuseSecondStart(home)
        try FileManager.default.removeItem(at: home.data)
    }

    func query(_ sql: String, _ home: PostgresHome) throws -> String {
        let answer = FileManager.default.temporaryDirectory.appendingPathComponent("attune-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: answer) }
        let state = running.withLock { $0 }
        try ManagedProcess.run(
            Command(
                name: "psql", executable: binaries(for: home).program("psql"),
                arguments: [
                    "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", String(state?.port ?? 0),
                    "-U", "postgres", "-d", "postgres", "-c", sql,
                ],
                environment: ["PGPASSWORD": state?.password ?? ""], output: .file(answer)),
            within: .seconds(30))
        return try String(contentsOf: answer, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: - First start

    func binaries(for home: PostgresHome) throws -> PostgresBinaries {
        guard let text = try? String(contentsOf: home.data.appendingPathComponent("PG_VERSION"), encoding: .utf8),
            let version = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return try PostgresBinaries.find() }
        do {
            return try PostgresBinaries.find(majorVersion: version)
        } catch {
            throw PostgresError.otherVersion(data: version, folder: folder)
        }
    }

    /// Makes the data folder, in one step as seen from outside: an interrupted initdb leaves a folder
    /// that looks like data but is none, so it works beside and the result is renamed.
    private func initialise(_ home: PostgresHome, _ binaries: PostgresBinaries) throws -> String {
        let files = FileManager.default
        if files.fileExists(atPath: home.data.path) {
            return try String(contentsOf: home.password, encoding: .utf8)
        }
        let half = home.folder.appendingPathComponent("data.new")
        try? files.removeItem(at: half)
        let password = String((0..<32).compactMap { _ in "abcdefghijkmnpqrstuvwxyz23456789".randomElement() })
        try write(password, to: home.password, owner: home.user)
        var arguments = [
            "-D", half.path, "-U", "postgres", "--auth=scram-sha-256", "--pwfile", home.password.path,
            "--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
        ]
        if durability == .throwaway { arguments.append("--no-sync") }
        try ManagedProcess.run(
            Command(
                name: "initdb", executable: binaries.program("initdb"), arguments: arguments,
                output: .file(home.log), user: home.user),
            within: .seconds(120))
        try files.moveItem(at: half, to: home.data)
        return password
    }

    /// Readable by the database user, who needs it once, and by root; nobody else.
    func write(_ secret: String, to url: URL, owner: String?) throws {
        try? FileManager.default.removeItem(at: url)
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        if let owner { attributes[.ownerAccountName] = owner }
        guard
            FileManager.default.createFile(
                atPath: url.path, contents: Data(secret.utf8), attributes: attributes)
        else { throw PostgresError.placeTaken(url) }
    }

    // MARK: - The server

    private func server(_ home: PostgresHome, _ binaries: PostgresBinaries, port: Int) throws -> Command {
        var settings = [
            "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=",
            "max_connections=\(maxConnections)", "log_min_messages=warning",
        ]
        if durability == .throwaway {
            // Commits still reach the kernel: the server may be killed, only the machine may not.
            settings += ["fsync=off", "full_page_writes=off"]
        }
        settings += serverSettings
        if let archive { settings += try Self.archiveSettings(archive) }
        let command = Command(
            name: "postgres", executable: binaries.program("postgres"),
            arguments: ["-D", home.data.path] + settings.flatMap { ["-c", $0] },
            output: .file(home.log), user: home.user,
            // SIGTERM would wait for every session to leave by itself.
            stopSignal: .interrupt)
        return clock?.over(command) ?? command
    }

    /// The server writes "ready" on the eighth line of its pid file.
    private func isReady(_ home: PostgresHome, _ process: ManagedProcess) -> Bool {
        let lines = PostmasterFile.lines(of: home)
        return lines.count >= 8 && Int32(lines[0]) == process.processID
            && lines[7].trimmingCharacters(in: .whitespaces) == "ready"
    }

    /// A server whose owner was killed is about to end; it gets a moment to do so.
    private func refuseSecondStart(_ home: PostgresHome) throws {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while let pid = PostmasterFile.livingServer(of: home) {
            if clock.now >= deadline { throw PostgresError.alreadyRunning(pid: pid, folder: folder) }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }
}

/// The file `postmaster.pid` that a server keeps in its data folder.
enum PostmasterFile {
    static func lines(of home: PostgresHome) -> [String] {
        let url = home.data.appendingPathComponent("postmaster.pid")
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The server that runs on the data now. After a crash the file is left behind and its process id
    /// may belong to another program, hence the look at what that is.
    static func livingServer(of home: PostgresHome) -> Int32? {
        guard let pid = lines(of: home).first.flatMap({ Int32($0) }), pid > 0,
            let program = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8),
            program.hasPrefix("postgres")
        else { return nil }
        return pid
    }
}
