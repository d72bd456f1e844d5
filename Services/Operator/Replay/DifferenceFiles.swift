import Foundation
import ServiceKit

/// What a replay writes: `differences.ndjson`, one line for each, and `summary.json`.
final class DifferenceFiles {
    private let folder: URL
    private let file: FileHandle
    private var pending: [UInt8] = []

    private static let chunk = 1 << 16

    /// - Throws: `CannotWrite`; files of an earlier replay are not overwritten.
    init(folder path: String) throws {
        folder = URL(fileURLWithPath: path)
        let lines = folder.appendingPathComponent("differences.ndjson")
        guard !FileManager.default.fileExists(atPath: lines.path) else {
            throw CannotWrite(path: lines.path, reason: "is there already; name another folder with --out")
        }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data().write(to: lines)
            file = try FileHandle(forWritingTo: lines)
        } catch {
            throw CannotWrite(path: lines.path, reason: "cannot be written")
        }
    }

    func add(_ difference: ReplayDifference) throws {
        difference.json.encode(to: &pending)
        pending.append(0x0A)
        if pending.count >= Self.chunk { try flush() }
    }

    func finish(_ summary: JSON) throws {
        try flush()
        try file.close()
        try Data(summary.encoded + [0x0A]).write(to: folder.appendingPathComponent("summary.json"))
    }

    private func flush() throws {
        try file.write(contentsOf: pending)
        pending.removeAll(keepingCapacity: true)
    }
}

struct CannotWrite: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "\(path): \(reason)" }
}
