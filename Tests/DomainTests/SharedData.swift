import Foundation

/// Data from outside the project, in the folder `shared` beside the repository; nil where it is not there.
/// `ATTUNE_SHARED_DATA` names another place.
enum SharedData {
    static func text(_ name: String) -> String? {
        let repository = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["ATTUNE_SHARED_DATA"].map { URL(fileURLWithPath: $0) }
            ?? repository.deletingLastPathComponent().appendingPathComponent("shared/data")
        return try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// Lines of a table with a header, by column name; empty cells are left out.
    static func rows(_ text: String) -> [[String: String]] {
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { cells in
            Dictionary(uniqueKeysWithValues: zip(header, cells).filter { !$1.isEmpty })
        }
    }
}
