import Foundation
import LocalStack

/// A folder of a test's own, gone afterwards, where the database user can reach it.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("attune-test-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// Looks until the condition holds; false when it does not within a minute.
func eventually(_ condition: () -> Bool) -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(60)
    while !condition() {
        if clock.now >= deadline { return false }
        usleep(5000)
    }
    return true
}

/// Whether a process of this id exists at all, as a zombie too.
func processExists(_ pid: Int32) -> Bool {
    FileManager.default.fileExists(atPath: "/proc/\(pid)")
}

func shell(_ script: String, name: String = "sh", log: URL? = nil) -> Command {
    Command(
        name: name, executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", script],
        output: log.map { .file($0) } ?? .inherited)
}
