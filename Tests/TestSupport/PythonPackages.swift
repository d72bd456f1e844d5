public import Foundation

/// Packages of PyPI for tests, installed once beside the build. Where they cannot be had, such tests are skipped.
public struct PythonPackages: Sendable {
    private let packages: [String]
    public let folder: URL

    /// - Parameters:
    ///   - name: of the folder, with the version of what is in it, so that another version gets another folder.
    ///   - packages: as pip takes them.
    public init(_ name: String, _ packages: [String]) {
        folder = TestPrograms.checkout.appending(path: ".build/\(name)")
        self.packages = packages
    }

    /// Whether they are there, after trying to install them.
    public func install() -> Bool {
        let mark = folder.appending(path: "installed")
        if FileManager.default.fileExists(atPath: mark.path) { return true }
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder.path]
        guard (try? run(pip + packages, within: 300))?.status == 0 else { return false }
        return (try? Data().write(to: mark)) != nil
    }

    /// Runs python with the packages to its end.
    ///
    /// - Returns: its status and everything that it said.
    public func run(
        _ arguments: [String], input: String = "", within seconds: Int = 60, environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String) {
        let files = FileManager.default.temporaryDirectory.appending(path: "python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: files) }
        let (given, said) = (files.appending(path: "input"), files.appending(path: "output"))
        try Data(input.utf8).write(to: given)
        try Data().write(to: said)
        let process = process(arguments, within: seconds, environment: environment)
        // What it leaves where it stands goes, too.
        process.currentDirectoryURL = files
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = try FileHandle(forWritingTo: said)
        process.standardError = try FileHandle(forWritingTo: said)
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: said, encoding: .utf8))
    }

    /// python with the packages, not started.
    func process(_ arguments: [String], within seconds: Int, environment: [String: String] = [:]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["timeout", "\(seconds)", "python3"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONPATH": folder.path]) { $1 }
            .merging(environment) { $1 }
        return process
    }
}
