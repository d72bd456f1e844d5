import Foundation
import LocalStack
import TestSupport
import Testing

/// A portal as a process of its own on a test's database. It ends with the last reference to this object.
final class PortalProcess: Sendable {
    private let folder: URL
    private let process: ManagedProcess
    private let port: Int

    /// - Parameters:
    ///   - folder: of the test's own, removed afterwards; the portal's log goes there.
    ///   - settings: beyond those that every such portal has.
    init(on database: TestDatabase, in folder: URL, _ settings: [String: String] = [:]) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let portFile = folder.appending(path: "port")
        let environment = [
            "ATTUNE_DATABASE_URL": database.url, "ATTUNE_DATABASE_ROLE": "attune_portal",
            "ATTUNE_PORTAL_KEY": String(repeating: "k", count: 40), "ATTUNE_PORTAL_DEMO_SIGN_IN": "true",
            "ATTUNE_HTTP_PORT": "0", "ATTUNE_PORT_FILE": portFile.path,
        ].merging(settings) { _, own in own }
        process = ManagedProcess(
            Command(
                name: "attune-portal", executable: TestPrograms.folder.appending(path: "attune-portal"),
                environment: environment, output: .file(folder.appending(path: "portal.log"))))
        try process.start()
        var found: Int?
        try process.waitUntilReady(within: .seconds(60)) {
            found = (try? String(contentsOf: portFile, encoding: .utf8)).flatMap { Int($0.filter(\.isNumber)) }
            return found != nil
        }
        port = try #require(found)
    }

    deinit {
        _ = process.terminate(within: .seconds(10))
        try? FileManager.default.removeItem(at: folder)
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }
}
