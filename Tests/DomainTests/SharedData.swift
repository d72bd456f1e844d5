import Foundation

/// Real input from outside the project, which is not always there: `ATTUNE_SHARED_DATA`, or the folder
/// `shared/data` beside the repository.
enum SharedData {
    /// The rows of a file of comma-separated values, by column name; nil where the file is absent.
    static func rows(_ name: String) -> [[String: String]]? {
        guard let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8) else { return nil }
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        guard let header = lines.first else { return nil }
        return lines.dropFirst().map { line in
            Dictionary(zip(header, line).map { (String($0), String($1)) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private static var folder: URL {
        if let path = ProcessInfo.processInfo.environment["ATTUNE_SHARED_DATA"] { return URL(filePath: path) }
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let root = tests.deletingLastPathComponent()
        return root.deletingLastPathComponent().appending(path: "shared/data")
    }
}
