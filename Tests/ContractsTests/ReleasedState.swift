import Foundation
import TestSupport

/// A surface that others rely on as it was released, one line for each part: `part = what it is`.
///
/// With `ATTUNE_RECORD_CONTRACTS=1` a test writes what has come to it; what is breaking it refuses even then.
struct ReleasedState {
    let path: String
    let entries: [String: String]

    init(_ path: String) throws {
        self.path = path
        let file = TestPrograms.checkout.appending(path: path)
        let text = FileManager.default.fileExists(atPath: file.path) ? try String(contentsOf: file, encoding: .utf8) : ""
        entries = Dictionary(
            text.split(separator: "\n").map { line in
                let parts = line.split(separator: " = ", maxSplits: 1)
                return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
            }, uniquingKeysWith: { $1 })
    }

    static var isRecording: Bool { ProcessInfo.processInfo.environment["ATTUNE_RECORD_CONTRACTS"] == "1" }

    /// What is not as it was released, with what to do about it.
    ///
    /// - Parameter breaking: why a part cannot become what it is now, or go (nil); nil where it can.
    func faults(
        _ now: [String: String], breaking: (_ part: String, _ released: String?, _ now: String?) -> String?
    ) throws -> [String] {
        let parts = Set(entries.keys).union(now.keys).sorted()
        let broken = parts.compactMap { part in
            entries[part] == now[part] ? nil : breaking(part, entries[part], now[part]).map { "\(part): \($0)" }
        }
        guard broken.isEmpty, entries != now else { return broken }
        guard Self.isRecording else {
            return parts.filter { entries[$0] != now[$0] }.map {
                "\($0) is not what \(path) says: nothing breaks; record it, with ATTUNE_RECORD_CONTRACTS=1"
            }
        }
        let lines = now.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }
        try Data(lines.joined().utf8).write(to: TestPrograms.checkout.appending(path: path))
        return []
    }
}
