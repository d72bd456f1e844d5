import Foundation

/// Pictures of pages, for somebody to look at: in the folder that `ATTUNE_TEST_PICTURES` names, else none.
enum Pictures {
    private static let folder = ProcessInfo.processInfo.environment["ATTUNE_TEST_PICTURES"].map { URL(filePath: $0) }

    static var areWanted: Bool { folder != nil }

    /// Keeps the page as it stands. Of a very long one the beginning is enough.
    static func keep(_ browser: Browser, as name: String) throws {
        guard let folder else { return }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(try browser.wholePage(atMost: 2200)).write(to: folder.appending(path: "\(name).png"))
    }
}
