import Domain
import Foundation
import Intake
import Logging
import Outbound
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// The portal over a real socket, for the length of one test.
struct PortalServer: Sendable {
    let served: ServedRoutes
    let database: TestDatabase

    static func run(
        on database: TestDatabase, environment: [String: String] = [:], http limits: [String: String] = [:],
        _ body: (PortalServer) async throws -> Void
    ) async throws {
        let secret = String(repeating: "k", count: 40)
        let settings = try Settings(
            PortalSettings.all,
            environment: [
                "ATTUNE_DATABASE_URL": database.url, "ATTUNE_PORTAL_KEY": secret, "ATTUNE_PORTAL_DEMO_SIGN_IN": "true",
            ].merging(environment) { _, own in own })
        let writer = CommandWriter(
            database.settings(role: "attune_intake"), lane: .episode,
            options: CommandWriter.Options(masters: try settings.contentMasters()), logger: quiet)
        writer.start()
        defer { writer.stop(within: .seconds(10)) }
        let answers = ConnectionPool(database.settings(role: "attune_alert_answers"), size: 1, logger: quiet)
        let sharing = ConnectionPool(database.settings(role: "attune_intake"), size: 1, logger: quiet)
        let outcome: Result<Void, any Error>
        do {
            try await ServedRoutes.run(
                "attune-portal", as: "attune_portal", on: database, environment: limits, logger: quiet
            ) { http, pool in
                let commands = Commands(
                    intake: CommandIntake(live: writer, pool: pool), answers: answers, sharing: sharing,
                    policy: { _ in .default })
                do {
                    try PortalRoutes(
                        settings, catalogue: { StoredEpisode.catalogue }, pool: pool, commands: commands, logger: quiet
                    ).add(to: http)
                } catch {
                    Issue.record(error)
                }
            } _: {
                try await body(PortalServer(served: $0, database: database))
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await answers.shutdown()
        await sharing.shutdown()
        try outcome.get()
    }

    static let quiet: Logger = {
        var logger = Logger(label: "portal")
        logger.logLevel = .critical
        return logger
    }()

    /// Somebody with a browser: keeps cookies.
    func browser() -> Browser { Browser(port: served.port) }

    /// A browser in which somebody has signed in.
    func browser(
        _ role: Role, as subject: String, sites: [String] = ["north"], episode: EpisodeID? = nil,
        participant: ParticipantID? = nil
    ) async throws -> Browser {
        let browser = browser()
        var query = "role=\(role.rawValue)&subject=\(subject)" + sites.map { "&site=\($0)" }.joined()
        if let episode { query += "&episode=\(episode)" }
        if let participant { query += "&participant=\(participant)" }
        let answer = try await browser.get("/demo-sign-in?\(query)")
        try #require(answer.status == 303, "\(answer.text)")
        return browser
    }
}

/// What a browser does with pages that use no script.
final class Browser: Sendable {
    struct Answer: Sendable {
        let status: Int
        let text: String
        let headers: [Header]

        var location: String? { header("Location") }

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

        /// What a form of the page must send back.
        var token: String? {
            text.firstMatch(of: /name="_token" value="([^"]+)"/).map { String($0.1) }
        }
    }

    private let port: Int
    private let state = CookieJar()

    init(port: Int) { self.port = port }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.get, path, headers: headers)
    }

    /// - Parameter fields: with the token of the page that the form is on.
    func post(_ path: String, _ fields: [(String, String)], headers: [(String, String)] = []) async throws -> Answer {
        let body = fields.map { "\($0)=\(LocalAddress.escaped($1))" }.joined(separator: "&")
        return try await send(
            .post, path, headers: headers + [("Content-Type", "application/x-www-form-urlencoded")], body: body)
    }

    private func send(
        _ method: HTTPMethod, _ path: String, headers: [(String, String)], body: String = ""
    ) async throws -> Answer {
        var all = try headers.map { try Header($0.0, $0.1) }
        if let cookies = await state.header { all.append(try Header("Cookie", cookies)) }
        let request = try HTTPRequest(method, url: "http://127.0.0.1:\(port)\(path)", headers: all, body: Array(body.utf8))
        let response = try await onOwnThread { try CurlSession(proxy: .none).send(request) }
        for header in response.headers where header.name.lowercased() == "set-cookie" { await state.take(header.value) }
        return Answer(
            status: response.status, text: String(decoding: response.body, as: UTF8.self), headers: response.headers)
    }

    private actor CookieJar {
        private var values: [String: String] = [:]

        var header: String? {
            values.isEmpty ? nil : values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        }

        func take(_ text: String) {
            let pair = text.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return }
            values[String(pair[0])] = text.contains("Max-Age=0") ? nil : String(pair[1])
        }
    }
}

/// Blocking work, off the task pool.
func onOwnThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Swift.Result { try work() }) }.start()
    }
}
