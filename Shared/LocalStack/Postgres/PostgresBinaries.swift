public import Foundation

/// One installation of PostgreSQL's server programs.
public struct PostgresBinaries: Sendable, Equatable {
    public let folder: URL
    public let majorVersion: Int

    public func program(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// The newest installation, or the one of a given major version.
    ///
    /// Debian keeps them at /usr/lib/postgresql/VERSION/bin, outside PATH; elsewhere PATH has them.
    public static func find(
        majorVersion wanted: Int? = nil, root: URL = URL(fileURLWithPath: "/usr/lib/postgresql"),
        path: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
    ) throws(PostgresError) -> PostgresBinaries {
        let found = (debian(root) + onPath(path)).filter { wanted == nil || $0.majorVersion == wanted }
        guard let newest = found.max(by: { $0.majorVersion < $1.majorVersion }) else { throw .notInstalled }
        return newest
    }

    private static func debian(_ root: URL) -> [PostgresBinaries] {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return versions.compactMap { name in
            let folder = root.appendingPathComponent(name).appendingPathComponent("bin")
            guard let version = Int(name), isComplete(folder) else { return nil }
            return PostgresBinaries(folder: folder, majorVersion: version)
        }
    }

    /// The first in PATH; it has to be asked for its version.
    private static func onPath(_ path: String) -> [PostgresBinaries] {
        for entry in path.split(separator: ":") {
            let folder = URL(fileURLWithPath: String(entry))
            if isComplete(folder), let version = askedVersion(folder) {
                return [PostgresBinaries(folder: folder, majorVersion: version)]
            }
        }
        return []
    }

    private static func isComplete(_ folder: URL) -> Bool {
        ["initdb", "postgres"].allSatisfy {
            access(folder.appendingPathComponent($0).path, X_OK) == 0
        }
    }

    /// From "postgres (PostgreSQL) 15.14 (Debian ...)".
    private static func askedVersion(_ folder: URL) -> Int? {
        let answer = FileManager.default.temporaryDirectory.appendingPathComponent("attune-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: answer) }
        let command = Command(
            name: "postgres --version", executable: folder.appendingPathComponent("postgres"),
            arguments: ["--version"], output: .file(answer))
        guard (try? ManagedProcess.run(command, within: .seconds(10))) != nil,
            let text = try? String(contentsOf: answer, encoding: .utf8),
            let word = text.split(separator: " ").first(where: { $0.first?.isNumber == true })
        else { return nil }
        return word.split(separator: ".").first.flatMap { Int($0.prefix { $0.isNumber }) }
    }
}
