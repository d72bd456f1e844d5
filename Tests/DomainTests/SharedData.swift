import Foundation

/// Data from outside the project, in the folder `shared/data` beside the repository; `ATTUNE_SHARED_DATA` names
/// another place.
enum SharedData {
    /// The rows of a file of comma-separated values, by column name; empty cells are left out. Nil where the file
    /// is absent.
    static func rows(_ name: String) -> [[String: String]]? {
        guard let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8) else { return nil }
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        guard let header = lines.first else { return nil }
        return lines.dropFirst().map { cells in
            Dictionary(zip(header, cells).filter { !$1.isEmpty }) { first, _ in first }
        }
    }

    private static let folder: URL =
        ProcessInfo.processInfo.environment["ATTUNE_SHARED_DATA"].map { URL(fileURLWithPath: $0) }
        ?? URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/data")
}
