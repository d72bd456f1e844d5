import Domain
import Foundation
import LocalStack
import Messaging
import Outbound
import Persistence
import ServiceKit
import TestSupport

/// A whole system of real processes in a folder of its own, for one test.
final class SystemStack {
    let stack: LocalStack
    let folder: URL

    /// - Parameters:
    ///   - catalogue: nil: the folder of the local deployment.
    ///   - environment: further settings of every service.
    ///   - logArchive: where the database archives its log.
    init(_ name: String, catalogue: URL? = nil, environment: [String: String] = [:], logArchive: URL? = nil) throws {
        let files = FileManager.default
        folder = files.temporaryDirectory.appendingPathComponent("attune-\(name)-\(UUID().uuidString.prefix(8))")
        let local = TestPrograms.checkout.appendingPathComponent("deploy/local")
        var settings = StackSettings(
            folder: folder, programs: TestPrograms.folder, catalogue: catalogue ?? local.appendingPathComponent("instruments"),
            routes: local.appendingPathComponent("routes.yaml"), postgres: .local(.throwaway),
            environment: environment, startLimit: .seconds(600))
        settings.logArchive = logArchive
        stack = LocalStack(settings)
        do {
            try stack.start()
        } catch {
            Self.showLogs(of: stack)
            throw error
        }
    }

    deinit {
        stack.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    static func showLogs(of stack: LocalStack) {
        for service in StackService.allCases {
            guard let process = stack.process(service), !process.isRunning else { continue }
            print("--- \(service.executable)\n\(process.logTail())")
        }
    }

    func url(_ service: StackService) throws -> String {
        guard let url = stack.endpoints.url(service) else { throw StackError.notStarted }
        return url
    }

    /// An access token in a file.
    func tokenFile(site: String, role: String, seconds: Int = 3600) throws -> URL {
        let file = folder.appendingPathComponent("\(role)-\(site).token")
        try stack.runOperator(
            [
                "token", "--key", stack.keys.tokenKey.path, "--site", site, "--role", role, "--seconds", "\(seconds)",
                "--subject", "\(role)-1", "--output", file.path,
            ], logTo: "token")
        return file
    }

    func token(site: String, role: String) throws -> String {
        try String(contentsOf: tokenFile(site: site, role: role), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// One request; the answer's status and JSON.
    func call(
        _ method: HTTPMethod, _ service: StackService, _ path: String, token: String?, body: String? = nil
    ) throws -> (status: Int, json: JSON?, response: HTTPResponse) {
        var headers: [Header] = []
        if let token { headers.append(try Header("Authorization", "Bearer \(token)")) }
        if body != nil { headers.append(try Header("Content-Type", "application/json")) }
        let response = try CurlSession(proxy: .none).send(
            HTTPRequest(method, url: try url(service) + path, headers: headers, body: Array((body ?? "").utf8)))
        return (response.status, try? JSON.parse(response.body), response)
    }

    /// The status that a service answers on a path without a token; nil when nobody answers.
    func health(_ service: StackService, _ path: String) -> Int? {
        stack.endpoints.ports[service].flatMap { LoopbackHTTP.status(port: $0, path: path) }
    }

    /// Has a service read its files again; whether its log has come to these words.
    func reload(_ service: StackService, until words: String) throws -> Bool {
        stack.process(service)?.send(SIGHUP)
        let log = stack.settings.folder.log(service.executable)
        return try eventually { try String(contentsOf: log, encoding: .utf8).contains(words) }
    }

    func database() throws -> Connection {
        try Connection(DatabaseSettings(url: stack.endpoints.database, applicationName: "system test"))
    }

    func count(_ sql: String) throws -> Int {
        let connection = try database()
        defer { connection.close() }
        return Int(try connection.run(Statement(sql)).only().int64(0))
    }

    /// Waits until `condition` holds; false when it never did. The limit is generous: it ends a broken
    /// test, it measures nothing.
    func eventually(_ condition: () throws -> Bool) throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if try condition() { return true }
            usleep(100_000)
        }
        return try condition()
    }

    /// Everything accepted is scored, alerted, notified and audited.
    func drained() throws -> PipelineState {
        let connection = try database()
        defer { connection.close() }
        var state = PipelineState()
        _ = try eventually {
            let before = state
            state = try PipelineState.read(connection)
            return state.missing.isEmpty && state == before
        }
        return state
    }
}
